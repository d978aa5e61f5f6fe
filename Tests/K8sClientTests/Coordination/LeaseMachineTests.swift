import JSONValue
import Pacing
import Testing
import TimeText

@testable import K8sClient

@Suite struct `The lease machine` {
  private static let wall = Timestamp(seconds: 1_767_323_045)

  private static func machine(_ identity: String = "a-0") throws -> LeaseMachine {
    LeaseMachine(
      try ObjectPath(Lease.self, "homelab-controller", in: "media"),
      policy: LeasePolicy(identity: identity), seed: 1)
  }

  /// A Lease of somebody, as a server would show it.
  private static func lease(
    _ holder: JSONValue = "b-0", version: Int = 1, uid: String = "u1", renewed: String = "a",
    duration: JSONValue = 15
  ) -> Lease {
    Lease(json: [
      "metadata": [
        "name": "homelab-controller", "namespace": "media", "uid": .string(uid),
        "resourceVersion": .string(String(version)), "labels": ["kept": "yes"],
      ],
      "spec": [
        "holderIdentity": holder, "leaseDurationSeconds": duration, "renewTime": .string(renewed),
        "leaseTransitions": 4,
      ],
    ])
  }

  /// What the server makes of a write.
  private static func stored(_ lease: Lease, version: Int, uid: String = "u1") -> Lease {
    var lease = lease
    lease[text: "metadata", "resourceVersion"] = String(version)
    lease[text: "metadata", "uid"] = uid
    return lease
  }

  private static func written(_ effects: [LeaseMachine.Effect]) -> Lease? {
    switch effects.last {
    case .create(let lease, _), .replace(let lease, _): lease
    case .announce, .read, .wait, .finish, nil: nil
    }
  }

  private static func wait(_ effects: [LeaseMachine.Effect]) -> Tick? {
    if case .wait(let until)? = effects.last { until } else { nil }
  }

  private static func announcements(_ effects: [LeaseMachine.Effect]) -> [LeadershipChange] {
    effects.compactMap { if case .announce(let change) = $0 { change } else { nil } }
  }

  /// A leader that took over a stale Lease at the hundredth second.
  private static func leader() throws -> LeaseMachine {
    var machine = try machine()
    _ = machine.handle(.tick, at: .at(0), wall: wall)
    _ = machine.handle(.read(lease()), at: .at(0), wall: wall)
    _ = machine.handle(.tick, at: .at(100), wall: wall)
    let effects = machine.handle(.read(lease()), at: .at(100), wall: wall)
    let taken = try #require(Self.written(effects))
    let led = machine.handle(.written(stored(taken, version: 2)), at: .at(100), wall: wall)
    #expect(announcements(led) == [.started(transition: 5)])
    return machine
  }

