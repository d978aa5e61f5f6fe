@testable import mountmon

extension LogFormat {
  /// Formats with a clock and durations simple enough to be right.
  static func sample(_ style: Style, lineLimit: Int = 64 * 1024) -> LogFormat {
    LogFormat(
      style: style, lineLimit: lineLimit,
      time: { time, digits in
        let fraction = "\(1_000_000_000 + Int(time.nanoseconds))".dropFirst().prefix(digits)
        return "T\(time.seconds).\(fraction)Z"
      },
      duration: { "\($0.components.seconds)s" })
  }

  func text(_ record: LogRecord) -> String { String(decoding: line(record), as: UTF8.self) }
}

extension LogRecord {
  static func sample(
    _ message: String = "mount unhealthy", _ fields: LogFields = [:], level: LogLevel = .warn
  ) -> LogRecord {
    LogRecord(
      time: LogTime(seconds: 7, nanoseconds: 123_456_789), level: level, message: message,
      fields: fields)
  }
}
