/// What `stat` shows.
struct Attributes: Hashable {
  var number: UInt64
  var kind: Inode.Kind
  var permissions: UInt32
  var links: UInt32
  var uid: UInt32
  var gid: UInt32
  var size: UInt64
  var storedBytes: UInt64
  var accessed: Timestamp
  var modified: Timestamp
  var changed: Timestamp
}

/// What `statfs` shows, in blocks.
struct Space: Hashable {
  var free: UInt64
  var total: UInt64

  static let blockSize = SparseBytes.pageSize
}
