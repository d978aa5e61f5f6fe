import JSONValue
import Pacing
import SimulationKit
import Testing
import TimeText

@testable import K8sClient

@Suite struct `The event machine` {
  static func note(
    _ reason: String = "MountDead", _ text: String = "it is dead", pod: String = "plex-0",
    at seconds: Int64 = 0
  ) throws -> EventNote {
    EventNote(
      .warning, reason: reason, action: "Evict", note: text,
      regarding: ObjectReference(
        Pod.type, try ObjectName(pod), in: try Namespace("media"), uid: try UID("uid-\(pod)")),
      time: Timestamp(seconds: 1_700_000_000 + seconds), reportingInstance: "plex-0")
  }

  private static func request(_ effects: [EventMachine.Effect]) -> APIRequest? {
    guard case .send(let request)? = effects.last else { return nil }
    return request
  }

  private static func wait(_ effects: [EventMachine.Effect]) -> Tick? {
    guard case .wait(let until)? = effects.last else { return nil }
    return until
  }

  private static func failure(_ code: KubernetesError.Code, retryAfter: Duration? = nil)
    -> EventMachine.Event
  {
    .failed(KubernetesError(code, "x", status: Status(code: 0, retryAfter: retryAfter)))
  }

  /// A machine whose first event is on the server since the first second.
  private static func posted() throws -> EventMachine {
    var machine = EventMachine(seed: 1)
    _ = machine.handle(.record(try note()), at: .at(1))
    _ = machine.handle(.tick, at: .at(1))
    _ = machine.handle(.sent, at: .at(1))
    return machine
  }

  @Test func `creates the first of its kind`() throws {
    var machine = EventMachine(seed: 1)
    #expect(machine.handle(.tick, at: .at(0)) == [.wait(until: nil)])
    #expect(machine.handle(.record(try Self.note()), at: .at(1)) == [.wake])
    let request = try #require(Self.request(machine.handle(.tick, at: .at(1))))
    #expect(request.method == "POST")
    #expect(request.path == "/apis/events.k8s.io/v1/namespaces/media/events")
    #expect(request.body?["note"]?.stringValue == "it is dead")
    #expect(request.body?["series"] == nil)
    #expect(machine.handle(.sent, at: .at(2)) == [.wait(until: nil)])
    #expect(machine.counts.created == 1)
  }

