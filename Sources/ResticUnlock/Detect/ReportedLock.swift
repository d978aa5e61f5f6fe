import TimeText

/// A lock, as a mover that met it wrote of it. The log may be cut anywhere: what is not there in whole
/// is `nil`, never a part of it.
public struct ReportedLock: Hashable, Sendable {
  /// Whether its holder bears nobody beside itself.
  public var isExclusive: Bool?
  /// The process that holds it, by the numbers of its own pod or host.
  public var pid: Int?
  /// The host that holds it; for a pod its name, or what `spec.hostname` says.
  public var host: String?
  /// The user; empty where the uid has no name.
  public var user: String?
  /// The uid.
  public var uid: Int?
  /// The gid.
  public var gid: Int?
  /// When it was made or refreshed, in the local time of who met it: `2026-11-21 01:41:55`.
  public var created: String?
  /// How old it was, by the clock of who met it and that of who made it; may be negative.
  public var age: Duration?
  /// The first eight digits of the name of its file, which is another one after each refresh.
  public var storageID: String?

  /// A lock of which nothing is known.
  public init() {}

  /// Whether nothing at all is known.
  public var isEmpty: Bool { self == ReportedLock() }

  /// The last lock that a log tells of.
  ///
  /// - Parameter log: The log; restic's own words, or its messages in JSON.
  /// - Returns: The lock; `nil` where the log tells of none.
  public static func last(in log: LogTail) -> ReportedLock? {
    let all = log.bytes[...]
    var lock = ReportedLock()
    var rest = all
    if let head = all.last("repository is already locked ") {
      rest = all[head.upperBound...]
      lock.readHead(&rest)
    } else if log.isCut || all.last("lock was created at ") != nil {
      lock.readCutHead(&rest)
    }
    lock.readTimes(rest)
    return lock.isEmpty ? nil : lock
  }

  /// `exclusively by PID 25781 on volsync-src-app-aaaaa by root (UID 0, GID 0)`
  private mutating func readHead(_ rest: inout ArraySlice<UInt8>) {
    // What follows `already locked` tells whether it is exclusive; a cut word tells nothing.
    if rest.skip("exclusively ") {
      isExclusive = true
    } else if rest.starts(with: "by ".utf8) {
      isExclusive = false
    }
    guard rest.skip("by PID "), let digits = rest.take(until: " on ") else { return }
    pid = digits.number
    readHost(&rest)
  }

  /// A log that begins in the midst of that line.
  private mutating func readCutHead(_ rest: inout ArraySlice<UInt8>) {
    let line = rest.prefix { $0 != UInt8(ascii: "\n") }
    guard let ids = line.first(" (UID ") else { return }
    var head = line
    guard let on = head.first(" on "), on.lowerBound < ids.lowerBound else {
      head = line[ids.lowerBound...]
      readIDs(&head)
      return
    }
    // A number that begins with the log may lack digits, and so may a host.
    let before = line[..<on.lowerBound]
    guard before.allSatisfy(\.isDigit) || before.last("PID ") != nil else { return }
    if let start = before.last("PID ") { pid = before[start.upperBound...].number }
    head = line[on.upperBound...]
    readHost(&head)
  }

  /// `volsync-src-app-aaaaa by root (UID 0, GID 0)`
  private mutating func readHost(_ rest: inout ArraySlice<UInt8>) {
    guard let name = rest.take(until: " by ") else { return }
    guard !name.isEmpty, name.count <= 253, name.allSatisfy({ 0x21...0x7E ~= $0 }) else { return }
    host = name.text
    guard let ids = rest.first(" (UID ") else { return }
    let account = rest[rest.startIndex..<ids.lowerBound]
    guard account.count <= 256, !account.contains(where: { $0 < 0x20 }) else { return }
    user = account.text
    rest = rest[ids.lowerBound...]
    readIDs(&rest)
  }

  private mutating func readIDs(_ rest: inout ArraySlice<UInt8>) {
    guard rest.skip(" (UID "), let one = rest.take(until: ", GID "), let uid = one.number else {
      return
    }
    self.uid = uid
    guard let other = rest.take(until: ")"), let gid = other.number else { return }
    self.gid = gid
  }

  /// `lock was created at 2026-11-21 01:41:55 (31.05843293s ago)` and `storage ID 1a12470f`
  private mutating func readTimes(_ rest: ArraySlice<UInt8>) {
    if let start = rest.last("lock was created at ") {
      var line = rest[start.upperBound...]
      if let time = line.take(until: " ("), time.count == 19 {
        created = time.text
        if let text = line.take(until: " ago)"), text.count <= 64 {
          age = try? Duration(text: text.text)
        }
      }
    } else if let end = rest.last("s ago)"), let open = rest[..<end.lowerBound].last(" (") {
      let text = rest[open.upperBound..<(end.lowerBound + 1)]
      if text.count <= 64, text.allSatisfy({ $0 > 0x20 }) { age = try? Duration(text: text.text) }
    }
    if let start = rest.last("storage ID ") {
      let digits = rest[start.upperBound...].prefix(9).prefix(while: \.isHex)
      // What follows the eighth digit ends it, or the log ends there as restic leaves it.
      if digits.count == 8 { storageID = digits.text.lowercased() }
    }
  }
}
