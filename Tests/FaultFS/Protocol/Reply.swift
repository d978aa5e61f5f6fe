/// One answer to the kernel: an error, or what the operation promises.
struct Reply: Hashable {
  let unique: UInt64
  let result: Result<[UInt8], Errno>

  /// As the kernel reads it.
  var message: [UInt8] {
    var writer = WireWriter()
    switch result {
    case .success(let body):
      writer.put(UInt32(Self.headerSize + body.count))
      writer.put(Int32(0))
      writer.put(unique)
      writer.put(body)
    case .failure(let error):
      writer.put(UInt32(Self.headerSize))
      writer.put(-error.code)
      writer.put(unique)
    }
    return writer.bytes
  }

  private static let headerSize = 16
}
