import JSONValue
import StubAPIServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(5)))
struct `Each call to the API server` {
  /// How a request fails.
  enum Failure: String, CaseIterable, Sendable {
    case broken, busy, cut, gone, late, silent, silentAfterwards

    var effect: StubFault.Effect {
      switch self {
      case .broken: .answer(.internalError)
      case .busy: .answer(.tooManyRequests)
      case .cut: .cut(afterBytes: 60)
      case .gone: .cut(afterBytes: 0)
      case .late: .answerAfterApplying(.gatewayTimeout)
      case .silent: .silence
      case .silentAfterwards: .silenceAfterApplying
      }
    }
  }

  /// What came of a restart.
  private struct Outcome: Sendable {
    var number: Int
    var removed: Int
    var replacements: Int
    /// How often the API server agreed to remove the pod.
    var agreed: Int
    /// How many requests there were.
    var requests: Int
    /// Whether the log says why nothing was done.
    var isExplained: Bool
    var story = ""
  }

  /// Lets one request of a pod's life fail, from its first one on, or that and all later ones.
  private static func restart(
    failing number: Int, _ failure: Failure?, isPersistent: Bool
  ) async throws -> Outcome {
    var options = TestCluster.Options()
    options.setUp = { server in
      guard let failure else { return }
      server.fail(nth: number, isPersistent: isPersistent, failure.effect)
    }
    var outcome = Outcome(
      number: number, removed: 0, replacements: 0, agreed: 0, requests: 0, isExplained: false)
    try await TestCluster.with(options) { cluster in
      try await cluster.wait(for: "it is well") {
        await cluster.pods.first?.health() == "HEALTHY"
      }
      let pod = try cluster.pod
      if failure == nil { try await cluster.wait(until: pod, is: "armed") }
      try pod.breakMount()
      let words = ["call failed", "restart held", "restart refused", "the pod was not removed"]
      try await cluster.wait(for: "an end", within: .seconds(isPersistent ? 25 : 40)) {
        if cluster.pods.count == 2 { return true }
        return isPersistent && words.contains { pod.says($0) }
      }
      // Whoever wants to remove another one has the time for it.
      try await cluster.watch(for: .milliseconds(400)) {}
      outcome.removed = cluster.removed.count
      outcome.replacements = cluster.pods.count - 1
      outcome.agreed = cluster.removals.filter { ["POST 201", "DELETE 200"].contains($0) }.count
      outcome.requests = cluster.server.log.count
      outcome.isExplained = words.contains { pod.says($0) } || !pod.restarts.isEmpty
      if failure != nil { outcome.story = cluster.story }
    }
    return outcome
  }

  /// How many requests a restart takes, from the start of the sidecar to its pod's end.
  private static let count = Count()

  private actor Count {
    private var value: Int?

    func get() async throws -> Int {
      if let value { return value }
      let outcome = try await `Each call to the API server`.restart(
        failing: 0, nil, isPersistent: false)
      value = outcome.requests
      return outcome.requests
    }
  }

  private static func sweep(
    _ failure: Failure, isPersistent: Bool
  ) async throws -> [Outcome] {
    let count = try await count.get()
    return try await withThrowingTaskGroup(of: Outcome.self) { group in
      var outcomes: [Outcome] = []
      // Silence is waited for, and not worked on.
      let width = [.silent, .silentAfterwards].contains(failure) ? 12 : 4
      for number in 1...count {
        if number > width, let outcome = try await group.next() { outcomes.append(outcome) }
        group.addTask {
          do {
            return try await restart(failing: number, failure, isPersistent: isPersistent)
          } catch {
            throw KitError("with request \(number) of \(count) \(failure.rawValue): \(error)")
          }
        }
      }
      for try await outcome in group { outcomes.append(outcome) }
      return outcomes
    }
  }

  @Test(arguments: Failure.allCases)
  func `may fail once: the pod is removed once`(_ failure: Failure) async throws {
    for outcome in try await Self.sweep(failure, isPersistent: false) {
      let name: Comment = "request \(outcome.number)\n\(outcome.story)"
      #expect(outcome.removed == 1, name)
      #expect(outcome.replacements == 1, name)
      #expect(outcome.agreed == 1, name)
    }
  }

  @Test(arguments: [Failure.broken, .late])
  func `may fail for good with all that follow: the pod is removed once at the most`(
    _ failure: Failure
  ) async throws {
    for outcome in try await Self.sweep(failure, isPersistent: true) {
      let name: Comment = "request \(outcome.number)\n\(outcome.story)"
      #expect(outcome.removed <= 1, name)
      #expect(outcome.agreed <= 1, name)
      #expect(outcome.isExplained, name)
    }
  }
}
