/// Shows one JSON value to `Decodable` types.
struct ValueDecoder: Decoder {
  let value: JSONValue
  let path: CodingPath?
  let sharedInfo: [CodingUserInfoKey: any Sendable]

  init(value: JSONValue, path: CodingPath?, userInfo: [CodingUserInfoKey: any Sendable]) {
    self.value = value
    self.path = path
    sharedInfo = userInfo
  }

  var codingPath: [any CodingKey] { path.keys }
  var userInfo: [CodingUserInfoKey: Any] { sharedInfo }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(KeyedReader(decoder: self, object: try object()))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    UnkeyedReader(decoder: self, array: try array())
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { self }
}

extension ValueDecoder {
  /// The decoder of a part of this one's value.
  func inner(_ value: JSONValue, at key: any CodingKey) -> ValueDecoder {
    ValueDecoder(value: value, path: path.appending(key), userInfo: sharedInfo)
  }

  /// The whole value, by the type's own rules.
  func whole<T: Decodable>(_ type: T.Type) throws -> T { try T(from: self) }

  func object() throws -> JSONObject {
    guard case .object(let object) = value else { throw mismatch(JSONObject.self, "an object") }
    return object
  }

  func array() throws -> [JSONValue] {
    guard case .array(let array) = value else { throw mismatch([JSONValue].self, "an array") }
    return array
  }

  func bool() throws -> Bool {
    guard case .bool(let bool) = value else { throw mismatch(Bool.self, "a boolean") }
    return bool
  }

  func string() throws -> String {
    guard case .string(let string) = value else { throw mismatch(String.self, "a string") }
    return string
  }

  func number(_ type: Any.Type) throws -> JSONNumber {
    guard case .number(let number) = value else { throw mismatch(type, "a number") }
    return number
  }

  func integer<I: FixedWidthInteger>(_ type: I.Type) throws -> I {
    let number = try number(type)
    guard let integer = number.integer(as: type) else {
      throw corrupted(
        "expected a whole number from \(I.min) to \(I.max), found \(number.text.clipped)")
    }
    return integer
  }

  func double() throws -> Double {
    let number = try number(Double.self)
    guard let double = number.double else {
      throw corrupted("expected a number in \(Double.self)'s range, found \(number.text.clipped)")
    }
    return double
  }

  func float() throws -> Float {
    let number = try number(Float.self)
    guard let float = number.float else {
      throw corrupted("expected a number in \(Float.self)'s range, found \(number.text.clipped)")
    }
    return float
  }
}

extension ValueDecoder {
  private func mismatch(_ type: Any.Type, _ expected: String) -> DecodingError {
    let found =
      switch value {
      case .null, .array, .object: "\(value.kind)"
      case .bool(let bool): "\(bool)"
      case .number(let number): "the number \(number.text.clipped)"
      case .string(let string): "the string \(JSONValue.string(string.clipped))"
      }
    let context = DecodingError.Context(
      codingPath: codingPath, debugDescription: "expected \(expected), found \(found)")
    return value.isNull ? .valueNotFound(type, context) : .typeMismatch(type, context)
  }

  private func corrupted(_ message: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: codingPath, debugDescription: message))
  }
}

extension ValueDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool { value.isNull }
  func decode(_ type: Bool.Type) throws -> Bool { try bool() }
  func decode(_ type: String.Type) throws -> String { try string() }
  func decode(_ type: Double.Type) throws -> Double { try double() }
  func decode(_ type: Float.Type) throws -> Float { try float() }
  func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  func decode(_ type: Int128.Type) throws -> Int128 { try integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
  func decode(_ type: UInt128.Type) throws -> UInt128 { try integer(type) }
  func decode<T: Decodable>(_ type: T.Type) throws -> T { try whole(type) }
}
