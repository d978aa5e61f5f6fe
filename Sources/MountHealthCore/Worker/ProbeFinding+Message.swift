extension ProbeFinding {
  /// Writes the finding.
  func write(to writer: inout MessageWriter) {
    switch self {
    case .seen(let bytes):
      writer.put(UInt8(1))
      writer.put(UInt64(clamping: bytes))
    case .failed(let step, let error):
      writer.put(UInt8(2))
      writer.put(step.rawValue)
      writer.put(error.rawValue)
    case .wrongKind(let kind):
      writer.put(UInt8(3))
      writer.put(kind.rawValue)
    case .escapes:
      writer.put(UInt8(4))
    case .short(let read, let size):
      writer.put(UInt8(5))
      writer.put(UInt64(clamping: read))
      writer.put(size)
    case .unexpected(let text):
      writer.put(UInt8(6))
      writer.put(text)
    case .fewEntries(let count):
      writer.put(UInt8(7))
      writer.put(UInt64(clamping: count))
    case .lowSpace(let free, let total):
      writer.put(UInt8(8))
      writer.put(free)
      writer.put(total)
    case .unable(let reason):
      writer.put(UInt8(9))
      writer.put(reason)
    }
  }

  /// Reads a finding.
  init(from reader: inout MessageReader) throws(MessageError) {
    switch try reader.take(UInt8.self) {
    case 1:
      self = .seen(bytes: Int(clamping: try reader.take(UInt64.self)))
    case 2:
      guard let step = ProbeStep(rawValue: try reader.take(UInt8.self)) else { throw .malformed }
      self = .failed(step, ErrorNumber(rawValue: try reader.take(Int32.self)))
    case 3:
      guard let kind = FileKind(rawValue: try reader.take(UInt8.self)) else { throw .malformed }
      self = .wrongKind(kind)
    case 4:
      self = .escapes
    case 5:
      let read = Int(clamping: try reader.take(UInt64.self))
      self = .short(read: read, size: try reader.take(UInt64.self))
    case 6:
      self = .unexpected(try reader.takeText())
    case 7:
      self = .fewEntries(Int(clamping: try reader.take(UInt64.self)))
    case 8:
      let free = try reader.take(UInt64.self)
      self = .lowSpace(free: free, total: try reader.take(UInt64.self))
    case 9:
      self = .unable(try reader.takeText())
    default:
      throw .malformed
    }
  }
}
