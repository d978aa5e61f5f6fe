import HTTPTransport
import Pacing
import Testing

@testable import K8sClient

@Suite struct `Whatever happens to a call` {
  private static let codes: [TransportError.Code] = [
    .unreachable, .refused, .unresolved, .handshakeFailed, .timedOut, .cut, .malformed, .tooLarge,
    .cancelled, .closed,
  ]
  private static let statuses = [400, 401, 403, 404, 409, 410, 422, 429, 500, 502, 503, 504, 307]

  private static func event(_ generator: inout SeededGenerator) -> RetryMachine.Event {
    func pick(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }
    switch pick(8) {
    case 0: return .succeeded
    case 1: return .alarm
    case 2: return .reloaded
    case 3: return pick(20) == 0 ? .cancelled : .alarm
    case 4, 5:
      return .broke(
        TransportError(codes[pick(codes.count)], "x", "y", mayHaveBeenSent: pick(2) == 0))
    default:
      var status = Status(code: statuses[pick(statuses.count)])
      if pick(3) == 0 { status.retryAfter = .seconds(pick(40)) }
      if status.code == 429, pick(3) == 0 { status.causes = [.init(reason: "DisruptionBudget")] }
      return .refused(status)
    }
  }

  private struct Story {
    var sends = 0
    var reloads = 0
    var ends = 0
    /// Whether a try is out, and what is known of those before.
    var isOut = false
    var mayHaveHappened = false
  }

  /// Feeds events at random, also such that make no sense, and holds every step to the rules.
  private static func run(_ request: APIRequest, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let policy = RetryPolicy(attempts: Int.random(in: 1...5, using: &generator))
    var machine = RetryMachine(request, policy, seed: seed)
    var story = Story()
    var now = Tick(nanoseconds: Int64.random(in: 0...1_000_000_000_000, using: &generator))
    let start = now
    var events: [RetryMachine.Event] = [.started]
    for _ in 0..<60 {
      let event = events.popLast() ?? event(&generator)
      let wasOut = story.isOut
      let effects = machine.handle(event, at: now)
      #expect(effects.count <= 1)
      if wasOut, isUncertain(event) { story.mayHaveHappened = true }
      if !effects.isEmpty { story.isOut = false }
      for effect in effects {
        #expect(story.ends == 0, "nothing comes after the end, seed \(seed)")
        switch effect {
        case .send:
          story.sends += 1
          story.isOut = true
          #expect(
            request.isRepeatable || !story.mayHaveHappened,
            "what may have been stored is not sent twice, seed \(seed)")
          #expect(now - start <= policy.total, "seed \(seed)")
        case .reloadCredentials: story.reloads += 1
        case .wake(let tick):
          #expect(tick > now)
          now = tick
        case .succeed: story.ends += 1
        case .fail(let error):
          story.ends += 1
          let isDoubtful = story.mayHaveHappened || (wasOut && event == .cancelled)
          #expect(error.mayHaveHappened == (isDoubtful && !request.isReadOnly), "seed \(seed)")
        }
      }
    }
    #expect(story.sends <= policy.attempts + 1, "seed \(seed)")
    #expect(story.reloads <= 1, "seed \(seed)")
  }

  private static func isUncertain(_ event: RetryMachine.Event) -> Bool {
    switch event {
    case .broke(let error): error.mayHaveBeenSent
    case .refused(let status): status.code >= 500
    case .started, .succeeded, .reloaded, .alarm, .cancelled: false
    }
  }

  @Test func `a POST that may have been stored is not sent again`() throws {
    let request = try `A call that is tried again`.create()
    for seed in 0..<4000 { Self.run(request, seed: UInt64(seed)) }
  }

  @Test func `an eviction tied to a uid keeps its bounds`() throws {
    let request = try `A call that is tried again`.evict()
    for seed in 0..<2000 { Self.run(request, seed: UInt64(seed)) }
  }

  @Test func `a GET keeps its bounds`() throws {
    let request = try `A call that is tried again`.get()
    for seed in 0..<2000 { Self.run(request, seed: UInt64(seed)) }
  }
}
