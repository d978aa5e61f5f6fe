extension JSONValue {
  /// Parses a document from bytes.
  ///
  /// The grammar is that of RFC 8259 and nothing beside it. Where the RFC leaves a choice, this
  /// parser refuses what readers could disagree about: a byte order mark, bytes that are not UTF-8,
  /// escapes for half a surrogate pair and, unless the options say otherwise, repeated keys. Numbers
  /// may have any size; see ``JSONNumber``.
  ///
  /// - Parameters:
  ///   - bytes: The text in UTF-8. Where it is not contiguous in memory, it is copied once.
  ///   - options: Limits, and what to do with repeated keys.
  /// - Throws: ``JSONError`` with the place of the first fault.
  public init(
    parsing bytes: some Sequence<UInt8>, options: JSONParser.Options = .init()
  ) throws(JSONError) {
    // One byte more than allowed is enough to refuse an endless sequence.
    let limit = min(max(0, options.maximumBytes), .max - 1) + 1
    let result =
      bytes.withContiguousStorageIfAvailable { JSONParser.parse($0, options: options) }
      ?? Array(bytes.prefix(limit)).withUnsafeBufferPointer {
        JSONParser.parse($0, options: options)
      }
    self = try result.get()
  }

  /// Parses a document from a string.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - options: Limits, and what to do with repeated keys.
  /// - Throws: ``JSONError`` with the place of the first fault.
  public init(
    parsing text: String, options: JSONParser.Options = .init()
  ) throws(JSONError) {
    var text = text
    self = try text.withUTF8 { JSONParser.parse($0, options: options) }.get()
  }
}
