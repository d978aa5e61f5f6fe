package import JSONValue
import TimeText

/// A value of the configuration that has the right kind and lies in its range.
package enum ConfigurationValue: Hashable, Sendable {
  case never
  case duration(Duration)
  case integer(Int)
  case number(Double)
  case bytes(UInt64)
  case flag(Bool)
  case text(String)
  case requirement(MountRequirement)
  case url(ServiceURL)
  case texts([String])
  case fields([WatchdogSettings.Repair.Header])
}

extension ConfigurationKey.Kind {
  /// Reads a value of the file.
  ///
  /// - Returns: `nil` where it is of another kind, or out of range.
  package func read(_ value: JSONValue) -> ConfigurationValue? {
    switch (self, value) {
    case (.durationOrNever, .string("never")):
      return .never
    case (.duration(let range), .string(let text)),
      (.durationOrNever(let range), .string(let text)):
      guard let duration = try? Duration(text: text), range.contains(duration) else { return nil }
      return .duration(duration)
    case (.integer(let range), .number(let number)):
      return number.int.flatMap { range.contains($0) ? .integer($0) : nil }
    case (.number(let range), .number(let number)):
      return number.double.flatMap { range.contains($0) ? .number($0) : nil }
    case (.bytes, .number(let number)):
      return number.int.flatMap { UInt64(exactly: $0) }.map { .bytes($0) }
    case (.bytes, .string(let text)):
      return UInt64(byteCount: text).map { .bytes($0) }
    case (.flag, .bool(let flag)):
      return .flag(flag)
    case (.text(let maximum), .string(let text)):
      return text.utf8.count <= maximum ? .text(text) : nil
    case (.name, .string(let text)):
      return MountName(text).map { .text($0.description) }
    case (.path, .string(let text)):
      return (try? MountPath(text, workingDirectory: "/")).map { _ in .text(text) }
    case (.absolutePath, .string(let text)):
      return (try? MountPath(text)).map { .text($0.description) }
    case (.canary, .string(let text)):
      return (try? CanaryPath(text)).map { .text($0.description) }
    case (.choice(let words), .string(let text)):
      return words.contains(text) ? .text(text) : nil
    case (.url(let schemes), .string(let text)):
      return ServiceURL(text, schemes: schemes).map { .url($0) }
    case (.texts(let count), .array(let elements)),
      (.textsOrObject(let count, _), .array(let elements)):
      let texts = elements.compactMap(\.stringValue).filter { $0.utf8.count <= 4096 }
      guard texts.count == elements.count, count.contains(texts.count) else { return nil }
      return texts.contains { $0.utf8.contains(0) } ? nil : .texts(texts)
    case (.fields(let count), .object(let object)):
      let fields = object.compactMap { WatchdogSettings.Repair.Header($0.key, $0.value) }
      guard fields.count == object.count, count.contains(fields.count) else { return nil }
      return .fields(fields)
    case (.requirement, .bool(let flag)):
      return .requirement(flag ? .mountPoint : .none)
    case (.requirement, .string("auto")):
      return .requirement(.remembered)
    default:
      return nil
    }
  }

  /// Reads a value that came as text: from the environment or a flag.
  func read(text: String) -> ConfigurationValue? {
    switch self {
    case .integer, .number, .flag:
      guard let value = try? JSONValue(parsing: text) else { return nil }
      return read(value)
    case .bytes, .requirement:
      if let value = try? JSONValue(parsing: text), let read = read(value) { return read }
      return read(.string(text))
    case .duration, .durationOrNever, .text, .name, .path, .absolutePath, .canary, .choice, .url:
      return read(.string(text))
    case .object, .objects, .textOrObject, .texts, .textsOrObject, .pathsOrObjects, .fields:
      return nil
    }
  }

  /// What is allowed, to follow the word "expected".
  package var expectation: String {
    switch self {
    case .duration(let range):
      "a duration from \(range.lowerBound.text) to \(range.upperBound.text), such as \"1m30s\""
    case .durationOrNever(let range): "never, or \(Self.duration(range).expectation)"
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range):
      "a number from \(JSONNumber(range.lowerBound)?.text ?? "0") to "
        + "\(JSONNumber(range.upperBound)?.text ?? "0")"
    case .bytes: "a whole number of bytes from 0 on, or a text such as \"10GiB\""
    case .flag: "true or false"
    case .text(let maximum): "a text of at most \(maximum) bytes"
    case .name: "a text of 1 to \(MountName.maximumLength) bytes without control characters"
    case .path: "a path that is not empty and has no \"..\" in it"
    case .absolutePath: "a path that begins with \"/\" and has no \"..\" in it"
    case .canary: "a path below the mount, without \"..\""
    case .choice(let words): "one of " + words.joined(separator: ", ")
    case .requirement: "\"auto\", true, false, or an object with \"fsType\", \"source\" or both"
    case .url(let schemes):
      "a URL that begins with " + schemes.map { "\($0.rawValue)://" }.joined(separator: " or ")
        + ", such as \"\(schemes.contains(.tcp) ? "tcp://nas.example:2049" : "http://127.0.0.1:5572/")\""
    case .texts(let count):
      "a list of \(count.lowerBound) to \(count.upperBound) texts of at most 4096 bytes"
    case .fields(let count):
      "an object of at most \(count.upperBound) texts, by the names of fields"
    case .textOrObject(let key, _): "\(key.kind.expectation), or an object"
    case .textsOrObject(let count, _): "\(Self.texts(count: count).expectation), or an object"
    case .pathsOrObjects(_, let count):
      "a list of \(count.lowerBound) to \(count.upperBound) absolute paths or objects"
    case .object: "an object"
    case .objects(_, let count): "a list of \(count.lowerBound) to \(count.upperBound) objects"
    }
  }
}

extension WatchdogSettings.Repair.Header {
  /// A field whose name is a token (RFC 9110) and whose value is one line.
  fileprivate init?(_ name: String, _ value: JSONValue) {
    let marks = "!#$%&'*+-.^_`|~".utf8
    let isToken = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      default: marks.contains(byte)
      }
    }
    guard isToken, (1...256).contains(name.utf8.count), let text = value.stringValue,
      text.utf8.count <= 4096, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else { return nil }
    self.init(name: name, value: text)
  }
}

extension UInt64 {
  /// A count of bytes with an optional unit: `kB MB GB TB` in powers of 1000, `KiB MiB GiB TiB` in
  /// powers of 1024.
  init?(byteCount text: String) {
    let digits = text.prefix { ("0"..."9").contains($0) }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }
    let factors: [Substring: UInt64] = [
      "": 1, "B": 1, "kB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
      "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
    ]
    guard let count = UInt64(digits), let factor = factors[unit] else { return nil }
    let (product, overflow) = count.multipliedReportingOverflow(by: factor)
    guard !overflow, product <= UInt64(Int64.max) else { return nil }
    self = product
  }
}

extension JSONValue {
  /// The value as a fault shows it: short, on one line.
  package var shown: String {
    switch self {
    case .object: "an object"
    case .array(let elements): "a list of \(elements.count)"
    case .string(let text): text.quotedExcerpt
    case .number(let number): String(number.text.prefix(60))
    case .bool(let flag): flag ? "true" : "false"
    case .null: "null"
    }
  }
}
