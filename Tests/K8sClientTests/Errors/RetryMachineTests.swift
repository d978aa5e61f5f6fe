import HTTPTransport
import JSONValue
import Pacing
import Testing

@testable import K8sClient

@Suite struct `A call that is tried again` {
  static func get() throws -> APIRequest { .get(try ObjectPath(Pod.self, "plex-0", in: "media")) }
  static func create() throws -> APIRequest {
    try .create([:], in: CollectionPath(Job.self, in: .namespace("media")))
  }
  static func evict(dry: Bool = false) throws -> APIRequest {
    .evict(
      try ObjectPath(Pod.self, "plex-0", in: "media"),
      DeleteOptions(onlyIf: .uid(try UID("u")), isDryRun: dry))
  }

  private static let policy = RetryPolicy(
    attempts: 3, total: .seconds(20), longestRetryAfter: .seconds(10),
    backoff: Backoff(initial: .seconds(1), maximum: .seconds(4), jitter: 0))

  /// Runs a story: each letter is how a try ends. The result has a letter for each thing that is
  /// done, with the whole seconds between tries: `s` send, `c` credentials, `+` good, `!` failed,
  /// `?` failed and may have happened.
  private static func tell(
    _ story: String, _ request: APIRequest, _ policy: RetryPolicy = policy
  ) -> String {
    var machine = RetryMachine(request, policy, seed: 7)
    var now = Tick.zero
    var told = ""
    var effects = machine.handle(.started, at: now)
    var endings = story[...]
    while let effect = effects.first {
      switch effect {
      case .send:
        told += "s"
        guard let ending = endings.popFirst() else { return told + "…" }
        effects = machine.handle(event(ending), at: now)
      case .reloadCredentials:
        told += "c"
        effects = machine.handle(.reloaded, at: now)
      case .wake(let tick):
        told += "\((tick - now).components.seconds)"
        now = tick
        effects = machine.handle(.alarm, at: now)
      case .succeed: return told + "+"
      case .fail(let error): return told + (error.mayHaveHappened ? "?" : "!")
      }
    }
    return told + "nothing"
  }

  private static func event(_ letter: Character) -> RetryMachine.Event {
    func broke(_ code: TransportError.Code, sent: Bool) -> RetryMachine.Event {
      .broke(TransportError(code, "connect", "no", mayHaveBeenSent: sent))
    }
    return switch letter {
    case "+": .succeeded
    case "r": broke(.refused, sent: false)
    case "u": broke(.unresolved, sent: false)
    case "x": broke(.cut, sent: true)
    case "t": broke(.timedOut, sent: true)
    case "m": broke(.malformed, sent: true)
    case "C": broke(.cancelled, sent: false)
    case "k": .cancelled
    case "1": .refused(Status(code: 401))
    case "3": .refused(Status(code: 403))
    case "4": .refused(Status(code: 404))
    case "9": .refused(Status(code: 429))
    case "w": .refused(Status(code: 429, retryAfter: .seconds(5)))
    case "W": .refused(Status(code: 429, retryAfter: .seconds(3600)))
    case "b": .refused(Status(code: 429, causes: [.init(reason: "DisruptionBudget")]))
    case "5": .refused(Status(code: 500))
    case "7": .refused(Status(code: 504))
    default: .refused(Status(code: 501))
    }
  }

  @Test(
    arguments: [
      ("+", "s+"), ("r+", "s1s+"), ("rr+", "s1s2s+"), ("rrr+", "s1s2s!"), ("x+", "s1s+"),
      ("5+", "s1s+"), ("7+", "s1s+"), ("9+", "s1s+"), ("w+", "s5s+"), ("w9w", "s5s2s!"),
      ("W+", "s!"), ("4", "s!"), ("3", "s!"), ("m", "s!"), ("0", "s!"), ("C", "s!"), ("k", "s!"),
      ("1+", "scs+"), ("11", "scs!"), ("r1+", "s1scs+"), ("1r1", "scs1s!"), ("b", "s!"),
      ("ur4", "s1s2s!"), ("rk", "s1s!"),
    ])
  func `is a GET as long as there is hope`(story: String, told: String) throws {
    #expect(Self.tell(story, try Self.get()) == told)
  }

  @Test(
    arguments: [
      ("+", "s+"), ("r+", "s1s+"), ("9+", "s1s+"), ("w+", "s5s+"), ("1+", "scs+"), ("x", "s?"),
      ("t", "s?"), ("5", "s?"), ("7", "s?"), ("rx", "s1s?"), ("1x", "scs?"), ("9r5", "s1s2s?"),
      ("m", "s?"), ("k", "s?"), ("rk", "s1s?"), ("C", "s!"), ("4", "s!"),
    ])
  func `is a POST only where it was not done`(story: String, told: String) throws {
    #expect(Self.tell(story, try Self.create()) == told)
  }

  @Test(
    arguments: [
      ("x+", "s1s+"), ("x4", "s1s?"), ("7x4", "s1s2s?"), ("r4", "s1s!"), ("9b", "s1s!"),
      ("b", "s!"), ("xb", "s1s?"), ("x1k", "s1scs?"),
    ])
  func `is an eviction of one pod, and remembers that it may have happened`(
    story: String, told: String
  ) throws {
    #expect(Self.tell(story, try Self.evict()) == told)
    #expect(!Self.tell(story, try Self.evict(dry: true)).contains("?"))
  }

  @Test func `gives up when its time is over`() throws {
    let policy = RetryPolicy(
      attempts: 100, total: .seconds(10), longestRetryAfter: .seconds(10),
      backoff: Backoff(initial: .seconds(4), maximum: .seconds(4), jitter: 0))
    #expect(Self.tell("rrrrr", try Self.get(), policy) == "s4s4s!")
    #expect(Self.tell("rrrrr", try Self.get(), .once) == "s!")
  }

  @Test func `wakes again where it was woken too early`() throws {
    var machine = RetryMachine(try Self.get(), Self.policy, seed: 1)
    _ = machine.handle(.started, at: .zero)
    let refused = TransportError(.refused, "connect", "no", mayHaveBeenSent: false)
    let wake = Tick.zero + .seconds(1)
    #expect(machine.handle(.broke(refused), at: .zero) == [.wake(at: wake)])
    #expect(machine.handle(.alarm, at: .zero) == [.wake(at: wake)])
    #expect(machine.handle(.succeeded, at: .zero) == [])
    #expect(machine.handle(.alarm, at: wake) == [.send])
    #expect(machine.handle(.alarm, at: wake) == [])
    #expect(machine.handle(.succeeded, at: wake) == [.succeed])
    #expect(machine.handle(.cancelled, at: wake) == [])
  }

  @Test func `does not come back at the same moment as all others`() throws {
    let request = try Self.get()
    let status = Status(code: 429, retryAfter: .seconds(5))
    let ticks = (0..<100).compactMap { (seed: UInt64) -> Tick? in
      var machine = RetryMachine(request, seed: seed)
      _ = machine.handle(.started, at: .zero)
      guard case .wake(let tick)? = machine.handle(.refused(status), at: .zero).first else {
        return nil
      }
      return tick
    }
    #expect(ticks.count == 100)
    #expect(ticks.allSatisfy { (5_000_000_000...6_000_000_000).contains($0.nanoseconds) })
    #expect(Set(ticks).count > 90)
  }
}
