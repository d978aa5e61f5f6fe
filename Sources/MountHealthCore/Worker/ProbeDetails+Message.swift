extension ProbeWishes {
  private static let spaceBit: UInt8 = 1
  private static let sealBit: UInt8 = 2
  private static let attributeBit: UInt8 = 4

  /// Writes the wishes: one byte where there are none.
  func write(to writer: inout MessageWriter) {
    writer.put(
      (space ? Self.spaceBit : 0) | (seal ? Self.sealBit : 0)
        | (attribute == nil ? 0 : Self.attributeBit))
    guard let attribute else { return }
    writer.put(attribute.file.description)
    writer.put(attribute.name)
  }

  /// Reads wishes.
  init(from reader: inout MessageReader) throws(MessageError) {
    let bits = try reader.take(UInt8.self)
    guard bits & ~(Self.spaceBit | Self.sealBit | Self.attributeBit) == 0 else { throw .malformed }
    self.init(space: bits & Self.spaceBit != 0, seal: bits & Self.sealBit != 0)
    guard bits & Self.attributeBit != 0 else { return }
    guard let file = try? CanaryPath(try reader.takeText()),
      let attribute = FileAttribute(try reader.takeText(), of: file)
    else { throw .malformed }
    self.attribute = attribute
  }
}

extension ProbeDetails {
  /// Writes the details.
  func write(to writer: inout MessageWriter) {
    writer.put(UInt8(space == nil ? 0 : 1))
    if let space {
      writer.put(space.free)
      writer.put(space.total)
    }
    writer.put(UInt8(isSealed.map { $0 ? 2 : 1 } ?? 0))
    switch attribute {
    case nil:
      writer.put(UInt8(0))
    case .value(let bytes):
      writer.put(UInt8(1))
      writer.put(bytes.prefix(FileAttribute.maximumLength))
    case .unreadable(let error):
      writer.put(UInt8(2))
      writer.put(error.rawValue)
    }
  }

  /// Reads details.
  init(from reader: inout MessageReader) throws(MessageError) {
    self.init()
    switch try reader.take(UInt8.self) {
    case 0: break
    case 1:
      let free = try reader.take(UInt64.self)
      space = MountSpace(free: free, total: try reader.take(UInt64.self))
    default: throw .malformed
    }
    switch try reader.take(UInt8.self) {
    case 0: break
    case 1: isSealed = false
    case 2: isSealed = true
    default: throw .malformed
    }
    switch try reader.take(UInt8.self) {
    case 0: break
    case 1: attribute = .value(try reader.takeBytes(atMost: FileAttribute.maximumLength))
    case 2: attribute = .unreadable(ErrorNumber(rawValue: try reader.take(Int32.self)))
    default: throw .malformed
    }
  }
}
