import Foundation
import Glibc
import MountHealthCore
import Pacing
import StackKit
import Synchronization
import Testing

@testable import StackDrain

/// Eyes on a laboratory's pool, by the worker of the built program, and all that they told.
final class EyesUnderTest: Sendable {
  struct Telling: Sendable {
    var tick: Tick
    var evidence: PoolEvidence
    var judgement: PoolJudgement
  }

  let eyes: PoolEyes
  let pool: PoolDescription
  private let tellings = Mutex<[Telling]>([])
  private let notices = Mutex<[EyesNotice]>([])

  /// The command of the probe worker.
  static func worker() throws -> ProberChoice {
    .worker(command: [try BuiltTool.path("mountmon"), "probe-worker"])
  }

  /// Watches with an hour between rounds, so that what is seen soon was seen for a reason.
  static func with(
    _ lab: PoolLab,
    _ change: (inout PoolDescription, inout ProbingSettings) throws -> Void = { _, _ in },
    _ body: (EyesUnderTest) async throws -> Void
  ) async throws {
    var (pool, probing) = try lab.settings()
    try change(&pool, &probing)
    let test = try EyesUnderTest(pool, probing)
    try test.eyes.start()
    defer { test.eyes.stop() }
    try await body(test)
  }

  private init(_ pool: PoolDescription, _ probing: ProbingSettings) throws {
    self.pool = pool
    eyes = try PoolEyes(pool, probing, prober: try Self.worker())
    eyes.observe { [weak self] evidence in
      guard let self else { return }
      let judgement = PoolJudgement(pool, by: evidence)
      tellings.withLock {
        $0.append(Telling(tick: .now(), evidence: evidence, judgement: judgement))
      }
    }
    eyes.listen { [weak self] notice in self?.notices.withLock { $0.append(notice) } }
  }

  var latest: Telling? { tellings.withLock { $0.last } }
  var heard: [EyesNotice] { notices.withLock { $0 } }
  var all: [Telling] { tellings.withLock { $0 } }

  /// Waits for a telling of which the condition holds.
  @discardableResult
  func wait(
    for what: String, since start: Tick = .zero, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: (Telling) -> Bool
  ) async throws -> Telling {
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline {
      if let found = all.first(where: { $0.tick >= start && condition($0) }) { return found }
      try await Task.sleep(for: .milliseconds(5))
    }
    let text = latest.map { "\($0.judgement)\n\($0.evidence)" } ?? "nothing"
    Issue.record("waited 30 s for \(what); told last: \(text)", sourceLocation: sourceLocation)
    throw PoolLab.Fault(description: "\(what) did not come")
  }

  @discardableResult
  func wait(
    until state: PoolState, since start: Tick = .zero,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Telling {
    try await wait(for: "\(state)", since: start, sourceLocation: sourceLocation) {
      $0.judgement.state == state
    }
  }
}

extension PoolLab {
  /// The laboratory's pool, as it would be configured.
  func settings() throws -> (pool: PoolDescription, probing: ProbingSettings) {
    let branches = try (1...Self.count).map {
      BranchDescription(label: Self.label($0), path: try MountPath(branch($0)))
    }
    let pool = PoolDescription(
      path: try MountPath(pool),
      requirement: .matching(fsType: "fuse.mergerfs", source: "pool"), branches: branches)
    let probing = ProbingSettings(
      interval: .seconds(3600), timeout: .seconds(2), canary: try CanaryPath(".canary"),
      branchCanary: try CanaryPath(".canary"), labelFolder: labelFolder)
    return (pool, probing)
  }
}

extension PoolJudgement {
  /// The states of the branches.
  var states: [BranchState] { branches.map(\.state) }
}
