/// Where this program tells what it does.
struct Log: Sendable {
  /// The least level that is told.
  let level: LogLevel
  private let format: LogFormat
  private let clock: @Sendable () -> LogTime
  private let sink: @Sendable ([UInt8]) -> Void
  /// Fields that every line has, before its own.
  private var context: LogFields = [:]

  /// The sink takes finished lines; it must not block.
  init(
    level: LogLevel, format: LogFormat, clock: @escaping @Sendable () -> LogTime,
    sink: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.level = level
    self.format = format
    self.clock = clock
    self.sink = sink
  }

  func debug(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
    log(.debug, message(), fields())
  }

  func info(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
    log(.info, message(), fields())
  }

  func warn(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
    log(.warn, message(), fields())
  }

  func error(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
    log(.error, message(), fields())
  }

  /// Below the level nothing is evaluated.
  func log(
    _ level: LogLevel, _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> LogFields = [:]
  ) {
    guard level >= self.level else { return }
    var all = context
    for field in fields().fields { all.add(field.name, field.value) }
    let record = LogRecord(time: clock(), level: level, message: message(), fields: all)
    sink(format.line(record))
  }

  /// A log whose every line has these fields, too.
  func with(_ fields: LogFields) -> Log {
    var log = self
    for field in fields.fields { log.context.add(field.name, field.value) }
    return log
  }
}