  @Test func `counts repetitions on it, once a minute`() throws {
    var machine = try Self.posted()
    for second in 2...30 {
      _ = machine.handle(.record(try Self.note(at: Int64(second))), at: .at(Double(second)))
    }
    #expect(Self.wait(machine.handle(.tick, at: .at(30))) == .at(61))
    let request = try #require(Self.request(machine.handle(.tick, at: .at(61))))
    #expect(request.method == "PATCH")
    #expect(request.path.hasPrefix("/apis/events.k8s.io/v1/namespaces/media/events/plex-0."))
    #expect(request.body?["series"]?["count"]?.intValue == 30)
    #expect(
      request.body?["series"]?["lastObservedTime"]?.stringValue == "2023-11-14T22:13:50.000000Z")
    #expect(request.body?.objectValue?.keys == ["series"])
    _ = machine.handle(.sent, at: .at(62))
    _ = machine.handle(.record(try Self.note()), at: .at(63))
    #expect(Self.wait(machine.handle(.tick, at: .at(63))) == .at(122))
    #expect(machine.counts.repeated == 29)
  }

  @Test func `counts what repeats while the first is on its way`() throws {
    var machine = EventMachine(seed: 1)
    _ = machine.handle(.record(try Self.note()), at: .at(1))
    _ = machine.handle(.tick, at: .at(1))
    #expect(machine.handle(.record(try Self.note()), at: .at(1)) == [])
    #expect(Self.wait(machine.handle(.sent, at: .at(2))) == .at(62))
    let request = Self.request(machine.handle(.tick, at: .at(62)))
    #expect(request?.body?["series"]?["count"]?.intValue == 2)
  }

  @Test func `begins a new event after a long time, or when the server forgot`() throws {
    var machine = try Self.posted()
    _ = machine.handle(.record(try Self.note()), at: .at(602))
    #expect(Self.request(machine.handle(.tick, at: .at(602)))?.method == "POST")

    machine = try Self.posted()
    _ = machine.handle(.record(try Self.note(at: 5)), at: .at(5))
    _ = machine.handle(.record(try Self.note(at: 6)), at: .at(6))
    let patch = try #require(Self.request(machine.handle(.tick, at: .at(61))))
    let again = try #require(Self.request(machine.handle(Self.failure(.notFound), at: .at(61))))
    #expect(again.method == "POST")
    let name = again.body?["metadata"]?["name"]?.stringValue
    #expect(name.map { !patch.path.hasSuffix($0) } == true)
    #expect(again.body?["eventTime"]?.stringValue == "2023-11-14T22:13:26.000000Z")
    #expect(Self.wait(machine.handle(.sent, at: .at(62))) == .at(122))
    let series = Self.request(machine.handle(.tick, at: .at(122)))
    #expect(series?.body?["series"]?["count"]?.intValue == 2)
  }

  @Test(arguments: [KubernetesError.Code.forbidden, .notFound])
  func `turns to the core group for good where the other is refused`(_ code: KubernetesError.Code)
    throws
  {
    var machine = EventMachine(seed: 1)
    _ = machine.handle(.record(try Self.note()), at: .at(1))
    _ = machine.handle(.tick, at: .at(1))
    let core = try #require(Self.request(machine.handle(Self.failure(code), at: .at(1))))
    #expect(core.path == "/api/v1/namespaces/media/events")
    #expect(core.body?["message"]?.stringValue == "it is dead")
    _ = machine.handle(.sent, at: .at(1))
    _ = machine.handle(.record(try Self.note("Other")), at: .at(2))
    #expect(Self.request(machine.handle(.tick, at: .at(2)))?.path == core.path)
    #expect(machine.handle(Self.failure(code), at: .at(2)) == [.wait(until: nil)])
    #expect(machine.counts.refused == 1)
  }

  @Test func `does not blame the API for a namespace that is gone`() throws {
    var machine = EventMachine(seed: 1)
    _ = machine.handle(.record(try Self.note()), at: .at(1))
    let request = try #require(Self.request(machine.handle(.tick, at: .at(1))))
    let status = Status(json: [
      "code": 404, "reason": "NotFound", "details": ["kind": "namespaces", "name": "media"],
    ])
    let effects = machine.handle(.failed(KubernetesError(request, status)), at: .at(1))
    #expect(effects == [.wait(until: nil)])
    #expect(machine.api == .events && machine.counts.refused == 1)
  }

  @Test func `tries again what may work later, by the same name`() throws {
    var machine = EventMachine(seed: 1)
    _ = machine.handle(.record(try Self.note()), at: .at(1))
    let first = Self.request(machine.handle(.tick, at: .at(1)))
    let until = try #require(
      Self.wait(machine.handle(Self.failure(.tooManyRequests, retryAfter: .seconds(9)), at: .at(1)))
    )
    #expect(until >= .at(10))
    _ = machine.handle(.record(try Self.note("Other")), at: .at(2))
    #expect(Self.wait(machine.handle(.tick, at: .at(2))) == until)
    #expect(Self.request(machine.handle(.tick, at: until)) == first)
    // The first try got through after all.
    #expect(Self.request(machine.handle(Self.failure(.alreadyExists), at: until)) != nil)
    #expect(machine.counts.created == 1 && machine.counts.refused == 0)
  }

  @Test func `gives up what waits for an hour, and what is refused for good`() throws {
    var machine = EventMachine(seed: 1)
    _ = machine.handle(.record(try Self.note()), at: .at(1))
    var now = Tick.at(1)
    var calls = 0
    while let request = Self.request(machine.handle(.tick, at: now)) {
      calls += 1
      #expect(request.method == "POST")
      now = Self.wait(machine.handle(Self.failure(.unreachable), at: now)) ?? now
    }
    #expect(now > .at(3600) && now < .at(3700) && calls > 50 && calls < 150)
    #expect(machine.counts.crowdedOut == 1 && machine.pending == 0)
    _ = machine.handle(.record(try Self.note()), at: now)
    _ = machine.handle(.tick, at: now)
    #expect(machine.handle(Self.failure(.invalid), at: now) == [.wait(until: nil)])
    #expect(machine.counts.refused == 1)
  }

  @Test func `cuts off a flood about one object`() throws {
    var machine = EventMachine(seed: 1)
    for number in 0..<40 {
      _ = machine.handle(.record(try Self.note("R", "text \(number)")), at: .at(1))
    }
    #expect(machine.pending == 25 && machine.counts.limited == 15)
    _ = machine.handle(.record(try Self.note(pod: "sonarr-0")), at: .at(1))
    #expect(machine.pending == 26)
    _ = machine.handle(.record(try Self.note("R", "later")), at: .at(302))
    _ = machine.handle(.record(try Self.note("R", "last")), at: .at(302))
    #expect(machine.counts.limited == 16)
  }

  @Test func `drops the oldest repetition when too much waits, then the oldest event`() throws {
    var machine = EventMachine(policy: EventPolicy(maximumPending: 2), seed: 1)
    _ = machine.handle(.record(try Self.note("A")), at: .at(1))
    _ = machine.handle(.tick, at: .at(1))
    _ = machine.handle(.sent, at: .at(1))
    _ = machine.handle(.record(try Self.note("A")), at: .at(2))
    _ = machine.handle(.record(try Self.note("B")), at: .at(2))
    _ = machine.handle(.record(try Self.note("C")), at: .at(2))
    #expect(machine.counts.crowdedOut == 1)
    _ = machine.handle(.record(try Self.note("D")), at: .at(2))
    #expect(machine.counts.crowdedOut == 2 && machine.pending == 2)
    let next = Self.request(machine.handle(.tick, at: .at(2)))
    #expect(next?.body?["reason"]?.stringValue == "C")
  }

  @Test func `flushes all that waits, once`() throws {
    var machine = try Self.posted()
    _ = machine.handle(.record(try Self.note()), at: .at(2))
    _ = machine.handle(.record(try Self.note("Other")), at: .at(2))
    #expect(Self.request(machine.handle(.flush, at: .at(2)))?.method == "POST")
    #expect(Self.request(machine.handle(.sent, at: .at(2)))?.method == "PATCH")
    #expect(machine.handle(Self.failure(.unreachable), at: .at(3)) == [.finish])
    #expect(machine.counts.refused == 1)
  }

  @Test func `stays within its limits in a storm`() throws {
    var random = SeededGenerator(seed: 5)
    var machine = EventMachine(
      policy: EventPolicy(maximumPending: 20, maximumSeries: 40), seed: 1)
    var now = Tick.at(0)
    for _ in 0..<5000 {
      now = now + random.time(0...2000)
      let reason = "R\(random.number(0...60))"
      let pod = "p\(random.number(0...9))"
      _ = machine.handle(.record(try Self.note(reason, pod: pod)), at: now)
      if case .sending = machine.state {
        let codes: [KubernetesError.Code] = [.unreachable, .invalid, .alreadyExists, .notFound]
        _ =
          random.chance(0.7)
          ? machine.handle(.sent, at: now)
          : machine.handle(Self.failure(codes[random.number(0...3)]), at: now)
      } else {
        _ = machine.handle(.tick, at: now)
      }
      #expect(machine.pending <= 21 && machine.series.count <= 41)
    }
    let counts = machine.counts
    let known =
      counts.created + counts.repeated + counts.limited + counts.crowdedOut + counts.refused
    let waiting = machine.series.values.reduce(0) { $0 + $1.count - $1.known }
    #expect(known + waiting == counts.recorded)
  }
}
