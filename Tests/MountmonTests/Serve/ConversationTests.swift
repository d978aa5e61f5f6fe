import NIOCore
import NIOHTTP1
import Pacing
import Testing

@testable import mountmon

@Suite struct `A conversation` {
  typealias Event = Conversation.Event
  typealias Effect = Conversation.Effect

  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
  private let limits = ServerLimits()

  private func begin(_ limits: ServerLimits = ServerLimits()) -> Conversation {
    Conversation(limits: limits, at: start)
  }

  private func head(_ uri: String, close: Bool = false) -> Event {
    var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: uri)
    head.headers = ["Host": "x"]
    if close { head.headers.add(name: "Connection", value: "close") }
    return .head(head)
  }

  private func request(
    _ path: String, afterwards: AskedRequest.Afterwards = .staysOpen
  ) -> AskedRequest {
    AskedRequest(
      question: HTTPQuestion(path: path), isVersion1_0: false, afterwards: afterwards,
      awaitsContinue: false)
  }

  /// What `events` lead to, one after the other, `seconds` after the start.
  private func play(
    _ conversation: inout Conversation, _ events: [Event], after seconds: Int64 = 0
  ) -> [Effect] {
    events.flatMap { conversation.handle($0, at: start + .seconds(seconds)) }
  }

  @Test func `answers when the request has ended and all bytes are parsed`() {
    var talk = begin()
    #expect(play(&talk, [.bytes(endsLine: true), head("/a"), .requestEnded]) == [])
    #expect(play(&talk, [.readCompleted]) == [.answer(request("/a"), closes: false)])
    #expect(play(&talk, [.composed(bytes: 9)]) == [.flush])
    #expect(!talk.wantsInput)
    #expect(play(&talk, [.sent]) == [])
    #expect(talk.wantsInput)
  }

  @Test func `hands over no more than the limit before the client has taken it`() {
    var limits = limits
    limits.maximumUnsentBytes = 100
    var talk = begin(limits)
    for path in ["/a", "/b", "/c"] { #expect(play(&talk, [head(path), .requestEnded]) == []) }
    #expect(play(&talk, [.readCompleted]) == [.answer(request("/a"), closes: false)])
    #expect(play(&talk, [.composed(bytes: 99)]) == [.answer(request("/b"), closes: false)])
    #expect(play(&talk, [.composed(bytes: 1), .readCompleted]) == [.flush])
    #expect(play(&talk, [.sent]) == [.answer(request("/c"), closes: false)])
  }

  @Test func `answers under limits that make no sense`() {
    var limits = limits
    limits.maximumUnsentBytes = 0
    limits.requestTimeout = .seconds(Int64.max)
    var talk = begin(limits)
    #expect(play(&talk, [.tick], after: 1000) == [])
    #expect(
      play(&talk, [head("/a"), .requestEnded, .readCompleted, .composed(bytes: 1)])
        == [.answer(request("/a"), closes: false), .flush])
  }

  @Test func `closes at once when the client has asked for that`() {
    var talk = begin()
    let last = request("/a", afterwards: .closesAsAsked)
    #expect(
      play(
        &talk,
        [head("/a", close: true), .requestEnded, .readCompleted, .composed(bytes: 1), .sent])
        == [.answer(last, closes: true), .flush, .close(.finished)])
  }

  @Test func `lingers after a refusal until the client has closed`() {
    var talk = begin()
    #expect(
      play(&talk, [.malformed(.notHTTP), .composed(bytes: 1), .sent])
        == [.refuse(.notHTTP, withoutBody: false), .flush, .hangUp])
    #expect(talk.wantsInput && !talk.isListening)
    #expect(play(&talk, [head("/a"), .requestEnded, .readCompleted]) == [])
    #expect(play(&talk, [.inputClosed]) == [.close(.finished)])
  }

  @Test func `lingers when a client goes on after its last request`() {
    var talk = begin()
    let last = request("/a", afterwards: .closesAsAsked)
    #expect(
      play(
        &talk,
        [
          head("/a", close: true), .requestEnded, .malformed(.notHTTP), .readCompleted,
          .composed(bytes: 1), .sent,
        ]) == [.answer(last, closes: true), .flush, .hangUp])
  }

  @Test func `says nothing to a client that leaves in the middle of a request`() {
    var talk = begin()
    #expect(
      play(&talk, [.bytes(endsLine: true), .malformed(.truncated), .inputClosed])
        == [.close(.finished)])
  }

  @Test(arguments: [(false, HTTPAnswer.targetTooLong), (true, HTTPAnswer.headTooLarge)])
  func `knows what was too large`(lineEnded: Bool, answer: HTTPAnswer) {
    var talk = begin()
    #expect(
      play(&talk, [.bytes(endsLine: false), .bytes(endsLine: lineEnded), .malformed(.tooLarge)])
        == [.refuse(answer, withoutBody: false)])
  }

  @Test func `drops the body of HEAD from a refusal`() {
    var talk = begin()
    var head = HTTPRequestHead(version: .http1_1, method: .HEAD, uri: "/")
    head.headers = ["Host": "x", "Expect": "tea"]
    #expect(
      play(&talk, [.head(head), .readCompleted])
        == [.refuse(.unknownExpectation, withoutBody: true)])
  }

  @Test func `lasts as long as its limits say`() {
    var fresh = begin()
    #expect(play(&fresh, [.tick], after: 9) == [])
    #expect(play(&fresh, [.tick], after: 10) == [.close(.timedOut)])

    var idle = begin()
    _ = play(&idle, [head("/a"), .requestEnded, .readCompleted, .composed(bytes: 1), .sent])
    #expect(play(&idle, [.tick], after: 59) == [])
    var crawling = idle
    #expect(play(&idle, [.tick], after: 60) == [.close(.timedOut)])
    #expect(play(&crawling, [.bytes(endsLine: false)], after: 59) == [])
    #expect(play(&crawling, [.bytes(endsLine: false), .tick], after: 68) == [])
    #expect(play(&crawling, [.tick], after: 69) == [.refuse(.tooSlow, withoutBody: false)])

    var unread = begin()
    _ = play(&unread, [head("/a"), .requestEnded, .readCompleted, .composed(bytes: 1)])
    #expect(play(&unread, [.tick], after: 14) == [])
    #expect(play(&unread, [.tick], after: 15) == [.close(.timedOut)])

    var lingering = begin()
    _ = play(&lingering, [.malformed(.notHTTP), .composed(bytes: 1), .sent])
    #expect(play(&lingering, [.tick], after: 1) == [])
    #expect(play(&lingering, [.tick], after: 2) == [.close(.finished)])
  }

  @Test func `ends when the server stops, at once only if nothing has begun`() {
    var idle = begin()
    #expect(play(&idle, [.drain]) == [.close(.finished)])

    var begun = begin()
    #expect(play(&begun, [.bytes(endsLine: false), .drain]) == [])
    #expect(
      play(&begun, [head("/a"), .requestEnded, .readCompleted, .composed(bytes: 1), .sent])
        == [.answer(request("/a"), closes: true), .flush, .hangUp])
  }

  @Test func `ends after its answers when the server stops while they are sent`() {
    var talk = begin()
    _ = play(&talk, [head("/a"), .requestEnded, .readCompleted, .composed(bytes: 1), .drain])
    #expect(play(&talk, [.sent]) == [.close(.finished)])
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `keeps its promises whatever happens`(seed: UInt64) {
    var world = ConversationWorld(seed: seed)
    for _ in 0..<300 { world.step() }
    world.settle()
    #expect(world.broken == [], "seed \(seed)")
  }
}

