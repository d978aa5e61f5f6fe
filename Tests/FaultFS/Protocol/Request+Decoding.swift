extension Request {
  /// Nil when not even the header is there. A known request with a broken body is one whose call is
  /// `malformed`, so that it still gets its answer.
  init?(message: [UInt8]) {
    var reader = WireReader(message)
    do {
      try reader.skip(4)
      let opcode = try reader.integer(UInt32.self)
      unique = try reader.integer()
      node = try reader.integer()
      caller = Caller(
        uid: try reader.integer(), gid: try reader.integer(), pid: try reader.integer())
      try reader.skip(4)
      operation = Operation(rawValue: opcode)
    } catch {
      return nil
    }
    do {
      call = try Call(operation, node: node, body: &reader)
    } catch {
      call = .malformed
    }
  }
}

extension Request.Call {
  fileprivate init(
    _ operation: Operation?, node: UInt64, body: inout WireReader
  ) throws(MalformedMessage) {
    switch operation {
    case .lookup: self = .lookup(try body.string())
    case .forget: self = .forget([.init(node: node, lookups: try body.integer())])
    case .batchForget: self = .forget(try Self.forgotten(&body))
    case .getattr: self = .getattr
    case .setattr: self = .setattr(try AttributeChanges(&body))
    case .readlink: self = .readlink
    case .symlink: self = .symlink(try body.string(), target: try body.string())
    case .mknod: self = try Self.mknod(&body)
    case .mkdir:
      let mode = try body.integer(UInt32.self)
      try body.skip(4)
      self = .mkdir(try body.string(), mode: mode)
    case .unlink: self = .unlink(try body.string())
    case .rmdir: self = .rmdir(try body.string())
    case .rename: self = try Self.rename(&body, hasFlags: false)
    case .rename2: self = try Self.rename(&body, hasFlags: true)
    case .open: self = .open(flags: try body.integer())
    case .create: self = try Self.create(&body)
    case .read:
      try body.skip(8)
      self = .read(offset: try body.integer(), size: try body.integer())
    case .readdir:
      try body.skip(8)
      self = .readdir(after: try body.integer(), size: try body.integer())
    case .write: self = try Self.write(&body)
    case .opendir: self = .opendir
    case .statfs: self = .statfs
    case .access: self = .access(mask: try body.integer())
    case .interrupt: self = .interrupt(unique: try body.integer())
    case .`init`:
      self = .greet(
        .init(
          major: try body.integer(), minor: try body.integer(), readahead: try body.integer(),
          flags: try body.integer()))
    case .release, .releasedir, .flush, .fsync, .fsyncdir, .destroy: self = .acknowledge
    default: self = .unsupported
    }
  }

  private static func forgotten(
    _ body: inout WireReader
  ) throws(MalformedMessage) -> [Request.Forgotten] {
    let count = try body.integer(UInt32.self)
    try body.skip(4)
    var all: [Request.Forgotten] = []
    for _ in 0..<count {
      all.append(.init(node: try body.integer(), lookups: try body.integer()))
    }
    return all
  }

  private static func mknod(_ body: inout WireReader) throws(MalformedMessage) -> Self {
    let mode = try body.integer(UInt32.self)
    try body.skip(12)
    return .mknod(try body.string(), mode: mode)
  }

  private static func create(_ body: inout WireReader) throws(MalformedMessage) -> Self {
    let flags = try body.integer(UInt32.self)
    let mode = try body.integer(UInt32.self)
    try body.skip(8)
    return .create(try body.string(), mode: mode, flags: flags)
  }

  private static func rename(
    _ body: inout WireReader, hasFlags: Bool
  ) throws(MalformedMessage) -> Self {
    let directory = try body.integer(UInt64.self)
    var flags: UInt32 = 0
    if hasFlags {
      flags = try body.integer()
      try body.skip(4)
    }
    return .rename(
      try body.string(), to: try body.string(), in: directory, flags: flags)
  }

  private static func write(_ body: inout WireReader) throws(MalformedMessage) -> Self {
    try body.skip(8)
    let offset = try body.integer(UInt64.self)
    let size = try body.integer(UInt32.self)
    try body.skip(20)
    return .write(try body.bytes(Int(size)), offset: offset)
  }
}

extension AttributeChanges {
  private enum Valid {
    static let mode: UInt32 = 1 << 0
    static let uid: UInt32 = 1 << 1
    static let gid: UInt32 = 1 << 2
    static let size: UInt32 = 1 << 3
    static let accessed: UInt32 = 1 << 4
    static let modified: UInt32 = 1 << 5
    static let accessedNow: UInt32 = 1 << 7
    static let modifiedNow: UInt32 = 1 << 8
  }

  fileprivate init(_ body: inout WireReader) throws(MalformedMessage) {
    let valid = try body.integer(UInt32.self)
    try body.skip(12)
    let size = try body.integer(UInt64.self)
    try body.skip(8)
    let accessedSeconds = try body.integer(Int64.self)
    let modifiedSeconds = try body.integer(Int64.self)
    try body.skip(8)
    let accessed = Timestamp(seconds: accessedSeconds, nanoseconds: try body.integer())
    let modified = Timestamp(seconds: modifiedSeconds, nanoseconds: try body.integer())
    try body.skip(4)
    let mode = try body.integer(UInt32.self)
    try body.skip(4)
    let uid = try body.integer(UInt32.self)
    let gid = try body.integer(UInt32.self)

    func given(_ bit: UInt32) -> Bool { valid & bit != 0 }
    self.init(
      permissions: given(Valid.mode) ? mode & 0o7777 : nil,
      uid: given(Valid.uid) ? uid : nil,
      gid: given(Valid.gid) ? gid : nil,
      size: given(Valid.size) ? size : nil,
      accessed: given(Valid.accessedNow) ? .now : given(Valid.accessed) ? .at(accessed) : nil,
      modified: given(Valid.modifiedNow) ? .now : given(Valid.modified) ? .at(modified) : nil)
  }
}
