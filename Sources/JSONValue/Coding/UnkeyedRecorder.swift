/// Records the elements that an `Encodable` type encodes.
struct UnkeyedRecorder: UnkeyedEncodingContainer {
  let encoder: ValueEncoder

  var codingPath: [any CodingKey] { encoder.codingPath }
  var count: Int { encoder.node.count }

  private func later() -> ValueEncoder {
    let inner = encoder.inner(IndexKey(count))
    encoder.node.appendLater(inner.node)
    return inner
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> {
    later().container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { later().unkeyedContainer() }

  func superEncoder() -> any Encoder { later() }

  private func append(_ value: some BinaryInteger) {
    encoder.node.append(.number(JSONNumber(value)))
  }

  func encodeNil() throws { encoder.node.append(.null) }
  func encode(_ value: Bool) throws { encoder.node.append(.bool(value)) }
  func encode(_ value: String) throws { encoder.node.append(.string(value)) }
  func encode(_ value: Double) throws {
    encoder.node.append(try encoder.number(value, at: IndexKey(count)))
  }
  func encode(_ value: Float) throws {
    encoder.node.append(try encoder.number(value, at: IndexKey(count)))
  }
  func encode(_ value: Int) throws { append(value) }
  func encode(_ value: Int8) throws { append(value) }
  func encode(_ value: Int16) throws { append(value) }
  func encode(_ value: Int32) throws { append(value) }
  func encode(_ value: Int64) throws { append(value) }
  func encode(_ value: Int128) throws { append(value) }
  func encode(_ value: UInt) throws { append(value) }
  func encode(_ value: UInt8) throws { append(value) }
  func encode(_ value: UInt16) throws { append(value) }
  func encode(_ value: UInt32) throws { append(value) }
  func encode(_ value: UInt64) throws { append(value) }
  func encode(_ value: UInt128) throws { append(value) }
  func encode(_ value: some Encodable) throws {
    encoder.node.append(try encoder.whole(value, at: IndexKey(count)))
  }
}
