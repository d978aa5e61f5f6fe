public import TimeText

/// How files are read: the file system, or a table in tests.
public struct Files: Sendable {
  /// Reads a whole file; `FileError.tooLarge` if it has more bytes than `limit`.
  public var read: @Sendable (_ path: String, _ limit: Int) throws(FileError) -> [UInt8]
  /// What tells whether a file has changed; `nil` where it cannot be told.
  public var stamp: @Sendable (_ path: String) -> FileStamp?
  /// Whether a file is a program that may be started.
  public var isExecutable: @Sendable (_ path: String) -> Bool

  /// A file system.
  ///
  /// - Parameters:
  ///   - read: Reads a whole file of at most so many bytes.
  ///   - stamp: What tells whether a file has changed.
  ///   - isExecutable: Whether a file is a program that may be started.
  public init(
    read: @escaping @Sendable (_ path: String, _ limit: Int) throws(FileError) -> [UInt8],
    stamp: @escaping @Sendable (_ path: String) -> FileStamp?,
    isExecutable: @escaping @Sendable (_ path: String) -> Bool
  ) {
    self.read = read
    self.stamp = stamp
    self.isExecutable = isExecutable
  }
}

/// Why a file could not be read.
public enum FileError: Error, Hashable, Sendable {
  /// There is no such file.
  case absent
  /// It may not be read.
  case denied
  /// It is larger than it may be.
  case tooLarge(limit: Int)
  /// Something else, in words.
  case other(String)
}

extension FileError: CustomStringConvertible {
  /// The reason in words, without the path.
  public var description: String {
    switch self {
    case .absent: "there is no such file"
    case .denied: "permission to read it is denied"
    case .tooLarge(let limit): "it is larger than \(limit) bytes"
    case .other(let reason): reason
    }
  }
}

/// What is another one after a file was replaced or written to.
public struct FileStamp: Hashable, Sendable {
  /// The number of the file in its file system.
  public var inode: UInt64
  /// Its size in bytes.
  public var size: Int64
  /// When it was last written to.
  public var modified: Timestamp

  /// A stamp.
  ///
  /// - Parameters:
  ///   - inode: The number of the file in its file system.
  ///   - size: Its size in bytes.
  ///   - modified: When it was last written to.
  public init(inode: UInt64, size: Int64, modified: Timestamp) {
    self.inode = inode
    self.size = size
    self.modified = modified
  }
}
