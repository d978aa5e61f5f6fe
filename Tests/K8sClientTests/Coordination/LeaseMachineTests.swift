import JSONValue
import Pacing
import Testing
import TimeText

@testable import K8sClient

@Suite struct `The lease machine` {
  @Test func `takes over what it has seen unchanged for its duration, not before`() throws {
    var machine = try LeaseKit.machine()
    #expect(machine.handle(.tick, at: .at(0), wall: LeaseKit.wall) == [.read(until: .at(2.5))])
    let seen = machine.handle(.read(LeaseKit.lease()), at: .at(1), wall: LeaseKit.wall)
    #expect(LeaseKit.announcements(seen) == [.sawLeader("b-0")])
    var now = try #require(LeaseKit.wait(seen))
    #expect(now <= .at(6.5))
    while now < .at(16) {
      #expect(machine.handle(.tick, at: now, wall: LeaseKit.wall).count == 1)
      let effects = machine.handle(.read(LeaseKit.lease()), at: now, wall: LeaseKit.wall)
      #expect(LeaseKit.written(effects) == nil)
      now = try #require(LeaseKit.wait(effects))
    }
    #expect(now == .at(16))
    _ = machine.handle(.tick, at: now, wall: LeaseKit.wall)
    let lease = try #require(
      LeaseKit.written(machine.handle(.read(LeaseKit.lease()), at: now, wall: LeaseKit.wall)))
    #expect(lease.holderIdentity == "a-0" && lease.leaseTransitions == 5)
    #expect(lease.acquireTime == LeaseKit.wall && lease.renewTime == LeaseKit.wall)
    #expect(lease[text: "metadata", "resourceVersion"] == "1")
    #expect(lease[text: "metadata", "uid"] == "u1")
    #expect(lease.metadata.labels == ["kept": "yes"])
  }

  @Test func `waits anew after each sign of life, not after other changes`() throws {
    var machine = try LeaseKit.machine()
    _ = machine.handle(.tick, at: .at(0), wall: LeaseKit.wall)
    for second in 0..<100 {
      let lease = LeaseKit.lease(version: second, renewed: String(second / 10))
      let effects = machine.handle(.read(lease), at: .at(Double(second)), wall: LeaseKit.wall)
      #expect(LeaseKit.written(effects) == nil)
      _ = machine.handle(.tick, at: .at(Double(second) + 0.9999), wall: LeaseKit.wall)
      machine.state = .reading
    }
    let labelled = LeaseKit.lease(version: 500, renewed: "9")
    let effects = machine.handle(.read(labelled), at: .at(105), wall: LeaseKit.wall)
    #expect(LeaseKit.written(effects)?[text: "metadata", "resourceVersion"] == "500")
  }

  @Test(arguments: [
    (JSONValue.null, 15.0), (-5, 15), (0, 15), (1, 1), (40, 40), (100_000_000_000, 3600),
  ])
  func `believes a duration as far as it can be`(_ duration: JSONValue, _ seconds: Double) throws {
    var machine = try LeaseKit.machine()
    _ = machine.handle(.tick, at: .at(0), wall: LeaseKit.wall)
    let lease = LeaseKit.lease(duration: duration)
    _ = machine.handle(.read(lease), at: .at(0), wall: LeaseKit.wall)
    machine.state = .reading
    let early = machine.handle(.read(lease), at: .at(seconds - 0.01), wall: LeaseKit.wall)
    #expect(LeaseKit.written(early) == nil)
    machine.state = .reading
    #expect(
      LeaseKit.written(machine.handle(.read(lease), at: .at(seconds), wall: LeaseKit.wall)) != nil)
  }

  @Test(arguments: [JSONValue.null, "", "a-0", "ä😀\u{0}"])
  func `waits whoever the holder is, itself of another life too`(_ holder: JSONValue) throws {
    var machine = try LeaseKit.machine()
    _ = machine.handle(.tick, at: .at(0), wall: LeaseKit.wall)
    let effects = machine.handle(.read(LeaseKit.lease(holder)), at: .at(0), wall: LeaseKit.wall)
    #expect(LeaseKit.wait(effects) != nil)
    machine.state = .reading
    let late = machine.handle(.read(LeaseKit.lease(holder)), at: .at(15), wall: LeaseKit.wall)
    #expect(LeaseKit.written(late) != nil)
  }

  @Test func `leads one duration after it made the Lease`() throws {
    var machine = try LeaseKit.machine()
    _ = machine.handle(.tick, at: .at(0), wall: LeaseKit.wall)
    let created = machine.handle(.read(nil), at: .at(0), wall: LeaseKit.wall)
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
      lease = LeaseKit.stored(lease, version: version)
      let effects = machine.handle(.written(lease), at: now, wall: LeaseKit.wall)
      #expect(LeaseKit.announcements(effects) == [] && machine.leadsUntil == nil)
      now = try #require(LeaseKit.wait(effects))
      let due = machine.handle(.tick, at: now, wall: LeaseKit.wall)
      if now >= .at(15) {
        #expect(LeaseKit.announcements(due) == [.started(transition: 0)])
      } else {
        lease = try #require(LeaseKit.written(due))
      }
    }
    #expect(now == .at(15))
  }

  @Test func `renews after a third, and says when it could not for two thirds`() throws {
    var machine = try LeaseKit.leader()
    guard case .waiting(let due, .renew) = machine.state else {
      Issue.record("\(machine.state)")
      return
    }
    #expect(due <= .at(105) && due >= .at(104))
    var now = due
    var changes: [LeadershipChange] = []
    var effects = machine.handle(.tick, at: now, wall: LeaseKit.wall)
    #expect(LeaseKit.written(effects) != nil)
    let error = KubernetesError(.unreachable, "x")
    while now < .at(120) {
      changes += LeaseKit.announcements(effects)
      switch effects.last {
      case .read(let until):
        now = until
        effects = machine.handle(.readFailed(error), at: now, wall: LeaseKit.wall)
      case .replace(_, let until):
        #expect(until <= .at(110))
        now = until
        effects = machine.handle(.writeFailed(error), at: now, wall: LeaseKit.wall)
      case .wait(let until):
        now = until
        effects = machine.handle(.tick, at: now, wall: LeaseKit.wall)
      case .announce, .create, .finish, nil:
        Issue.record("\(effects)")
        return
      }
      #expect((machine.leadsUntil != nil) == (now < .at(110)))
    }
    #expect(changes == [.failing(error), .stopped(.expired)])
    // Nobody took it: it leads again with the next renewal.
    machine.state = .reading
    let again = try #require(machine.observation?.lease)
    let renewal = try #require(
      LeaseKit.written(machine.handle(.read(again), at: .at(130), wall: LeaseKit.wall)))
    let led = machine.handle(
      .written(LeaseKit.stored(renewal, version: 3)), at: .at(131), wall: LeaseKit.wall)
    #expect(LeaseKit.announcements(led) == [.started(transition: 5)])
    #expect(machine.leadsUntil == .at(140))
  }

  @Test func `tells once that a renewal failed, and that the next did not`() throws {
    var machine = try LeaseKit.leader()
    let renewal = try #require(
      LeaseKit.written(machine.handle(.tick, at: .at(105), wall: LeaseKit.wall)))
    let error = KubernetesError(.unreachable, "x")
    var effects = machine.handle(.writeFailed(error), at: .at(106), wall: LeaseKit.wall)
    #expect(LeaseKit.announcements(effects) == [.failing(error)])
    machine.state = .reading
    let lease = try #require(machine.observation?.lease)
    effects = machine.handle(.read(lease), at: .at(107), wall: LeaseKit.wall)
    #expect(LeaseKit.announcements(effects) == [.recovered])
    #expect(machine.leadsUntil != nil, "it leads all the while")
    effects = machine.handle(
      .written(LeaseKit.stored(LeaseKit.written(effects) ?? renewal, version: 3)), at: .at(108),
      wall: LeaseKit.wall)
    #expect(LeaseKit.announcements(effects) == [])
  }

  @Test func `counts a renewal from when it was sent`() throws {
    var machine = try LeaseKit.leader()
    let renewal = try #require(
      LeaseKit.written(machine.handle(.tick, at: .at(105), wall: LeaseKit.wall)))
    _ = machine.handle(
      .written(LeaseKit.stored(renewal, version: 3)), at: .at(107), wall: LeaseKit.wall)
    #expect(machine.leadsUntil == .at(115))
  }

  @Test func `steps down at once where the Lease is another one's`() throws {
    var machine = try LeaseKit.leader()
    _ = machine.handle(.tick, at: .at(105), wall: LeaseKit.wall)
    let conflict = KubernetesError(.conflict, "x")
    #expect(
      machine.handle(.writeFailed(conflict), at: .at(105), wall: LeaseKit.wall)
        == [.read(until: .at(107.5))])
    let effects = machine.handle(.read(LeaseKit.lease("c-0")), at: .at(105), wall: LeaseKit.wall)
    #expect(LeaseKit.announcements(effects) == [.stopped(.taken(by: "c-0")), .sawLeader("c-0")])
    #expect(machine.leadsUntil == nil)
  }
}
