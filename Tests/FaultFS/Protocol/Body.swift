/// The bodies of answers, field for field as `linux/fuse.h` lays them out.
enum Body {
  /// One message never carries more file content than this; the device buffer is sized by it.
  static let maximumWrite = 1 << 20
  private static let pageSize = 4096

  private enum OpenFlag {
    static let directIO: UInt32 = 1 << 0
    static let keepCache: UInt32 = 1 << 1
    static let cacheDirectory: UInt32 = 1 << 3
  }

  private enum InitFlag {
    static let asyncRead: UInt32 = 1 << 0
    static let bigWrites: UInt32 = 1 << 5
    static let autoInvalidate: UInt32 = 1 << 12
    static let parallelDirectories: UInt32 = 1 << 18
    static let abortError: UInt32 = 1 << 21
    static let maxPages: UInt32 = 1 << 22
    static let all =
      asyncRead | bigWrites | autoInvalidate | parallelDirectories | abortError | maxPages
  }

  static func greeting(_ kernel: Request.Greeting) -> [UInt8] {
    var writer = WireWriter()
    writer.put(UInt32(7))
    writer.put(UInt32(31))
    writer.put(kernel.readahead)
    writer.put(kernel.flags & InitFlag.all)
    // How many requests the kernel keeps in flight behind its readers' backs, and when it slows.
    writer.put(UInt16(64))
    writer.put(UInt16(48))
    writer.put(UInt32(maximumWrite))
    // Times are kept to the nanosecond.
    writer.put(UInt32(1))
    writer.put(UInt16(maximumWrite / pageSize))
    writer.pad(34)
    return writer.bytes
  }

  static func entry(_ attributes: Attributes, cache: CachePolicy) -> [UInt8] {
    let (seconds, nanoseconds) = split(cache.validity)
    var writer = WireWriter()
    writer.put(attributes.number)
    // Inode numbers are never used twice, so all are of one generation.
    writer.put(UInt64(0))
    writer.put(seconds)
    writer.put(seconds)
    writer.put(nanoseconds)
    writer.put(nanoseconds)
    writer.put(encoded(attributes))
    return writer.bytes
  }

  static func attributes(_ attributes: Attributes, cache: CachePolicy) -> [UInt8] {
    let (seconds, nanoseconds) = split(cache.validity)
    var writer = WireWriter()
    writer.put(seconds)
    writer.put(nanoseconds)
    writer.pad(4)
    writer.put(encoded(attributes))
    return writer.bytes
  }

  static func openedFile(cache: CachePolicy) -> [UInt8] {
    opened(flags: cache.isOff ? OpenFlag.directIO : OpenFlag.keepCache)
  }

  static func openedDirectory(cache: CachePolicy) -> [UInt8] {
    opened(flags: cache.isOff ? 0 : OpenFlag.keepCache | OpenFlag.cacheDirectory)
  }

  static func written(_ count: Int) -> [UInt8] {
    var writer = WireWriter()
    writer.put(UInt32(count))
    writer.pad(4)
    return writer.bytes
  }

  static func statistics(_ space: Space, files: Int) -> [UInt8] {
    var writer = WireWriter()
    writer.put(space.total)
    writer.put(space.free)
    writer.put(space.free)
    writer.put(UInt64(files) + 1_000_000)
    writer.put(UInt64(1_000_000))
    writer.put(UInt32(Space.blockSize))
    writer.put(UInt32(MemoryTree.longestName))
    writer.put(UInt32(Space.blockSize))
    writer.pad(28)
    return writer.bytes
  }

  /// As many entries as fit in `size` bytes.
  static func listing(_ entries: [ListedEntry], size: UInt32) -> [UInt8] {
    var writer = WireWriter()
    for entry in entries {
      let length = 24 + entry.name.count
      let padding = (8 - length % 8) % 8
      guard writer.bytes.count + length + padding <= size else { break }
      writer.put(entry.number)
      writer.put(entry.cookie)
      writer.put(UInt32(entry.name.count))
      writer.put(entry.kind.rawValue >> 12)
      writer.put(entry.name)
      writer.pad(padding)
    }
    return writer.bytes
  }

  private static func opened(flags: UInt32) -> [UInt8] {
    var writer = WireWriter()
    // Requests name their inode, so a handle has nothing to add.
    writer.put(UInt64(0))
    writer.put(flags)
    writer.pad(4)
    return writer.bytes
  }

  private static func encoded(_ attributes: Attributes) -> [UInt8] {
    let dates = [attributes.accessed, attributes.modified, attributes.changed]
    var writer = WireWriter()
    writer.put(attributes.number)
    writer.put(attributes.size)
    writer.put(attributes.storedBytes / 512)
    for date in dates { writer.put(date.seconds) }
    for date in dates { writer.put(date.nanoseconds) }
    writer.put(attributes.kind.rawValue | attributes.permissions)
    writer.put(attributes.links)
    writer.put(attributes.uid)
    writer.put(attributes.gid)
    writer.put(UInt32(0))
    writer.put(UInt32(pageSize))
    writer.pad(4)
    return writer.bytes
  }

  private static func split(_ duration: Duration) -> (seconds: UInt64, nanoseconds: UInt32) {
    let parts = duration.components
    return (UInt64(parts.seconds), UInt32(parts.attoseconds / 1_000_000_000))
  }
}
