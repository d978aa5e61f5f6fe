// sources: Sources/TimeText
#if canImport(TimeText)
  import TimeText
#endif

/// Whatever the text: what is accepted survives writing, and what is refused says why.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTimeText(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  do throws(DurationTextError) {
    let duration = try Duration(text: text)
    let isPlain = text.unicodeScalars.allSatisfy { $0.isASCII || $0 == "\u{B5}" || $0 == "\u{3BC}" }
    precondition(isPlain, "a duration of other letters and digits than its own")
    let reread = try? Duration(text: duration.text)
    precondition(reread == duration, "a duration reads differently")
    _ = duration.abbreviated
  } catch {
    precondition(!error.description.isEmpty)
  }
  do throws(TimestampError) {
    let instant = try Timestamp(rfc3339: text)
    precondition(text.utf8.allSatisfy { $0 < 0x80 }, "an instant of other digits than ASCII's")
    let reread = try? Timestamp(rfc3339: instant.description)
    precondition(reread == instant, "an instant reads differently")
  } catch {
    precondition(!error.description.isEmpty)
  }
  return 0
}
