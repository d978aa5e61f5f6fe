import NIOCore
import NIOHTTP1

extension Conversation {
  mutating func handle(_ event: Event, at now: NIODeadline) -> [Effect] {
    if speaking == .gone { return [] }
    switch event {
    case .bytes(let endsLine):
      hearBytes(endsLine: endsLine, at: now)
      return []
    case .head(let head):
      hear(head)
      return []
    case .body(let bytes):
      hearBody(bytes)
      return []
    case .requestEnded:
      endRequest(at: now)
      return []
    case .malformed(let fault):
      hear(fault)
      return advance(at: now)
    case .readCompleted:
      return advance(at: now)
    case .composed(let bytes):
      guard case .composing(let before) = speaking else { return [] }
      return advance(at: now, composed: before + bytes)
    case .sent:
      guard speaking == .sending else { return [] }
      speaking = .silent
      lastProgress = now
      // Nothing was read meanwhile, so a request that has begun gets its time anew.
      hearingSince = now
      return advance(at: now)
    case .inputClosed:
      inputIsClosed = true
      hearing = .deaf
      return speaking == .lingering ? end(.finished) : advance(at: now)
    case .connectionLost:
      return end(.finished)
    case .tick:
      return now >= deadline ? losePatience(at: now) : []
    case .drain:
      isDraining = true
      return advance(at: now)
    case .evict:
      return end(.evicted)
    }
  }

  private mutating func hearBytes(endsLine: Bool, at now: NIODeadline) {
    switch hearing {
    case .silence:
      hearing = .head(lineEnded: endsLine)
      hearingSince = now
    case .head(let lineEnded): hearing = .head(lineEnded: lineEnded || endsLine)
    case .body, .deaf: break
    }
  }

  private mutating func hear(_ head: HTTPRequestHead) {
    switch hearing {
    case .silence, .head:
      switch RequestPolicy.decide(head, limits) {
      case .accept(let request):
        if request.awaitsContinue { turns.append(.proceed) }
        hearing = .body(request, received: 0)
      case .refuse(let answer): refuse(answer, toHead: head.method == .HEAD)
      }
    case .body, .deaf: break
    }
  }

  private mutating func hearBody(_ bytes: Int) {
    guard case .body(let request, let before) = hearing else { return }
    guard before + bytes <= limits.maximumBodyBytes else { return refuse(.bodyTooLarge) }
    hearing = .body(request, received: before + bytes)
  }

  private mutating func endRequest(at now: NIODeadline) {
    guard case .body(let request, _) = hearing else { return }
    turns.append(.request(request))
    hearing = request.afterwards == .staysOpen ? .silence : .deaf
    closesUnasked = closesUnasked || request.afterwards == .closesUnasked
    hearingSince = now
    lastProgress = now
    isFresh = false
  }

  private mutating func hear(_ fault: Fault) {
    if hearing == .deaf {
      // It goes on although it has said that it would not, so more may be under way.
      closesUnasked = true
      return
    }
    switch fault {
    case .truncated: hearing = .deaf
    case .unknownVersion: refuse(.unknownVersion)
    case .notHTTP: refuse(.notHTTP)
    // The parser has one word for both: a head without any line end is a target without end.
    case .tooLarge: refuse(hearing == .head(lineEnded: false) ? .targetTooLong : .headTooLarge)
    }
  }

  /// The refusal is the last answer; those asked before are answered first.
  private mutating func refuse(_ answer: HTTPAnswer, toHead: Bool = false) {
    var toHead = toHead
    if case .body(let request, _) = hearing { toHead = request.question.method == .head }
    turns.append(.refusal(answer, toHead: toHead))
    hearing = .deaf
    closesUnasked = true
  }

  /// The next step towards everything being answered and sent.
  private mutating func advance(at now: NIODeadline) -> [Effect] {
    speaking == .silent ? advance(at: now, composed: 0) : []
  }

  private mutating func advance(at now: NIODeadline, composed: Int) -> [Effect] {
    if composed == 0 || composed < limits.maximumUnsentBytes, let turn = turns.popFirst() {
      speaking = .composing(bytes: composed)
      return [compose(turn)]
    }
    if composed > 0 {
      speaking = .sending
      speakingSince = now
      return [.flush]
    }
    if hearing == .deaf { return finish(at: now) }
    return isDraining && hearing == .silence ? end(.finished) : []
  }

  private mutating func compose(_ turn: Turn) -> Effect {
    switch turn {
    case .proceed: return .proceed
    case .refusal(let answer, let toHead): return .refuse(answer, withoutBody: toHead)
    case .request(let request):
      if isDraining && turns.isEmpty && hearing == .silence {
        hearing = .deaf
        closesUnasked = true
      }
      return .answer(request, closes: turns.isEmpty && hearing == .deaf)
    }
  }

  private mutating func finish(at now: NIODeadline) -> [Effect] {
    guard closesUnasked && !inputIsClosed else { return end(.finished) }
    speaking = .lingering
    speakingSince = now
    return [.hangUp]
  }

  private mutating func losePatience(at now: NIODeadline) -> [Effect] {
    switch hearing {
    case .head, .body:
      guard speaking == .silent else { return end(.timedOut) }
      refuse(.tooSlow)
      return advance(at: now)
    case .silence, .deaf:
      return end(speaking == .lingering ? .finished : .timedOut)
    }
  }

  private mutating func end(_ ending: Ending) -> [Effect] {
    speaking = .gone
    hearing = .deaf
    turns.removeAll(keepingCapacity: false)
    return [.close(ending)]
  }
}
