import CLinux
import Glibc

extension Log {
  /// A log whose lines go to a descriptor, standard output in the program, and the writer to
  /// flush at the end.
  static func live(
    level: LogLevel, format: LogFormat, descriptor: Int32 = STDOUT_FILENO,
    capacity: LogQueue.Capacity = .standard
  ) -> (log: Log, writer: LogWriter) {
    let writer = LogWriter(descriptor: descriptor, capacity: capacity) { dropped in
      format.line(
        LogRecord(
          time: .now(), level: .warn, message: "log lines dropped",
          fields: ["count": .int(dropped)]))
    }
    let log = Log(level: level, format: format, clock: LogTime.now) { writer.write($0) }
    return (log, writer)
  }
}

extension LogTime {
  /// The wall clock.
  static func now() -> LogTime {
    let (seconds, nanoseconds) = clinux_wall_time().quotientAndRemainder(dividingBy: 1_000_000_000)
    return LogTime(seconds: seconds, nanoseconds: Int32(nanoseconds))
  }
}
