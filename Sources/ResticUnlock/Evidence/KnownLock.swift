public import TimeText

/// A lock, with all that is known of it: by the log of a mover that met it, or by a list.
public struct KnownLock: Hashable, Sendable {
  /// The name of its file: 64 hexadecimal digits from a list, the first eight from a log; `nil` where
  /// the log was cut.
  public var id: String?
  /// Whether restic can read it.
  public var isReadable = true
  /// Whether its holder bears nobody beside itself.
  public var isExclusive: Bool?
  /// The host that holds it.
  public var host: String?
  /// The process that holds it.
  public var pid: Int?
  /// When it was written, by the clock of its holder; from a log only about.
  public var written: Timestamp?
  /// Whether `written` is what the lock itself says.
  public var isExact = false
  /// When this very file was seen first, by the clock of the API server.
  public var firstSeen: Timestamp
  /// When it was seen last.
  public var lastSeen: Timestamp

  /// A lock of which nothing but its being there is known.
  ///
  /// - Parameter seen: When it was seen.
  public init(seen: Timestamp) {
    firstSeen = seen
    lastSeen = seen
  }

  /// A lock that a mover met.
  ///
  /// - Parameters:
  ///   - lock: What its log says.
  ///   - ended: When the mover ended, by the clock of its node; `nil` where that is not known.
  ///   - seen: When its log was read, by the clock of the API server.
  public init(_ lock: ReportedLock, ended: Timestamp? = nil, seen: Timestamp) {
    self.init(seen: seen)
    id = lock.storageID
    isExclusive = lock.isExclusive
    host = lock.host
    pid = lock.pid
    written = lock.age.map { (ended ?? seen) - $0 }
  }

  /// A lock of a list.
  ///
  /// - Parameters:
  ///   - lock: What the list says.
  ///   - seen: When it was made.
  public init(_ lock: ListedLock, seen: Timestamp) {
    self.init(seen: seen)
    id = lock.id
    guard let content = lock.content else {
      isReadable = false
      return
    }
    isExclusive = content.isExclusive
    host = content.host
    pid = content.pid
    written = content.time
    isExact = true
  }

  /// How long this very file has been there for certain: a live holder writes another every five
  /// minutes.
  public var stillness: Duration { lastSeen - firstSeen }

  /// Whether another one is this file, as far as both names go.
  public func isSame(as other: KnownLock) -> Bool {
    guard let id, let otherID = other.id else { return false }
    return id.prefix(8) == otherID.prefix(8)
  }

  /// Takes over what was known of the same file before.
  public mutating func add(_ earlier: KnownLock) {
    guard isSame(as: earlier) else { return }
    firstSeen = min(firstSeen, earlier.firstSeen)
    lastSeen = max(lastSeen, earlier.lastSeen)
    if id?.utf8.count == 8, earlier.id?.utf8.count == 64 { id = earlier.id }
    guard isReadable else { return }
    isExclusive = isExclusive ?? earlier.isExclusive
    host = host ?? earlier.host
    pid = pid ?? earlier.pid
    if !isExact, earlier.isExact {
      written = earlier.written
      isExact = true
    }
    written = written ?? earlier.written
  }

  /// What it is called in messages: `lock 1a12470f of host desk`.
  public var title: String {
    let name = id.map { "lock \($0.prefix(8))" } ?? "a lock"
    return host.map { "\(name) of \($0.inMessage(limit: 80))" } ?? name
  }
}
