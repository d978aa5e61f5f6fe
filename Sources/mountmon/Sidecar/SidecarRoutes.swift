import JSONValue
import MountHealthCore
import Pacing
import Synchronization
import TimeText

/// The sidecar's HTTP endpoints.
final class SidecarRoutes: Sendable {
  private let monitor: MountMonitor
  private let statistics: ServerStatistics
  private let start = Tick.now()
  private let isShuttingDown = Atomic(false)
  private let liveness: Mutex<LivenessRule>
  private let watchdog: WatchdogView?
  private let readiness = AnswerCache()

  init(
    _ monitor: MountMonitor, liveness: Configuration.Liveness, statistics: ServerStatistics,
    watchdog: WatchdogView?
  ) {
    self.watchdog = watchdog
    self.monitor = monitor
    self.statistics = statistics
    self.liveness = Mutex(LivenessRule(setting: liveness, start: start))
  }

  /// From now on, readiness is refused.
  func shutDown() {
    isShuttingDown.store(true, ordering: .releasing)
  }

  /// Takes over what a new configuration says of liveness.
  func configure(liveness setting: Configuration.Liveness) {
    liveness.withLock { $0.setting = setting }
  }

  /// The routes.
  var routes: Routes {
    Routes([
      "/healthz/live": { [self] _ in live() },
      "/healthz/ready": { [self] _ in ready() },
      "/healthz/status": { [self] _ in status() },
      "/metrics": { [self] question in metrics(question) },
      "/version": { _ in .json(.ok, BuildIdentity.current.json.text() + "\n") },
    ])
  }

  private func live() -> HTTPAnswer {
    let rule = liveness.withLock { $0 }
    let fault = rule.fault(
      vitals: monitor.signsOfLife, healthCounts: monitor.healthCounts, at: .now())
    switch rule.setting {
    case .mounts: return brief(isGood: fault == nil, reason: fault)
    case .engine: return brief([], isGood: fault == nil, reason: fault, at: .now())
    }
  }

  private func ready() -> HTTPAnswer {
    if isShuttingDown.load(ordering: .acquiring) {
      return brief(isGood: false, reason: "shutting down")
    }
    let clock = WallClock.now()
    let key = AnswerCache.Key(revision: monitor.revision, second: clock.timestamp.seconds)
    return readiness.answer(for: key) {
      let statuses = monitor.statuses()
      let isReady = statuses.allSatisfy { $0.health == .healthy }
      return brief(statuses, isGood: isReady, at: clock)
    }
  }

  private func brief(isGood: Bool, reason: String?) -> HTTPAnswer {
    brief(monitor.statuses(), isGood: isGood, reason: reason, at: .now())
  }

  private func brief(
    _ statuses: [MountStatus], isGood: Bool, reason: String? = nil, at clock: WallClock
  ) -> HTTPAnswer {
    let document = StatusDocument.brief(statuses, isGood: isGood, reason: reason, at: clock)
    return .json(isGood ? .ok : .unavailable, document.text() + "\n")
  }

  private func status() -> HTTPAnswer {
    let clock = WallClock.now()
    var document = StatusDocument.document(monitor.statuses(), at: clock)
    if let watchdog {
      document["watchdog"] = .object(StatusDocument.watchdog(watchdog.snapshot, at: clock))
    }
    return .json(.ok, document.text() + "\n")
  }

  private func metrics(_ question: HTTPQuestion) -> HTTPAnswer {
    let format = MetricsFormat(accept: question.accept)
    let metrics = SidecarMetrics(
      statuses: monitor.statuses(), vitals: monitor.signsOfLife, server: statistics.snapshot,
      watchdog: watchdog?.snapshot, clock: .now(), start: start)
    return HTTPAnswer(
      .ok, contentType: format.contentType, body: metrics.page(format).finish())
  }
}

/// The last answer, for as long as another would say the same.
private final class AnswerCache: Sendable {
  /// What an answer depends on.
  struct Key: Hashable, Sendable {
    var revision: UInt64
    var second: Int64
  }

  private let last = Mutex<(key: Key, answer: HTTPAnswer)?>(nil)

  func answer(for key: Key, _ make: () -> HTTPAnswer) -> HTTPAnswer {
    if let answer = last.withLock({ $0?.key == key ? $0?.answer : nil }) { return answer }
    let answer = make()
    last.withLock { $0 = (key, answer) }
    return answer
  }
}
