import Glibc
import MountHealthCore
public import TimeText

/// How much a line of `pool-health.log` matters, in the words of the file.
public enum StateLogLevel: String, Hashable, Sendable, CaseIterable {
  /// What goes on.
  case info = "INFO"
  /// What needs attention.
  case warn = "WARN"
  /// What failed.
  case error = "ERROR"
}

extension StateFolder {
  static let logName = "pool-health.log"
  /// How large the log may get before it becomes the older generation, of which there is one.
  static let maximumLogBytes = 1 << 20
  /// The longest line.
  static let maximumLineBytes = 4096

  /// Adds a line to `pool-health.log`, in the seed's form: `[2026-01-04 20:04:00] [INFO] words`, in
  /// the local time of the host. In the second folder as well, where there is one.
  ///
  /// - Parameters:
  ///   - level: How much it matters.
  ///   - words: One line; control characters become spaces, and what is beyond 4 KiB goes.
  ///   - now: The present, by date.
  /// - Returns: What went wrong; `nil` for nothing. The ledger does not depend on it.
  @discardableResult
  public func note(_ level: StateLogLevel, _ words: String, at now: Timestamp) -> StateFault? {
    let line = Self.line(level, words, Self.localTime(now))
    var fault: StateFault?
    if isLocked {
      do throws(ErrorNumber) {
        try calls.append(line, to: Self.logName, mode: 0o600)
      } catch {
        fault = self.fault(error, Self.logName, "a line cannot be added")
      }
      twin?.append(line)
    }
    return fault
  }

  static func line(_ level: StateLogLevel, _ words: String, _ time: String) -> [UInt8] {
    var line = Array("[\(time)] [\(level.rawValue)] ".utf8)
    for scalar in words.unicodeScalars {
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      let bytes = isControl ? [0x20] : Array(UTF8.encode(scalar) ?? .init())
      guard line.count + bytes.count < maximumLineBytes else { break }
      line += bytes
    }
    return line + [0x0A]
  }

  /// `2026-01-04 20:04:00` on the clock of the host's wall.
  static func localTime(_ now: Timestamp) -> String {
    var seconds = time_t(now.seconds)
    var parts = tm()
    guard localtime_r(&seconds, &parts) != nil else {
      return now.rfc3339()
    }
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
      + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
  }
}

extension StateCalls {
  /// Adds bytes to a log, all or none of them.
  func append(_ bytes: [UInt8], to name: String, mode: UInt32) throws(ErrorNumber) {
    var isNew = true
    if let status = try status(of: name) {
      let isFull = Int(status.st_size) + bytes.count > StateFolder.maximumLogBytes
      // A link, a folder, or a file that others may write to goes out of the way as well.
      if isFull || !status.isFile || status.unsafety != nil {
        try rename(name, name + ".1")
      } else {
        isNew = false
      }
    }
    let file = try open(name, O_WRONLY | O_APPEND | O_CREAT, mode: mode)
    // What umask took away.
    if isNew, fchmod(file.descriptor, mode) != 0 { throw ErrorNumber(rawValue: errno) }
    let size = Int(try file.status().st_size)
    do throws(ErrorNumber) {
      try write(bytes, to: file, name)
    } catch {
      try? cut(file, name, to: size)
      throw error
    }
  }
}
