/// Collects what one `Encodable` value encodes.
struct ValueEncoder: Encoder {
  let node = EncodingNode()
  let path: CodingPath?
  let sharedInfo: [CodingUserInfoKey: any Sendable]

  init(path: CodingPath?, userInfo: [CodingUserInfoKey: any Sendable]) {
    self.path = path
    sharedInfo = userInfo
  }

  var codingPath: [any CodingKey] { path.keys }
  var userInfo: [CodingUserInfoKey: Any] { sharedInfo }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.beginObject()
    return KeyedEncodingContainer(KeyedRecorder(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.beginArray()
    return UnkeyedRecorder(encoder: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension ValueEncoder {
  /// An encoder for a part of this one's value.
  func inner(_ key: any CodingKey) -> ValueEncoder {
    ValueEncoder(path: path.appending(key), userInfo: sharedInfo)
  }

  /// The whole of a part, by its type's own rules.
  func whole(_ value: some Encodable, at key: any CodingKey) throws -> JSONValue {
    let encoder = inner(key)
    try value.encode(to: encoder)
    return encoder.node.value
  }

  func number(_ double: Double, at key: (any CodingKey)? = nil) throws -> JSONValue {
    guard let number = JSONNumber(double) else { throw notFinite(double, at: key) }
    return .number(number)
  }

  func number(_ float: Float, at key: (any CodingKey)? = nil) throws -> JSONValue {
    guard let number = JSONNumber(float) else { throw notFinite(float, at: key) }
    return .number(number)
  }

  private func notFinite(_ number: Any, at key: (any CodingKey)?) -> EncodingError {
    let path = codingPath + (key.map { [$0] } ?? [])
    return .invalidValue(
      number, .init(codingPath: path, debugDescription: "JSON has no way to write \(number)"))
  }
}

extension ValueEncoder: SingleValueEncodingContainer {
  func encodeNil() throws { node.set(.null) }
  func encode(_ value: Bool) throws { node.set(.bool(value)) }
  func encode(_ value: String) throws { node.set(.string(value)) }
  func encode(_ value: Double) throws { node.set(try number(value)) }
  func encode(_ value: Float) throws { node.set(try number(value)) }
  func encode(_ value: Int) throws { node.set(.number(JSONNumber(value))) }
  func encode(_ value: Int8) throws { node.set(.number(JSONNumber(value))) }
  func encode(_ value: Int16) throws { node.set(.number(JSONNumber(value))) }
  func encode(_ value: Int32) throws { node.set(.number(JSONNumber(value))) }
  func encode(_ value: Int64) throws { node.set(.number(JSONNumber(value))) }
  func encode(_ value: Int128) throws { node.set(.number(JSONNumber(value))) }
  func encode(_ value: UInt) throws { node.set(.number(JSONNumber(value))) }
  func encode(_ value: UInt8) throws { node.set(.number(JSONNumber(value))) }
  func encode(_ value: UInt16) throws { node.set(.number(JSONNumber(value))) }
  func encode(_ value: UInt32) throws { node.set(.number(JSONNumber(value))) }
  func encode(_ value: UInt64) throws { node.set(.number(JSONNumber(value))) }
  func encode(_ value: UInt128) throws { node.set(.number(JSONNumber(value))) }
  func encode(_ value: some Encodable) throws { try value.encode(to: self) }
}
