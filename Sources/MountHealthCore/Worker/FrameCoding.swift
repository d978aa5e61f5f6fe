/// Writes the fields of a frame: integers little-endian, texts with a length of two bytes.
struct FrameWriter {
  private(set) var bytes: [UInt8]

  /// Begins a frame; its length is filled in at the end.
  init(_ kind: UInt8) {
    bytes = [0, 0, 0, 0, kind]
    bytes.reserveCapacity(128)
  }

  mutating func put(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }

  /// Writes a text; what is beyond 65,535 bytes is cut off.
  mutating func put(_ text: String) {
    let utf8 = text.utf8.prefix(Int(UInt16.max))
    put(UInt16(utf8.count))
    bytes += utf8
  }

  mutating func put(_ text: String?) {
    put(UInt8(text == nil ? 0 : 1))
    if let text { put(text) }
  }

  /// The whole frame.
  consuming func finish() -> [UInt8] {
    let length = UInt32(bytes.count - 4)
    withUnsafeBytes(of: length.littleEndian) { bytes.replaceSubrange(0..<4, with: $0) }
    return bytes
  }
}

/// Reads the fields of a frame, never beyond its end.
struct FrameReader {
  private var rest: ArraySlice<UInt8>

  init(_ payload: ArraySlice<UInt8>) {
    rest = payload
  }

  mutating func take<Value: FixedWidthInteger>(_: Value.Type) throws(FrameError) -> Value {
    let size = MemoryLayout<Value>.size
    guard rest.count >= size else { throw .truncated }
    var value: Value = 0
    for (index, byte) in rest.prefix(size).enumerated() {
      value |= Value(truncatingIfNeeded: byte) << (8 * index)
    }
    rest.removeFirst(size)
    return value
  }

  mutating func takeText() throws(FrameError) -> String {
    let count = Int(try take(UInt16.self))
    guard rest.count >= count else { throw .truncated }
    defer { rest.removeFirst(count) }
    return String(decoding: rest.prefix(count), as: UTF8.self)
  }

  mutating func takeOptionalText() throws(FrameError) -> String? {
    switch try take(UInt8.self) {
    case 0: nil
    case 1: try takeText()
    default: throw .malformed
    }
  }

  /// Makes sure that nothing is left.
  func finish() throws(FrameError) {
    guard rest.isEmpty else { throw .malformed }
  }
}

/// Why bytes are no frame.
enum FrameError: Error, Hashable {
  /// A field reaches beyond the frame's end.
  case truncated
  /// A field has a value that it cannot have, or bytes are left over.
  case malformed
  /// The frame is longer than any that is ever sent.
  case oversized
}

/// Cuts a stream of bytes into frames.
struct FrameBuffer {
  /// The longest frame: an order with the longest paths and expectation.
  static let maximumLength = 64 << 10

  private var bytes: [UInt8] = []
  private var start = 0

  mutating func append(_ chunk: some Sequence<UInt8>) {
    if start > 0 {
      bytes.removeFirst(start)
      start = 0
    }
    bytes += chunk
  }

  /// The next whole frame, its kind first; `nil` where more bytes have to come.
  mutating func next() throws(FrameError) -> ArraySlice<UInt8>? {
    guard bytes.count - start >= 4 else { return nil }
    let length = (0..<4).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
    guard length > 0 else { throw .malformed }
    guard length <= Self.maximumLength else { throw .oversized }
    let end = start + 4 + length
    guard bytes.count >= end else { return nil }
    defer { start = end }
    return bytes[(start + 4)..<end]
  }
}
