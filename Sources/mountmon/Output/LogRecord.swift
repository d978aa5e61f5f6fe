/// Something worth telling, before it is text.
struct LogRecord: Hashable, Sendable {
  var time: LogTime
  var level: LogLevel
  var message: String
  var fields: LogFields = [:]
}

/// A moment: seconds and nanoseconds since 1970 began, UTC.
struct LogTime: Hashable, Sendable {
  var seconds: Int64
  var nanoseconds: Int32
}

enum LogLevel: String, Hashable, Sendable, CaseIterable, Comparable {
  case debug
  case info
  case warn
  case error

  static func < (first: LogLevel, second: LogLevel) -> Bool { first.rank < second.rank }

  /// As lines show it.
  var name: String {
    switch self {
    case .debug: "DEBUG"
    case .info: "INFO"
    case .warn: "WARN"
    case .error: "ERROR"
    }
  }

  private var rank: Int {
    switch self {
    case .debug: 0
    case .info: 1
    case .warn: 2
    case .error: 3
    }
  }
}

/// Names and values, in the order given.
struct LogFields: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  struct Field: Hashable, Sendable {
    var name: String
    var value: LogValue
  }

  private(set) var fields: [Field] = []

  init(dictionaryLiteral elements: (String, LogValue)...) {
    fields = elements.map { Field(name: $0.0, value: $0.1) }
  }

  mutating func add(_ name: String, _ value: LogValue) {
    fields.append(Field(name: name, value: value))
  }
}

enum LogValue: Hashable, Sendable {
  case string(String)
  case int(Int)
  case double(Double)
  case bool(Bool)
  case duration(Duration)
  case array([LogValue])
}

extension LogValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral
{
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .int(value) }
  init(floatLiteral value: Double) { self = .double(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(arrayLiteral elements: LogValue...) { self = .array(elements) }
}
