/// Who writes the log, as the environment says in OpenTelemetry's words: `OTEL_SERVICE_NAME` and
/// `OTEL_RESOURCE_ATTRIBUTES`.
struct LogResource: Hashable, Sendable {
  /// Such as `deployment.environment.name` and `home`. A value is always a text.
  struct Attribute: Hashable, Sendable {
    var name: String
    var value: String
  }

  /// How long the list may be, in bytes: every line of the log repeats it.
  static let listLimit = 2048
  static let nameLimit = 255
  static let countLimit = 64

  private static let serviceName = "service.name"

  /// In the order given, each name once, the service's name first.
  private(set) var attributes: [Attribute] = []

  /// Reads the environment. A variable that is no good is passed over as a whole, as OpenTelemetry
  /// asks for, and told of.
  ///
  /// - Parameter environment: Variables. An empty one counts as none.
  /// - Returns: What is known, and a line for each variable that is not used.
  static func read(_ environment: [String: String]) -> (resource: LogResource, warnings: [String]) {
    var resource = LogResource()
    var warnings: [String] = []
    if let list = environment["OTEL_RESOURCE_ATTRIBUTES"], !list.isEmpty {
      do throws(LogResourceFault) {
        resource = try LogResource(list: list)
      } catch {
        warnings.append("OTEL_RESOURCE_ATTRIBUTES is not used: \(error.description)")
      }
    }
    if let name = environment["OTEL_SERVICE_NAME"], !name.isEmpty {
      if name.utf8.count <= nameLimit {
        resource.set(serviceName, name)
      } else {
        warnings.append("OTEL_SERVICE_NAME is not used: it is longer than \(nameLimit) bytes")
      }
    }
    resource.attributes.sort { $0.name == serviceName && $1.name != serviceName }
    return (resource, warnings)
  }

  /// Nothing is known.
  init() {}

  /// Reads `name=value,name=value`. Names and values may have percent-encoded bytes, and have to where
  /// they hold a comma, or a name an equals sign. Spaces around them do not count, nor do empty entries.
  ///
  /// - Throws: What is wrong. Never a part of the list: it may hold what is not for a log.
  init(list: String) throws(LogResourceFault) {
    guard list.utf8.count <= Self.listLimit else { throw .tooLong }
    var number = 0
    for entry in list.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      number += 1
      let entry = Self.trimmed(entry)
      if entry.isEmpty { continue }
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { throw .noEquals(number) }
      let name = try Self.decoded(Self.trimmed(entry[..<equals]), number)
      let value = try Self.decoded(Self.trimmed(entry[entry.index(after: equals)...]), number)
      guard !name.isEmpty else { throw .noName(number) }
      set(name, value)
      guard attributes.count <= Self.countLimit else { throw .tooMany }
    }
  }

  /// The last one of a name counts.
  private mutating func set(_ name: String, _ value: String) {
    let attribute = Attribute(name: name, value: value)
    if let index = attributes.firstIndex(where: { $0.name == name }) {
      attributes[index] = attribute
    } else {
      attributes.append(attribute)
    }
  }

  private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
    var rest = text[...]
    while let first = rest.first, isBlank(first) { rest.removeFirst() }
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    return rest
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func decoded(
    _ text: Substring.UTF8View, _ number: Int
  ) throws(LogResourceFault) -> String {
    var bytes: [UInt8] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
      else { throw .badPercent(number) }
      bytes.append(high << 4 | low)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText(number) }
    return text
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// What is wrong with a list of resource attributes. Entries are numbered from 1.
enum LogResourceFault: Error, Hashable, CustomStringConvertible {
  case tooLong
  case tooMany
  case noEquals(Int)
  case noName(Int)
  case badPercent(Int)
  case notText(Int)

  var description: String {
    switch self {
    case .tooLong: "it is longer than \(LogResource.listLimit) bytes"
    case .tooMany: "it has more than \(LogResource.countLimit) entries"
    case .noEquals(let number): "entry \(number) has no \"=\"; write name=value,name=value"
    case .noName(let number): "entry \(number) has no name before its \"=\""
    case .badPercent(let number):
      "entry \(number) has a \"%\" without two hexadecimal digits; write %25 for a percent sign"
    case .notText(let number): "entry \(number) is not UTF-8 once its percent signs are decoded"
    }
  }
}
