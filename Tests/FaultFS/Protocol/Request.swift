/// A name inside a directory: bytes, because Linux promises no encoding.
typealias FileName = [UInt8]

/// One message of the kernel.
struct Request: Hashable {
  /// Names the request in its reply.
  let unique: UInt64
  /// The inode it is about; for names to find, make or remove, their directory.
  let node: UInt64
  let caller: Caller
  /// Nil for one that is younger than this program.
  let operation: Operation?
  let call: Call

  struct Caller: Hashable {
    var uid: UInt32
    var gid: UInt32
    var pid: UInt32
  }

  /// What is asked, with what the answer needs to know.
  enum Call: Hashable {
    case access(mask: UInt32)
    case create(FileName, mode: UInt32, flags: UInt32)
    case forget([Forgotten])
    case getattr
    case greet(Greeting)
    case interrupt(unique: UInt64)
    case lookup(FileName)
    case mkdir(FileName, mode: UInt32)
    case mknod(FileName, mode: UInt32)
    case open(flags: UInt32)
    case opendir
    case read(offset: UInt64, size: UInt32)
    case readdir(after: UInt64, size: UInt32)
    case readlink
    case rename(FileName, to: FileName, in: UInt64, flags: UInt32)
    case rmdir(FileName)
    case setattr(AttributeChanges)
    case statfs
    case symlink(FileName, target: [UInt8])
    case unlink(FileName)
    case write([UInt8], offset: UInt64)
    /// Closing and syncing: a file system in memory has nothing to do, but says so.
    case acknowledge
    case malformed
    case unsupported
  }

  struct Forgotten: Hashable {
    var node: UInt64
    var lookups: UInt64
  }

  /// What the kernel says of itself in `INIT`.
  struct Greeting: Hashable {
    var major: UInt32
    var minor: UInt32
    var readahead: UInt32
    var flags: UInt32
  }
}

/// What `SETATTR` wants different; nil stays as it is.
struct AttributeChanges: Hashable {
  var permissions: UInt32?
  var uid: UInt32?
  var gid: UInt32?
  var size: UInt64?
  var accessed: Date?
  var modified: Date?

  enum Date: Hashable {
    case now
    case at(Timestamp)
  }
}