/// A client, a parser and a socket that do anything they could do, and watch what comes of it.
private struct ConversationWorld {
  var random: SeededGenerator
  var now = NIODeadline.uptimeNanoseconds(1)
  var talk: Conversation
  var asked = 0
  var answered = 0
  var unflushed = 0
  var isSending = false
  var hasSaidLast = false
  var isClosed = false
  var broken: [String] = []

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    talk = Conversation(limits: ServerLimits(), at: now)
  }

  mutating func step() {
    now = now + .milliseconds(Int64.random(in: 0...400, using: &random))
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<20: post(.bytes(endsLine: .random(using: &random)))
    case 20..<40: ask()
    case 40..<60: if talk.isListening { post(.requestEnded) }
    case 60..<75: post(.readCompleted)
    case 75..<88: if isSending { sent() }
    case 88..<94: post(.tick)
    case 94: post(.body(bytes: Int.random(in: 0...40_000, using: &random)))
    case 95: if talk.isListening { post(.malformed(.tooLarge)) }
    case 96: post(.drain)
    case 97: post(.inputClosed)
    default: now = now + .seconds(1)
    }
  }

  /// With nothing but time, every conversation ends.
  mutating func settle() {
    for _ in 0..<10 {
      now = now + .seconds(61)
      post(.tick)
      if isSending { sent() }
    }
    if !isClosed { broken.append("never ends: \(talk.hearing) \(talk.speaking)") }
  }

  private mutating func ask() {
    guard case .silence = talk.hearing else { return }
    var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/\(asked)")
    head.headers = ["Host": "x"]
    if Int.random(in: 0..<10, using: &random) == 0 {
      head.headers.add(name: "Connection", value: "close")
    }
    asked += 1
    post(.head(head))
  }

  private mutating func sent() {
    isSending = false
    post(.sent)
  }

  private mutating func post(_ event: Conversation.Event) {
    for effect in talk.handle(event, at: now) {
      if isClosed { broken.append("\(effect) after the end") }
      carryOut(effect)
    }
    if isSending && talk.wantsInput { broken.append("reads while it sends") }
  }

  private mutating func carryOut(_ effect: Conversation.Effect) {
    switch effect {
    case .answer(let request, let closes):
      let number = Int(request.question.path.dropFirst()) ?? -1
      if number < answered { broken.append("answers \(number) again or too late") }
      answered = number + 1
      compose(closes: closes)
    case .refuse: compose(closes: true)
    case .proceed: compose(closes: false)
    case .flush:
      if unflushed == 0 || isSending { broken.append("flushes nothing, or twice") }
      (unflushed, isSending) = (0, true)
    case .hangUp: if unflushed > 0 || isSending { broken.append("hangs up too early") }
    case .close: isClosed = true
    }
  }

  private mutating func compose(closes: Bool) {
    if hasSaidLast { broken.append("says more after its last word") }
    hasSaidLast = closes
    let bytes = Int.random(in: 1...70_000, using: &random)
    unflushed += bytes
    post(.composed(bytes: bytes))
  }
}
