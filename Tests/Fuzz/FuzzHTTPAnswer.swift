// sources: Sources/HTTPTransport/Wire Sources/HTTPTransport/HTTPHeaders.swift Sources/HTTPTransport/HTTPRequest.swift Sources/HTTPTransport/HTTPLimits.swift

/// Whatever a server sends, and however it is cut: it is read the same, or refused, and the limits hold.
/// The first byte says how it is cut, and whether it answers HEAD.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTPAnswer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: start, count: count)
  guard let first = input.first else { return 0 }
  let bytes = Array(input.dropFirst())
  var limits = HTTPLimits()
  limits.maximumHeadBytes = 512
  limits.maximumFields = 8
  limits.maximumChunkLineBytes = 32
  limits.maximumInterimAnswers = 2
  let whole = Outcome([bytes], limits, toHEAD: first & 1 == 1)
  let step = max(1, Int(first >> 1))
  let pieces = stride(from: 0, to: bytes.count, by: step).map {
    Array(bytes[$0..<min($0 + step, bytes.count)])
  }
  let cut = Outcome(pieces, limits, toHEAD: first & 1 == 1)
  precondition(whole == cut, "cut it reads differently")
  precondition(whole.body.count <= bytes.count)
  if let head = whole.head {
    precondition((200...599).contains(head.status))
    precondition(head.headers.fields.count <= limits.maximumFields)
  }
  precondition(!(whole.isComplete && whole.isRefused))
  return 0
}

private struct Outcome: Equatable {
  var head: AnswerHead?
  var body: [UInt8] = []
  var isComplete = false
  var isRefused = false

  init(_ pieces: [[UInt8]], _ limits: HTTPLimits, toHEAD: Bool) {
    var parser = AnswerParser(limits: limits, isToHEAD: toHEAD)
    for piece in pieces {
      let found = parser.take(piece)
      precondition(found.head == nil || head == nil, "two heads")
      precondition(found.body.isEmpty || !(isComplete || isRefused), "a body after its end")
      head = head ?? found.head
      body += found.body
      isComplete = isComplete || found.isComplete
      if let fault = found.fault {
        isRefused = true
        precondition(!fault.reason.isEmpty && fault.reason.utf8.count < 500)
        precondition(fault.reason.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{7F}" })
      }
    }
    if isComplete || isRefused { precondition(parser.missingAtEnd == nil) }
  }
}
