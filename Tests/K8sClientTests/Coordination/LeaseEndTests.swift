import JSONValue
import Pacing
import Testing
import TimeText

@testable import K8sClient

@Suite struct `The lease machine in trouble` {
  @Test func `makes a Lease anew that was deleted under it, and leads on`() throws {
    var machine = try LeaseKit.leader()
    _ = machine.handle(.tick, at: .at(105), wall: LeaseKit.wall)
    _ = machine.handle(
      .writeFailed(KubernetesError(.conflict, "x")), at: .at(105), wall: LeaseKit.wall)
    let created = machine.handle(.read(nil), at: .at(105), wall: LeaseKit.wall)
    let lease = try #require(LeaseKit.written(created))
    let effects = machine.handle(
      .written(LeaseKit.stored(lease, version: 9, uid: "u2")), at: .at(106), wall: LeaseKit.wall)
    #expect(LeaseKit.announcements(effects) == [])
    #expect(machine.leadsUntil == .at(115))
  }

  @Test func `recognizes a write that seemed lost`() throws {
    var machine = try LeaseKit.machine()
    _ = machine.handle(.tick, at: .at(0), wall: LeaseKit.wall)
    _ = machine.handle(.read(LeaseKit.lease()), at: .at(0), wall: LeaseKit.wall)
    machine.state = .reading
    let lease = try #require(
      LeaseKit.written(machine.handle(.read(LeaseKit.lease()), at: .at(20), wall: LeaseKit.wall)))
    let late = KubernetesError(.timeout, "x", mayHaveHappened: true)
    let until = try #require(
      LeaseKit.wait(machine.handle(.writeFailed(late), at: .at(22), wall: LeaseKit.wall)))
    _ = machine.handle(.tick, at: until, wall: LeaseKit.wall)
    let found = LeaseKit.stored(lease, version: 2)
    let renewal = machine.handle(.read(found), at: until, wall: LeaseKit.wall + .seconds(9))
    #expect(LeaseKit.written(renewal)?[text: "metadata", "resourceVersion"] == "2")
    #expect(machine.leadsUntil == nil)
    let written = try #require(LeaseKit.written(renewal))
    let effects = machine.handle(
      .written(LeaseKit.stored(written, version: 3)), at: until, wall: LeaseKit.wall)
    #expect(LeaseKit.announcements(effects) == [.started(transition: 5)])
  }

  @Test func `gives the Lease back, after it has said so`() throws {
    var machine = try LeaseKit.leader()
    let effects = machine.handle(.stop, at: .at(101), wall: LeaseKit.wall)
    #expect(effects.first == .announce(.stopped(.released)))
    let lease = try #require(LeaseKit.written(effects))
    #expect(lease.holderIdentity == "" && lease.leaseDuration == .seconds(1))
    #expect(lease[text: "metadata", "resourceVersion"] == "2")
    #expect(
      machine.handle(.written(lease), at: .at(101), wall: LeaseKit.wall) == [.finish])
    #expect(machine.handle(.tick, at: .at(102), wall: LeaseKit.wall) == [])
  }

  @Test func `looks before it gives back what may have changed`() throws {
    var machine = try LeaseKit.leader()
    let renewal = try #require(
      LeaseKit.written(machine.handle(.tick, at: .at(105), wall: LeaseKit.wall)))
    let cancelled = KubernetesError(.cancelled, "x", mayHaveHappened: true)
    _ = machine.handle(.writeFailed(cancelled), at: .at(105), wall: LeaseKit.wall)
    let looks = machine.handle(.stop, at: .at(105), wall: LeaseKit.wall)
    #expect(looks.first == .announce(.stopped(.released)))
    guard case .read? = looks.last else {
      Issue.record("\(looks)")
      return
    }
    let found = LeaseKit.stored(renewal, version: 7)
    let effects = machine.handle(.read(found), at: .at(105), wall: LeaseKit.wall)
    #expect(LeaseKit.written(effects)?.holderIdentity == "")
    #expect(LeaseKit.written(effects)?[text: "metadata", "resourceVersion"] == "7")
  }

  @Test func `ends at once when it holds nothing`() throws {
    var machine = try LeaseKit.machine()
    #expect(machine.handle(.stop, at: .at(0), wall: LeaseKit.wall) == [.finish])
    machine = try LeaseKit.machine()
    _ = machine.handle(.tick, at: .at(0), wall: LeaseKit.wall)
    _ = machine.handle(.read(LeaseKit.lease()), at: .at(0), wall: LeaseKit.wall)
    #expect(machine.handle(.stop, at: .at(0), wall: LeaseKit.wall) == [.finish])
  }

  @Test func `writes what was recorded of a real election`() throws {
    let recording = try Recording("lease-leader-election")
    // A creation, as client-go and the API agree on it.
    let body = recording.exchanges[1].requestBody
    var machine = try LeaseKit.machine()
    _ = machine.handle(.tick, at: .at(0), wall: LeaseKit.wall)
    let time = try Timestamp(rfc3339: "2026-01-02T03:04:05Z")
    let created = machine.handle(.read(nil), at: .at(0), wall: time)
    #expect(LeaseKit.written(created)?.json == body)
    // What the server gave back is accepted, and followed by a renewal of the recorded form.
    let stored = try Lease(checking: recording.exchanges[1].body)
    let effects = machine.handle(.written(stored), at: .at(0), wall: time)
    let until = try #require(LeaseKit.wait(effects))
    let renewed = try Timestamp(rfc3339: "2026-01-02T03:04:07.654321Z")
    let renewal = try #require(
      LeaseKit.written(machine.handle(.tick, at: until, wall: renewed)))
    #expect(renewal.json["spec"] == recording.exchanges[4].requestBody["spec"])
    #expect(renewal[text: "metadata", "resourceVersion"] == "699")
  }
}
