extension JSONParser {
  /// What the parser accepts. The defaults suit text from strangers.
  public struct Options: Hashable, Sendable {
    /// What to do with a key that its object already has.
    public enum DuplicateKeys: Hashable, Sendable {
      /// Refuse the text: two readers of it might disagree about what it says.
      case reject
      /// Keep the first value and drop the later ones, once they are parsed.
      case keepFirst
      /// Put the last value in the place of the first.
      case keepLast
    }

    /// The greatest size of a text in bytes. A larger one is refused before it is read.
    public var maximumBytes: Int

    /// The greatest number of arrays and objects around each other.
    ///
    /// Parsing, comparing, hashing and writing use no stack for depth. Freeing a value does, some
    /// 300 bytes a level, as does coding it through types that nest: raise this only where threads
    /// have the room.
    public var maximumDepth: Int

    /// What to do with a key that its object already has.
    public var duplicateKeys: DuplicateKeys

    /// The greatest length of one number in characters.
    public var maximumNumberLength: Int

    /// Options that differ from the defaults where an argument is given.
    ///
    /// - Parameters:
    ///   - maximumBytes: The greatest size of a text in bytes; 16 MiB unless told.
    ///   - maximumDepth: The greatest nesting; 512 unless told, and 0 allows no array or object.
    ///   - duplicateKeys: What to do with a repeated key; refuse unless told.
    ///   - maximumNumberLength: The greatest length of a number in characters; 4096 unless told.
    public init(
      maximumBytes: Int = 16 << 20, maximumDepth: Int = 512,
      duplicateKeys: DuplicateKeys = .reject, maximumNumberLength: Int = 4096
    ) {
      self.maximumBytes = maximumBytes
      self.maximumDepth = maximumDepth
      self.duplicateKeys = duplicateKeys
      self.maximumNumberLength = maximumNumberLength
    }
  }
}
