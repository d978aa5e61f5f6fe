/// The elements of an array, one after the other, for a `Decodable` type.
struct UnkeyedReader: UnkeyedDecodingContainer {
  let decoder: ValueDecoder
  let array: [JSONValue]
  private(set) var currentIndex = 0

  init(decoder: ValueDecoder, array: [JSONValue]) {
    self.decoder = decoder
    self.array = array
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { array.count }
  var isAtEnd: Bool { currentIndex == array.count }

  private func element(_ type: Any.Type) throws -> ValueDecoder {
    let key = IndexKey(currentIndex)
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        type,
        .init(
          codingPath: codingPath + [key],
          debugDescription: "expected an element, but the array has only \(array.count)"))
    }
    return decoder.inner(array[currentIndex], at: key)
  }

  /// Moves on only when the element could be read, so that a caller may try again as another type.
  private mutating func next<T>(
    _ type: T.Type, _ read: (ValueDecoder) throws -> T
  ) throws -> T {
    let value = try read(try element(type))
    currentIndex += 1
    return value
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try next(KeyedDecodingContainer<NestedKey>.self) { try $0.container(keyedBy: type) }
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let inner = try next(UnkeyedReader.self) { element in
      UnkeyedReader(decoder: element, array: try element.array())
    }
    return inner
  }

  mutating func superDecoder() throws -> any Decoder { try next(ValueDecoder.self) { $0 } }

  mutating func decodeNil() throws -> Bool {
    guard try element(JSONValue.self).value.isNull else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode(_ type: Bool.Type) throws -> Bool { try next(type) { try $0.bool() } }
  mutating func decode(_ type: String.Type) throws -> String {
    try next(type) { try $0.string() }
  }
  mutating func decode(_ type: Double.Type) throws -> Double {
    try next(type) { try $0.double() }
  }
  mutating func decode(_ type: Float.Type) throws -> Float { try next(type) { try $0.float() } }
  mutating func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  mutating func decode(_ type: Int128.Type) throws -> Int128 { try integer(type) }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
  mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try integer(type) }
  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try next(type) { try $0.whole(type) }
  }

  private mutating func integer<I: FixedWidthInteger>(_ type: I.Type) throws -> I {
    try next(type) { try $0.integer(type) }
  }
}
