import JSONValue
import StubAPIServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(5)))
struct `Each call to the API server` {
  /// How a request fails.
  enum Failure: String, CaseIterable, Sendable {
    case broken, busy, cut, late, silent, silentAfterwards

    /// Silence lasts for ten seconds and costs nothing: many can be tried at a time.
    var isSlow: Bool { self == .silent || self == .silentAfterwards }

    var effect: StubFault.Effect {
      switch self {
      case .broken: .answer(.internalError)
      case .busy: .answer(.tooManyRequests)
      case .cut: .cut(afterBytes: 60)
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
    /// How many requests there were when the watchdog was armed.
    var preparations = 0
    /// How many there were when the next pod began.
    var requests = 0
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
      number: number, removed: 0, replacements: 0, agreed: 0, isExplained: false)
    try await TestCluster.with(options) { cluster in
      try await cluster.wait(for: "it is well") {
        await cluster.pods.first?.health() == "HEALTHY"
      }
      let pod = try cluster.pod
      if failure == nil {
        try await cluster.wait(until: pod, is: "armed")
        outcome.preparations = cluster.server.log.count
      }
      try pod.breakMount()
      let words = ["call failed", "restart held", "restart refused", "the pod was not removed"]
      try await cluster.wait(for: "an end", within: .seconds(isPersistent ? 25 : 40)) {
        if cluster.pods.count == 2 { return true }
        return isPersistent && words.contains { pod.says($0) }
      }
      outcome.requests = cluster.server.log.count
      // Whoever wants to remove another one has the time for it.
      try await cluster.watch(for: .milliseconds(400)) {}
      outcome.removed = cluster.removed.count
      outcome.replacements = cluster.pods.count - 1
      outcome.agreed = cluster.removals.filter { ["POST 201", "DELETE 200"].contains($0) }.count
      outcome.isExplained = words.contains { pod.says($0) } || !pod.restarts.isEmpty
      if failure != nil { outcome.story = cluster.story }
    }
    return outcome
  }

  /// A restart in which nothing fails: how many requests it takes.
  private static let smooth = Smooth()

  private actor Smooth {
    private var outcome: Outcome?

    func get() async throws -> Outcome {
      if let outcome { return outcome }
      let found = try await `Each call to the API server`.restart(
        failing: 0, nil, isPersistent: false)
      outcome = found
      return found
    }
  }

  private static func sweep(
    _ failure: Failure, isPersistent: Bool
  ) async throws -> [Outcome] {
    let smooth = try await smooth.get()
    let first = failure.isSlow ? smooth.preparations + 1 : 1
    let width = failure.isSlow ? 12 : 4
    return try await withThrowingTaskGroup(of: Outcome.self) { group in
      var outcomes: [Outcome] = []
      for number in first...max(first, smooth.requests) {
        if number >= first + width, let outcome = try await group.next() {
          outcomes.append(outcome)
        }
        group.addTask {
          do {
            return try await restart(failing: number, failure, isPersistent: isPersistent)
          } catch {
            throw KitError("with request \(number) \(failure.rawValue): \(error)")
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
