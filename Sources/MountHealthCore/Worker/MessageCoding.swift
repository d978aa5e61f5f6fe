/// Writes the fields of a message: integers little-endian, texts with a length of two bytes.
struct MessageWriter {
  private(set) var bytes: [UInt8]

  /// Begins a message.
  init() {
    bytes = []
    bytes.reserveCapacity(128)
  }

  mutating func put(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }

  /// The most bytes of a text: no path and no expectation has more.
  static let maximumTextLength = 4096

  /// Writes a text; what is beyond `maximumTextLength` bytes is cut off.
  mutating func put(_ text: String) {
    let utf8 = text.utf8.prefix(Self.maximumTextLength)
    put(UInt16(utf8.count))
    bytes += utf8
  }

  /// Writes bytes, fewer than 65,536.
  mutating func put(_ content: ArraySlice<UInt8>) {
    put(UInt16(content.count))
    bytes += content
  }

  mutating func put(_ text: String?) {
    put(UInt8(text == nil ? 0 : 1))
    if let text { put(text) }
  }
}

/// Reads the fields of a message, never beyond its end.
struct MessageReader {
  private var rest: ArraySlice<UInt8>

  init(_ payload: ArraySlice<UInt8>) {
    rest = payload
  }

  mutating func take<Value: FixedWidthInteger>(_: Value.Type) throws(MessageError) -> Value {
    let size = MemoryLayout<Value>.size
    guard rest.count >= size else { throw .truncated }
    var value: Value = 0
    for (index, byte) in rest.prefix(size).enumerated() {
      value |= Value(truncatingIfNeeded: byte) << (8 * index)
    }
    rest.removeFirst(size)
    return value
  }

  mutating func takeText() throws(MessageError) -> String {
    let count = Int(try take(UInt16.self))
    guard rest.count >= count else { throw .truncated }
    defer { rest.removeFirst(count) }
    return String(decoding: rest.prefix(count), as: UTF8.self)
  }

  mutating func takeBytes(atMost limit: Int) throws(MessageError) -> [UInt8] {
    let count = Int(try take(UInt16.self))
    guard count <= limit else { throw .malformed }
    guard rest.count >= count else { throw .truncated }
    defer { rest.removeFirst(count) }
    return Array(rest.prefix(count))
  }

  mutating func takeOptionalText() throws(MessageError) -> String? {
    switch try take(UInt8.self) {
    case 0: nil
    case 1: try takeText()
    default: throw .malformed
    }
  }

  /// Whether all was read.
  var isAtEnd: Bool { rest.isEmpty }

  /// Makes sure that nothing is left.
  func finish() throws(MessageError) {
    guard rest.isEmpty else { throw .malformed }
  }
}

/// Why bytes are no message.
enum MessageError: Error, Hashable {
  /// A field reaches beyond the message's end.
  case truncated
  /// A field has a value that it cannot have, or bytes are left over.
  case malformed
}
