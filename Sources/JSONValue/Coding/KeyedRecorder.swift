/// Records the members that an `Encodable` type encodes.
struct KeyedRecorder<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: ValueEncoder

  var codingPath: [any CodingKey] { encoder.codingPath }

  private func later(_ key: any CodingKey) -> ValueEncoder {
    let inner = encoder.inner(key)
    encoder.node.setLater(key.stringValue, inner.node)
    return inner
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    later(key).container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    later(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { later(MemberKey.super) }
  func superEncoder(forKey key: Key) -> any Encoder { later(key) }

  private func set(_ key: Key, _ value: JSONValue) { encoder.node.set(key.stringValue, value) }

  private func set(_ key: Key, _ value: some BinaryInteger) { set(key, .number(JSONNumber(value))) }

  func encodeNil(forKey key: Key) throws { set(key, .null) }
  func encode(_ value: Bool, forKey key: Key) throws { set(key, .bool(value)) }
  func encode(_ value: String, forKey key: Key) throws { set(key, .string(value)) }
  func encode(_ value: Double, forKey key: Key) throws {
    set(key, try encoder.number(value, at: key))
  }
  func encode(_ value: Float, forKey key: Key) throws {
    set(key, try encoder.number(value, at: key))
  }
  func encode(_ value: Int, forKey key: Key) throws { set(key, value) }
  func encode(_ value: Int8, forKey key: Key) throws { set(key, value) }
  func encode(_ value: Int16, forKey key: Key) throws { set(key, value) }
  func encode(_ value: Int32, forKey key: Key) throws { set(key, value) }
  func encode(_ value: Int64, forKey key: Key) throws { set(key, value) }
  func encode(_ value: Int128, forKey key: Key) throws { set(key, value) }
  func encode(_ value: UInt, forKey key: Key) throws { set(key, value) }
  func encode(_ value: UInt8, forKey key: Key) throws { set(key, value) }
  func encode(_ value: UInt16, forKey key: Key) throws { set(key, value) }
  func encode(_ value: UInt32, forKey key: Key) throws { set(key, value) }
  func encode(_ value: UInt64, forKey key: Key) throws { set(key, value) }
  func encode(_ value: UInt128, forKey key: Key) throws { set(key, value) }
  func encode(_ value: some Encodable, forKey key: Key) throws {
    set(key, try encoder.whole(value, at: key))
  }
}
