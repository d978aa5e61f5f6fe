import JSONValue
import MountHealthCore
import Pacing
import Synchronization
import TimeText

/// The HTTP endpoints of `mountmon volsync --watch`.
final class UnlockRoutes: Sendable {
  private let controller: UnlockController
  private let statistics: ServerStatistics
  private let start: Tick
  private let isShuttingDown = Atomic(false)
  private let leadership = Mutex(UnlockLeadership())

  /// How long a leader may go without a turn; it has one every 30 s at the least.
  static let turnPatience = Duration.seconds(120)

  init(
    _ controller: UnlockController, _ statistics: ServerStatistics, start: Tick = .now()
  ) {
    self.controller = controller
    self.statistics = statistics
    self.start = start
  }

  /// From now on, readiness is refused.
  func shutDown() { isShuttingDown.store(true, ordering: .releasing) }

  /// Takes over who leads.
  func note(_ change: (inout UnlockLeadership) -> Void) { leadership.withLock { change(&$0) } }

  /// The routes.
  var routes: Routes {
    Routes([
      "/healthz/live": { [self] _ in live() },
      "/healthz/ready": { [self] _ in ready() },
      "/healthz/status": { [self] _ in status() },
      // As the older controller had them.
      "/healthz": { [self] _ in live() },
      "/readyz": { [self] _ in ready() },
      "/metrics": { [self] question in metrics(question) },
      "/version": { _ in .json(.ok, BuildIdentity.current.json.text() + "\n") },
    ])
  }

  private func live() -> HTTPAnswer {
    let standing = leadership.withLock { $0 }
    let latest = max(controller.picture.turnedAt, start, standing.since)
    if standing.isLeading, Tick.now() - latest > Self.turnPatience {
      return .health(isGood: false, "it leads and does not turn")
    }
    return .health(isGood: true)
  }

  private func ready() -> HTTPAnswer {
    if isShuttingDown.load(ordering: .acquiring) { return .health(isGood: false, "shutting down") }
    let standing = leadership.withLock { $0 }
    if let trouble = standing.trouble { return .health(isGood: false, trouble) }
    guard standing.isKnown else { return .health(isGood: false, "the Lease has not been seen yet") }
    let picture = controller.picture
    if standing.isLeading, !picture.isCurrent {
      return .health(
        isGood: false, picture.complaints.first ?? "the cluster has not been read to its end yet")
    }
    return .health(isGood: true)
  }

  private func status() -> HTTPAnswer {
    let standing = leadership.withLock { $0 }
    var json = VolSyncDocument(picture: controller.picture, time: .now()).openJSON
    json["leading"] = .bool(standing.isLeading)
    if let leader = standing.leader { json["leader"] = .string(leader) }
    if let trouble = standing.trouble { json["trouble"] = .string(trouble) }
    return .json(.ok, json.text() + "\n")
  }

  private func metrics(_ question: HTTPQuestion) -> HTTPAnswer {
    let format = MetricsFormat(accept: question.accept)
    let metrics = VolSyncMetrics(
      picture: controller.picture, leadership: leadership.withLock { $0 },
      server: statistics.snapshot, clock: .now(), start: start)
    return HTTPAnswer(.ok, contentType: format.contentType, body: metrics.page(format).finish())
  }
}
