import NIOCore

/// The `Date` field, formatted once a second.
struct HTTPDate {
  private let wallClock: (@Sendable () -> Int64)?
  private var second: Int64 = .min
  private(set) var line = ByteBuffer()

  /// - Parameter wallClock: Seconds since 1970, UTC. Without one there is no `Date` field, as
  ///   RFC 9110 asks of a server that has no clock.
  init(wallClock: (@Sendable () -> Int64)?) {
    self.wallClock = wallClock
  }

  mutating func refresh() {
    guard let now = wallClock?(), now != second else { return }
    second = now
    line = ByteBuffer(string: "Date: \(Self.text(of: now))\r\n")
  }

  /// The moment as `Sun, 06 Nov 1994 08:49:37 GMT`; years outside 1970…9999 are held at the edge.
  static func text(of seconds: Int64) -> String {
    let seconds = min(max(seconds, 0), 253_402_300_799)
    let (day, clock) = (seconds / 86400, seconds % 86400)
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(day % 7)]
    // Days since 1 March of year 0, in cycles of 400 years: leap days fall at the end of a year.
    let shifted = day + 719_468
    let (cycle, inCycle) = (shifted / 146_097, shifted % 146_097)
    let year = (inCycle - inCycle / 1460 + inCycle / 36_524 - inCycle / 146_096) / 365
    let inYear = inCycle - (365 * year + year / 4 - year / 100)
    let march = (5 * inYear + 2) / 153
    let dayOfMonth = inYear - (153 * march + 2) / 5 + 1
    let month = Int(march < 10 ? march + 2 : march - 10)
    let names = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let fullYear = String(year + cycle * 400 + (month < 2 ? 1 : 0))
    let padding = String(repeating: "0", count: max(0, 4 - fullYear.utf8.count))
    let time = [clock / 3600, clock / 60 % 60, clock % 60].map(twoDigits).joined(separator: ":")
    return "\(weekday), \(twoDigits(dayOfMonth)) \(names[month]) \(padding)\(fullYear) \(time) GMT"
  }

  private static func twoDigits(_ number: Int64) -> String {
    number < 10 ? "0\(number)" : String(number)
  }
}
