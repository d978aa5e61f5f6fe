// sources: Sources/K8sClient/Errors/Status.swift Sources/K8sClient/Errors/Status+Reading.swift
// sources: Sources/K8sClient/Errors/HTMLText.swift Sources/K8sClient/Errors/RetryAfter.swift
// sources: Sources/K8sClient/Errors/APIWarning.swift Sources/K8sClient/Errors/PlainText.swift
// sources: Sources/K8sClient/Errors/Denial.swift Sources/K8sClient/Request/UID.swift
// sources: Sources/K8sClient/Request/ValueError.swift
// modules: Sources/JSONValue Sources/TimeText

/// Whatever an API server, or a proxy before it, sends for an error: it is read, and what is read is
/// bounded and fit for a log.
///
/// The first line of the input are the fields `Retry-After`, `Date` and any number of
/// `Warning`, with tabs between them; the rest is the body.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzStatus(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let end = input.firstIndex(of: UInt8(ascii: "\n")) ?? input.endIndex
  let fields = input[..<end].split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    .map { String(decoding: $0, as: UTF8.self) }
  let status = Status(code: 503, body: Array(input[end...].dropFirst()))
  precondition(status.code == 503, "the code of HTTP counts")
  check(status.message, Status.maximumMessageLength)
  check(status.reason ?? "", 128)
  precondition(status.causes.count <= Status.maximumCauses, "too many causes")
  for cause in status.causes {
    for text in [cause.reason, cause.message, cause.field] { check(text ?? "", 1024) }
  }
  let wait = RetryAfter.read(fields[0], date: fields.count > 1 ? fields[1] : nil)
  for wait in [wait, status.retryAfter] {
    if let wait { precondition(wait >= .zero, "time runs backwards") }
  }
  for warning in APIWarning.read(Array(fields.dropFirst(2))) {
    check(warning.text, APIWarning.maximumLength)
  }
  _ = Denial(status.message)
  return 0
}

/// One line, not longer than allowed and an ellipsis, nothing that moves a terminal's cursor.
private func check(_ text: String, _ limit: Int) {
  precondition(text.unicodeScalars.count <= limit + 1, "too long")
  precondition(!text.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a control character")
}
