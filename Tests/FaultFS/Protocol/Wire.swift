/// The bytes of a message ended before what its operation needs.
struct MalformedMessage: Error {}

/// Takes a message apart from the front, in the byte order of this machine.
struct WireReader {
  private let bytes: [UInt8]
  private var position: Int

  init(_ bytes: [UInt8], from position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type = Value.self
  ) throws(MalformedMessage) -> Value {
    let start = try skip(MemoryLayout<Value>.size)
    return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: type) }
  }

  /// Passes over padding and fields that mean nothing here; returns where they began.
  @discardableResult
  mutating func skip(_ count: Int) throws(MalformedMessage) -> Int {
    guard count >= 0, bytes.count - position >= count else { throw MalformedMessage() }
    defer { position += count }
    return position
  }

  mutating func bytes(_ count: Int) throws(MalformedMessage) -> [UInt8] {
    let start = try skip(count)
    return Array(bytes[start..<start + count])
  }

  /// The bytes up to the next NUL, which is taken too.
  mutating func string() throws(MalformedMessage) -> [UInt8] {
    guard let end = bytes[position...].firstIndex(of: 0) else { throw MalformedMessage() }
    defer { position = end + 1 }
    return Array(bytes[position..<end])
  }
}

/// Puts a message together, in the byte order of this machine.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  mutating func put<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  mutating func put(_ more: some Sequence<UInt8>) {
    bytes.append(contentsOf: more)
  }

  mutating func pad(_ count: Int) {
    bytes.append(contentsOf: repeatElement(0, count: count))
  }
}
