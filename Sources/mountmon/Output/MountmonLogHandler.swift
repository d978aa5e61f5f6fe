import Logging

/// Lets libraries that log through swift-log come out in our format.
struct MountmonLogHandler: LogHandler {
  private let label: String
  private let log: Log
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel: Logger.Level

  /// The label, the logger's name, is told as the field `logger`.
  init(label: String, log: Log) {
    self.label = label
    self.log = log
    logLevel = log.level.loggerLevel
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let level = LogLevel(event.level)
    guard level >= log.level else { return }
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
    if let given = event.metadata { all.merge(given) { $1 } }
    var fields: LogFields = ["logger": .string(label)]
    // A dictionary has no order of its own; the same event must make the same line.
    for (name, value) in all.sorted(by: { $0.key < $1.key }) { fields.add(name, LogValue(value)) }
    if let error = event.error { fields.add("error", .string("\(error)")) }
    log.log(level, "\(event.message)", fields)
  }
}

extension LogLevel {
  init(_ level: Logger.Level) {
    switch level {
    case .trace, .debug: self = .debug
    case .info, .notice: self = .info
    case .warning: self = .warn
    case .error, .critical: self = .error
    }
  }

  fileprivate var loggerLevel: Logger.Level {
    switch self {
    case .debug: .debug
    case .info: .info
    case .warn: .warning
    case .error: .error
    }
  }
}

extension LogValue {
  init(_ value: Logger.MetadataValue) {
    switch value {
    case .string(let text): self = .string(text)
    case .stringConvertible(let value): self = .string(value.description)
    case .array(let values): self = .array(values.map(LogValue.init))
    case .dictionary(let entries):
      self = .array(
        entries.sorted { $0.key < $1.key }.map { .array([.string($0.key), LogValue($0.value)]) })
    }
  }
}
