import JSONValue
import K8sClient
import StubAPIServer
import Synchronization
import Testing
import TimeText

/// Who leads, and how many at the same time.
private final class Throne: Sendable {
  private let state = Mutex((sitting: 0, most: 0, history: [String](), mayLeave: false))

  var most: Int { state.withLock { $0.most } }
  var history: [String] { state.withLock { $0.history } }
  var mayLeave: Bool { state.withLock { $0.mayLeave } }

  func mount(_ candidate: String) {
    state.withLock { state in
      state.sitting += 1
      state.most = max(state.most, state.sitting)
      state.history.append(candidate)
    }
  }

  func leave() { state.withLock { $0.sitting -= 1 } }

  func letLeave() { state.withLock { $0.mayLeave = true } }
}

@Suite(.timeLimit(.minutes(3))) struct `A Lease` {
  private func lease(_ name: String, of holder: String, in arena: Arena) throws -> Lease {
    var lease = Lease(named: try ObjectName(name), in: arena.namespace)
    let now = Surroundings.live().wallTime()
    lease.holderIdentity = holder
    lease.leaseDuration = .seconds(1)
    lease.acquireTime = now
    lease.renewTime = now
    return lease
  }

  private func election(
    _ name: String, _ candidate: String, in arena: Arena
  ) throws -> LeaseElection {
    LeaseElection(
      try ObjectPath(Lease.self, name, in: arena.namespace.description),
      policy: LeasePolicy(identity: candidate, duration: .seconds(6)),
      by: arena.cluster, wall: Surroundings.live().wallTime)
  }

  @Test func `is had by one who makes it, and by one who takes it over`() async throws {
    try await Arena.with { arena in
      let leases = try arena.resource(Lease.self)
      let first = try await leases.create(lease("lock", of: "a", in: arena))
      let error = try await failure {
        _ = try await leases.create(lease("lock", of: "b", in: arena))
      }
      #expect(error.code == .alreadyExists)

      var mine = first
      mine.holderIdentity = "b"
      mine.leaseTransitions = 1
      let taken = try await leases.replace(mine)
      #expect(taken.holderIdentity == "b")
      #expect(taken.leaseTransitions == 1)
      #expect(taken.renewTime == first.renewTime)
      var late = first
      late.holderIdentity = "c"
      let lost = try await failure { _ = try await leases.replace(late) }
      #expect(lost.code == .conflict)
    }
  }

  @Test func `has one leader at a time, and goes over when it is given back`() async throws {
    try await Arena.with { arena in
      let throne = Throne()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for candidate in ["a", "b"] {
          let election = try election("leader", candidate, in: arena)
          group.addTask {
            await election.lead { leadership in
              throne.mount(candidate)
              while !throne.mayLeave, !Task.isCancelled, leadership.isHeld {
                try? await Task.sleep(for: .milliseconds(10))
              }
              throne.leave()
            }
          }
        }
        let hasLeader = await eventually { !throne.history.isEmpty }
        #expect(hasLeader)
        throne.letLeave()
        try await group.waitForAll()
      }
      #expect(throne.most == 1)
      #expect(Set(throne.history) == ["a", "b"])
      let left = try await arena.resource(Lease.self).get("leader")
      #expect(left.holderIdentity ?? "" == "", "it is given back at the end")
      #expect(left.leaseTransitions >= 1)
    }
  }

  @Test func `of a holder who is gone is taken over`() async throws {
    try await Arena.with { arena in
      let leases = try arena.resource(Lease.self)
      _ = try await leases.create(lease("stale", of: "ghost", in: arena))
      let changes = Collected<LeadershipChange>()
      try await election("stale", "heir", in: arena).lead { change in
        changes.add(change)
      } _: { leadership in
        #expect(leadership.isHeld)
      }
      #expect(changes.all.contains(.sawLeader("ghost")), "\(changes.all)")
      #expect(changes.all.contains(.started(transition: 1)), "\(changes.all)")
      #expect(changes.all.contains(.stopped(.released)), "\(changes.all)")
    }
  }

  @Test func `that may not be had says so`() async throws {
    try await Arena.with { arena in
      let other = Permission(verbs: ["get"], resources: ["configmaps"])
      try await arena.withCluster(of: "outsider", may: [other]) { cluster in
        let election = LeaseElection(
          try ObjectPath(Lease.self, "leader", in: arena.namespace.description),
          policy: LeasePolicy(identity: "x"), by: cluster, wall: Surroundings.live().wallTime)
        let changes = Collected<LeadershipChange>()
        let candidate = Task {
          await election.lead { change in
            changes.add(change)
          } _: { _ in
            Issue.record("nobody may lead without a Lease")
          }
        }
        let isTold = await eventually {
          changes.all.contains { change in
            guard case .failing(let error) = change else { return false }
            return error.code == .forbidden
          }
        }
        #expect(isTold, "\(changes.all)")
        candidate.cancel()
        await candidate.value
      }
    }
  }
}