  @Test func `takes over what it has seen unchanged for its duration, not before`() throws {
    var machine = try Self.machine()
    #expect(machine.handle(.tick, at: .at(0), wall: Self.wall) == [.read(until: .at(2.5))])
    let seen = machine.handle(.read(Self.lease()), at: .at(1), wall: Self.wall)
    #expect(Self.announcements(seen) == [.sawLeader("b-0")])
    var now = try #require(Self.wait(seen))
    #expect(now <= .at(6.5))
    while now < .at(16) {
      #expect(machine.handle(.tick, at: now, wall: Self.wall).count == 1)
      let effects = machine.handle(.read(Self.lease()), at: now, wall: Self.wall)
      #expect(Self.written(effects) == nil)
      now = try #require(Self.wait(effects))
    }
    #expect(now == .at(16))
    _ = machine.handle(.tick, at: now, wall: Self.wall)
    let lease = try #require(
      Self.written(machine.handle(.read(Self.lease()), at: now, wall: Self.wall)))
    #expect(lease.holderIdentity == "a-0" && lease.leaseTransitions == 5)
    #expect(lease.acquireTime == Self.wall && lease.renewTime == Self.wall)
    #expect(lease[text: "metadata", "resourceVersion"] == "1")
    #expect(lease[text: "metadata", "uid"] == "u1")
    #expect(lease.metadata.labels == ["kept": "yes"])
  }

  @Test func `waits anew after each sign of life, not after other changes`() throws {
    var machine = try Self.machine()
    _ = machine.handle(.tick, at: .at(0), wall: Self.wall)
    for second in 0..<100 {
      let lease = Self.lease(version: second, renewed: String(second / 10))
      let effects = machine.handle(.read(lease), at: .at(Double(second)), wall: Self.wall)
      #expect(Self.written(effects) == nil)
      _ = machine.handle(.tick, at: .at(Double(second) + 0.9999), wall: Self.wall)
      machine.state = .reading
    }
    let labelled = Self.lease(version: 500, renewed: "9")
    let effects = machine.handle(.read(labelled), at: .at(105), wall: Self.wall)
    #expect(Self.written(effects)?[text: "metadata", "resourceVersion"] == "500")
  }

  @Test(arguments: [
    (JSONValue.null, 15.0), (-5, 15), (0, 15), (1, 1), (40, 40), (100_000_000_000, 3600),
  ])
  func `believes a duration as far as it can be`(_ duration: JSONValue, _ seconds: Double) throws {
    var machine = try Self.machine()
    _ = machine.handle(.tick, at: .at(0), wall: Self.wall)
    let lease = Self.lease(duration: duration)
    _ = machine.handle(.read(lease), at: .at(0), wall: Self.wall)
    machine.state = .reading
    let early = machine.handle(.read(lease), at: .at(seconds - 0.01), wall: Self.wall)
    #expect(Self.written(early) == nil)
    machine.state = .reading
    #expect(Self.written(machine.handle(.read(lease), at: .at(seconds), wall: Self.wall)) != nil)
  }

  @Test(arguments: [JSONValue.null, "", "a-0", "ä😀\u{0}"])
  func `waits whoever the holder is, itself of another life too`(_ holder: JSONValue) throws {
    var machine = try Self.machine()
    _ = machine.handle(.tick, at: .at(0), wall: Self.wall)
    let effects = machine.handle(.read(Self.lease(holder)), at: .at(0), wall: Self.wall)
    #expect(Self.wait(effects) != nil)
    machine.state = .reading
    let late = machine.handle(.read(Self.lease(holder)), at: .at(15), wall: Self.wall)
    #expect(Self.written(late) != nil)
  }

  @Test func `leads one duration after it made the Lease`() throws {
    var machine = try Self.machine()
    _ = machine.handle(.tick, at: .at(0), wall: Self.wall)
    let created = machine.handle(.read(nil), at: .at(0), wall: Self.wall)
    guard case .create(var lease, _)? = created.last else {
      Issue.record("\(created)")
      return
    }
    #expect(lease[text: "metadata", "resourceVersion"] == nil)
    #expect(lease.json["spec"]?["leaseDurationSeconds"]?.intValue == 15)
    var now = Tick.at(0)
    var version = 1
    while now < .at(15) {
      version += 1
      lease = Self.stored(lease, version: version)
      let effects = machine.handle(.written(lease), at: now, wall: Self.wall)
      #expect(Self.announcements(effects) == [] && machine.leadsUntil == nil)
      now = try #require(Self.wait(effects))
      let due = machine.handle(.tick, at: now, wall: Self.wall)
      if now >= .at(15) {
        #expect(Self.announcements(due) == [.started(transition: 0)])
      } else {
        lease = try #require(Self.written(due))
      }
    }
    #expect(now == .at(15))
  }

  @Test func `renews after a third, and says when it could not for two thirds`() throws {
    var machine = try Self.leader()
    guard case .waiting(let due, .renew) = machine.state else {
      Issue.record("\(machine.state)")
      return
    }
    #expect(due <= .at(105) && due >= .at(104))
    var now = due
    var changes: [LeadershipChange] = []
    var effects = machine.handle(.tick, at: now, wall: Self.wall)
    #expect(Self.written(effects) != nil)
    let error = KubernetesError(.unreachable, "x")
    while now < .at(120) {
      changes += Self.announcements(effects)
      switch effects.last {
      case .read(let until):
        now = until
        effects = machine.handle(.readFailed(error), at: now, wall: Self.wall)
      case .replace(_, let until):
        #expect(until <= .at(110))
        now = until
        effects = machine.handle(.writeFailed(error), at: now, wall: Self.wall)
      case .wait(let until):
        now = until
        effects = machine.handle(.tick, at: now, wall: Self.wall)
      case .announce, .create, .finish, nil:
        Issue.record("\(effects)")
        return
      }
      #expect((machine.leadsUntil != nil) == (now < .at(110)))
    }
    #expect(changes == [.failing(error), .stopped(.expired)])
    // Nobody took it: it leads again with the next renewal.
    machine.state = .reading
    let again = try #require(machine.sighting?.lease)
    let renewal = try #require(
      Self.written(machine.handle(.read(again), at: .at(130), wall: Self.wall)))
    let led = machine.handle(
      .written(Self.stored(renewal, version: 3)), at: .at(131), wall: Self.wall)
    #expect(Self.announcements(led) == [.started(transition: 5)])
    #expect(machine.leadsUntil == .at(140))
  }

  @Test func `counts a renewal from when it was sent`() throws {
    var machine = try Self.leader()
    let renewal = try #require(Self.written(machine.handle(.tick, at: .at(105), wall: Self.wall)))
    _ = machine.handle(.written(Self.stored(renewal, version: 3)), at: .at(107), wall: Self.wall)
    #expect(machine.leadsUntil == .at(115))
  }

  @Test func `steps down at once where the Lease is another one's`() throws {
    var machine = try Self.leader()
    _ = machine.handle(.tick, at: .at(105), wall: Self.wall)
    let conflict = KubernetesError(.conflict, "x")
    #expect(
      machine.handle(.writeFailed(conflict), at: .at(105), wall: Self.wall)
        == [.read(until: .at(107.5))])
    let effects = machine.handle(.read(Self.lease("c-0")), at: .at(105), wall: Self.wall)
    #expect(Self.announcements(effects) == [.stopped(.taken(by: "c-0")), .sawLeader("c-0")])
    #expect(machine.leadsUntil == nil)
  }

  @Test func `makes a Lease anew that was deleted under it, and leads on`() throws {
    var machine = try Self.leader()
    _ = machine.handle(.tick, at: .at(105), wall: Self.wall)
    _ = machine.handle(.writeFailed(KubernetesError(.conflict, "x")), at: .at(105), wall: Self.wall)
    let created = machine.handle(.read(nil), at: .at(105), wall: Self.wall)
    let lease = try #require(Self.written(created))
    let effects = machine.handle(
      .written(Self.stored(lease, version: 9, uid: "u2")), at: .at(106), wall: Self.wall)
    #expect(Self.announcements(effects) == [])
    #expect(machine.leadsUntil == .at(115))
  }

  @Test func `recognizes a write that seemed lost`() throws {
    var machine = try Self.machine()
    _ = machine.handle(.tick, at: .at(0), wall: Self.wall)
    _ = machine.handle(.read(Self.lease()), at: .at(0), wall: Self.wall)
    machine.state = .reading
    let lease = try #require(
      Self.written(machine.handle(.read(Self.lease()), at: .at(20), wall: Self.wall)))
    let late = KubernetesError(.timeout, "x", mayHaveHappened: true)
    let until = try #require(
      Self.wait(machine.handle(.writeFailed(late), at: .at(22), wall: Self.wall)))
    _ = machine.handle(.tick, at: until, wall: Self.wall)
    let found = Self.stored(lease, version: 2)
    let renewal = machine.handle(.read(found), at: until, wall: Self.wall + .seconds(9))
    #expect(Self.written(renewal)?[text: "metadata", "resourceVersion"] == "2")
    #expect(machine.leadsUntil == nil)
    let written = try #require(Self.written(renewal))
    let effects = machine.handle(
      .written(Self.stored(written, version: 3)), at: until, wall: Self.wall)
    #expect(Self.announcements(effects) == [.started(transition: 5)])
  }

  @Test func `gives the Lease back, after it has said so`() throws {
    var machine = try Self.leader()
    let effects = machine.handle(.stop, at: .at(101), wall: Self.wall)
    #expect(effects.first == .announce(.stopped(.released)))
    let lease = try #require(Self.written(effects))
    #expect(lease.holderIdentity == "" && lease.leaseDuration == .seconds(1))
    #expect(lease[text: "metadata", "resourceVersion"] == "2")
    #expect(
      machine.handle(.written(lease), at: .at(101), wall: Self.wall) == [.finish])
    #expect(machine.handle(.tick, at: .at(102), wall: Self.wall) == [])
  }

  @Test func `looks before it gives back what may have changed`() throws {
    var machine = try Self.leader()
    let renewal = try #require(Self.written(machine.handle(.tick, at: .at(105), wall: Self.wall)))
    let cancelled = KubernetesError(.cancelled, "x", mayHaveHappened: true)
    _ = machine.handle(.writeFailed(cancelled), at: .at(105), wall: Self.wall)
    let looks = machine.handle(.stop, at: .at(105), wall: Self.wall)
    #expect(looks.first == .announce(.stopped(.released)))
    guard case .read? = looks.last else {
      Issue.record("\(looks)")
      return
    }
    let found = Self.stored(renewal, version: 7)
    let effects = machine.handle(.read(found), at: .at(105), wall: Self.wall)
    #expect(Self.written(effects)?.holderIdentity == "")
    #expect(Self.written(effects)?[text: "metadata", "resourceVersion"] == "7")
  }

  @Test func `ends at once when it holds nothing`() throws {
    var machine = try Self.machine()
    #expect(machine.handle(.stop, at: .at(0), wall: Self.wall) == [.finish])
    machine = try Self.machine()
    _ = machine.handle(.tick, at: .at(0), wall: Self.wall)
    _ = machine.handle(.read(Self.lease()), at: .at(0), wall: Self.wall)
    #expect(machine.handle(.stop, at: .at(0), wall: Self.wall) == [.finish])
  }

  @Test func `writes what was recorded of a real election`() throws {
    let recording = try Recording("lease-leader-election")
    // A creation, as client-go and the API agree on it.
    let body = recording.exchanges[1].requestBody
    var machine = try Self.machine()
    _ = machine.handle(.tick, at: .at(0), wall: Self.wall)
    let time = try Timestamp(rfc3339: "2026-01-02T03:04:05Z")
    let created = machine.handle(.read(nil), at: .at(0), wall: time)
    #expect(Self.written(created)?.json == body)
    // What the server gave back is accepted, and followed by a renewal of the recorded form.
    let stored = try Lease(checking: recording.exchanges[1].body)
    let effects = machine.handle(.written(stored), at: .at(0), wall: time)
    let until = try #require(Self.wait(effects))
    let renewed = try Timestamp(rfc3339: "2026-01-02T03:04:07.654321Z")
    let renewal = try #require(
      Self.written(machine.handle(.tick, at: until, wall: renewed)))
    #expect(renewal.json["spec"] == recording.exchanges[4].requestBody["spec"])
    #expect(renewal[text: "metadata", "resourceVersion"] == "699")
  }
}
