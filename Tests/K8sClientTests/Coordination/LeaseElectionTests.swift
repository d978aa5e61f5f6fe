import JSONValue
import Pacing
import Synchronization
import Testing
import TimeText

@testable import K8sClient

/// One Lease, as the API keeps it.
final class FakeLeases: Sendable {
  private struct State {
    var lease: JSONValue?
    var version = 0
    var isAway = false
  }

  private let state = Mutex(State())

  var lease: Lease? { state.withLock { $0.lease.map(Lease.init(json:)) } }
  func setAway(_ isAway: Bool) { state.withLock { $0.isAway = isAway } }

  var caller: FakeCaller { FakeCaller { self.answer($0) } }

  private func answer(_ request: APIRequest) -> FakeCaller.Answer {
    state.withLock { state in
      func refuse(_ code: Int, _ reason: String) -> FakeCaller.Answer {
        .failure(KubernetesError(request, Status(code: code, reason: reason)))
      }
      if state.isAway { return refuse(503, "ServiceUnavailable") }
      func store(_ body: JSONValue?, uid: JSONValue) -> FakeCaller.Answer {
        guard var lease = body else { return refuse(400, "BadRequest") }
        state.version += 1
        lease["metadata"]?["resourceVersion"] = .string(String(state.version))
        lease["metadata"]?["uid"] = uid
        state.lease = lease
        return .success(lease)
      }
      switch (request.method, state.lease) {
      case ("GET", let lease?): return .success(lease)
      case ("GET", nil): return refuse(404, "NotFound")
      case ("POST", nil): return store(request.body, uid: "u")
      case ("POST", _): return refuse(409, "AlreadyExists")
      case ("PUT", let lease?):
        let names = ["uid", "resourceVersion"]
        let isSame = names.allSatisfy { request.body?["metadata"]?[$0] == lease["metadata"]?[$0] }
        return isSame ? store(request.body, uid: "u") : refuse(409, "Conflict")
      default: return refuse(409, "Conflict")
      }
    }
  }
}

/// A value that several tasks share.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>
  init(_ value: Value) { self.value = Mutex(value) }
  func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    value.withLock { value in body(&value) }
  }
}

@Suite struct `An election` {
  /// Calls have their answers at once; only who waits makes time pass.
  private static func clock() -> SteppingClock {
    let policy = LeasePolicy(identity: "a")
    return SteppingClock(
      longest: .seconds(1000), ignoring: [policy.callTime, LeaseElection.releaseTime])
  }

  private static func election(
    _ identity: String, _ leases: FakeLeases, _ clock: SteppingClock
  ) throws -> LeaseElection {
    LeaseElection(
      try ObjectPath(Lease.self, "leader", in: "media"), policy: LeasePolicy(identity: identity),
      by: leases.caller, clock: clock.clock,
      wall: { Timestamp(seconds: 1_767_323_045) + (clock.now - .zero) }, seed: 1)
  }

  @Test func `leads until the work is done, and gives the Lease back`() async throws {
    let leases = FakeLeases()
    let clock = Self.clock()
    let election = try Self.election("a", leases, clock)
    let changes = Shared<[LeadershipChange]>([])
    try await clock.whilePassing {
      await election.lead { change in
        changes.withLock { $0.append(change) }
      } _: { leadership in
        #expect(leadership.isHeld)
        #expect(leases.lease?.holderIdentity == "a")
      }
    }
    #expect(leases.lease?.holderIdentity == "")
    let told = changes.withLock { $0 }.filter {
      if case .failing = $0 { false } else { true }
    }
    #expect(told.first == .started(transition: 0) && told.last == .stopped(.released))
  }

  @Test func `hands over from one to the next`() async throws {
    let leases = FakeLeases()
    let clock = Self.clock()
    let leaders = Shared<[String: Leadership]>([:])
    let turns = Shared<Set<String>>([])
    try await clock.whilePassing {
      await withTaskGroup(of: Void.self) { group in
        for name in ["a", "b", "c"] {
          group.addTask {
            await (try? Self.election(name, leases, clock))?.lead { leadership in
              leaders.withLock { $0[name] = leadership }
              for _ in 0..<20 {
                let held = leaders.withLock { leaders in leaders.values.count { $0.isHeld } }
                #expect(held <= 1)
                await Task.yield()
              }
              leaders.withLock { $0[name] = nil }
              turns.withLock { _ = $0.insert(name) }
            }
          }
        }
      }
    }
    #expect(turns.withLock { $0 } == ["a", "b", "c"])
  }

  @Test func `cancels the work when the server is away, and works again later`() async throws {
    let leases = FakeLeases()
    let clock = Self.clock()
    let election = try Self.election("a", leases, clock)
    let works = Shared(0)
    try await clock.whilePassing {
      await election.lead { leadership in
        let number = works.withLock { works in
          works += 1
          return works
        }
        guard number == 1 else { return }
        leases.setAway(true)
        while !Task.isCancelled { await Task.yield() }
        #expect(!leadership.isHeld)
        leases.setAway(false)
      }
    }
    #expect(works.withLock { $0 } == 2)
  }

  @Test func `gives the Lease back when its task is cancelled`() async throws {
    let leases = FakeLeases()
    let clock = Self.clock()
    let election = try Self.election("a", leases, clock)
    let isWorking = Shared(false)
    let hasEnded = Shared(false)
    try await clock.whilePassing {
      let task = Task {
        await election.lead { _ in
          isWorking.withLock { $0 = true }
          while !Task.isCancelled { await Task.yield() }
          // Work may take its time to end; the Lease is not given back before.
          for _ in 0..<50 { await Task.yield() }
          #expect(leases.lease?.holderIdentity == "a")
          hasEnded.withLock { $0 = true }
        }
      }
      while !isWorking.withLock({ $0 }) { await Task.yield() }
      task.cancel()
      await task.value
    }
    #expect(hasEnded.withLock { $0 })
    #expect(leases.lease?.holderIdentity == "")
  }
}
