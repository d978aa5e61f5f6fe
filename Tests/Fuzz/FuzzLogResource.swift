// sources: Sources/mountmon/Output/LogResource.swift

/// Whatever the list: what is accepted is the same once it is written again, with all that needs it
/// percent-encoded, and what is refused says why.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzLogResource(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  let (resource, warnings) = LogResource.read([
    "OTEL_RESOURCE_ATTRIBUTES": text, "OTEL_SERVICE_NAME": text,
  ])
  precondition(warnings.count <= 2 && warnings.allSatisfy { $0.utf8.count < 200 })
  precondition(resource.attributes.count <= LogResource.countLimit + 1)
  precondition(Set(resource.attributes.map(\.name)).count == resource.attributes.count)
  do throws(LogResourceFault) {
    let list = try LogResource(list: text)
    let written = list.attributes.map { "\(encoded($0.name))=\(encoded($0.value))" }
      .joined(separator: ",")
    // Encoded it is longer, and may be too long.
    guard written.utf8.count <= LogResource.listLimit else { return 0 }
    let reread = try LogResource(list: written)
    precondition(reread == list, "a list reads differently")
  } catch {
    precondition(!error.description.isEmpty)
  }
  return 0
}

private func encoded(_ text: String) -> String {
  text.utf8.map { byte in
    let digits = String(byte, radix: 16)
    return "%" + (digits.utf8.count == 1 ? "0" : "") + digits
  }.joined()
}
