// sources: Sources/JSONValue
#if canImport(JSONValue)
  import JSONValue
#endif

/// Whatever the bytes: what is accepted survives writing, and what is refused says where.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  for duplicates: JSONParser.Options.DuplicateKeys in [.reject, .keepFirst, .keepLast] {
    let options = JSONParser.Options(maximumDepth: 64, duplicateKeys: duplicates)
    do throws(JSONError) {
      let value = try JSONValue(parsing: input, options: options)
      precondition(String(validating: input, as: UTF8.self) != nil, "accepted what is not UTF-8")
      // From here on nothing may be refused: `try?` keeps a refusal from looking like one above.
      let compact = value.bytes()
      let reread = try? JSONValue(parsing: compact)
      precondition(reread == value, "the compact text reads differently")
      precondition(reread?.bytes() == compact, "writing is not stable")
      let pretty = try? JSONValue(parsing: value.text(.pretty))
      precondition(pretty == value, "the pretty text reads differently")
      let again = try? JSONValue(encoding: value).decode(JSONValue.self)
      precondition(again == value, "the coder changes a value")
    } catch {
      precondition((0...count).contains(error.offset), "the place is outside the text")
      precondition(error.line >= 1 && error.column >= 1 && !error.message.isEmpty)
      let lines = input[..<error.offset].count { $0 == 0x0A }
      precondition(error.line == lines + 1, "the line does not match the offset")
    }
  }
  return 0
}
