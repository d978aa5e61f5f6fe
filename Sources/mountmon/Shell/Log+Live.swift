import CLinux
import Glibc
import MountHealthCore

extension Log {
  /// The log of a command that runs as a service, with what the environment says of it.
  static func service(
    _ level: LogLevel, _ form: Configuration.LogForm
  ) -> (log: Log, writer: LogWriter) {
    let (resource, warnings) = LogResource.read(ProcessSetup.environment)
    let (log, writer) = live(level: level, format: .standard(form, resource: resource))
    log.tell(environment: warnings)
    return (log, writer)
  }

  /// Tells of variables that are not used, a line each.
  func tell(environment warnings: [String]) {
    for warning in warnings { warn("environment", ["warning": .string(warning)]) }
  }

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
