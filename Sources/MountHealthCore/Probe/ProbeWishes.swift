/// What a probe is to tell beside whether its mount is well. None of it makes an outcome worse, and
/// what is not wished for costs nothing.
public struct ProbeWishes: Hashable, Sendable {
  /// Whether to tell how much space there is (fstatvfs(3)).
  public var space: Bool
  /// Whether to tell if the directory takes no files (`chattr +i`).
  public var seal: Bool
  /// An extended attribute to read.
  public var attribute: FileAttribute?

  /// Wishes.
  public init(space: Bool = false, seal: Bool = false, attribute: FileAttribute? = nil) {
    self.space = space
    self.seal = seal
    self.attribute = attribute
  }

  /// No wish.
  public static let none = ProbeWishes()
}

/// An extended attribute of a file below a mount.
public struct FileAttribute: Hashable, Sendable {
  /// The file, which the walk to never leaves the mount.
  public var file: CanaryPath
  /// The attribute's name: `user.mergerfs.branches`.
  public var name: String

  /// The most bytes of a value that are read: a report has to fit into one message of the worker's
  /// socket. What is longer counts as unreadable (`ERANGE`).
  public static let maximumLength = 16 << 10
  /// The most bytes of a name (XATTR_NAME_MAX, limits.h).
  public static let maximumNameLength = 255

  /// An attribute.
  ///
  /// - Parameters:
  ///   - name: 1 to 255 bytes without control characters; anything else gives `nil`.
  ///   - file: Whose attribute it is.
  public init?(_ name: String, of file: CanaryPath) {
    guard !name.isEmpty, name.utf8.count <= Self.maximumNameLength, !name.hasControlCharacters
    else { return nil }
    self.file = file
    self.name = name
  }
}

/// What a probe told beside its outcome: what was wished for, as far as the probe got.
public struct ProbeDetails: Hashable, Sendable {
  /// How much space there is.
  public var space: MountSpace?
  /// Whether the directory takes no files; `nil` also where its file system does not tell.
  public var isSealed: Bool?
  /// The attribute.
  public var attribute: AttributeValue?

  /// Details.
  public init(
    space: MountSpace? = nil, isSealed: Bool? = nil, attribute: AttributeValue? = nil
  ) {
    self.space = space
    self.isSealed = isSealed
    self.attribute = attribute
  }
}

/// The space of a file system.
public struct MountSpace: Hashable, Sendable {
  /// Bytes that are free for unprivileged users (`f_bavail`).
  public var free: UInt64
  /// All bytes (`f_blocks`).
  public var total: UInt64

  /// An amount of space.
  public init(free: UInt64, total: UInt64) {
    self.free = free
    self.total = total
  }
}

/// What came of reading an extended attribute.
public enum AttributeValue: Hashable, Sendable {
  /// Its bytes, at most `FileAttribute.maximumLength` of them.
  case value([UInt8])
  /// It could not be read; the errno. `ENODATA` and `ENOENT`: there is none; `EOPNOTSUPP`: the file
  /// system has no such attributes; `ERANGE`: its value is too long.
  case unreadable(ErrorNumber)
}
