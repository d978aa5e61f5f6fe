import MountHealthCore
import Pacing

/// Whether the sidecar itself is alive.
struct LivenessRule: Sendable {
  var setting: Configuration.Liveness
  /// When the sidecar began.
  var start: Tick

  /// How long the monitor's thread may go without a turn; it makes one every 5 s at the least.
  static let turnPatience = Duration.seconds(15)
  /// How long there may be no probe worker: restarts are tried all that time.
  static let workerPatience = Duration.seconds(60)

  /// Why it is not alive.
  ///
  /// - Returns: `nil` while it is.
  func fault(
    vitals: MountMonitor.Vitals, healthCounts: [Health: Int], at now: Tick
  ) -> String? {
    if now - (vitals.lastTurn ?? start) > Self.turnPatience {
      return "the monitor does not turn"
    }
    if let silent = vitals.workerSilentSince, now - silent > Self.workerPatience {
      return "there is no probe worker"
    }
    if setting == .mounts, healthCounts[.unhealthy, default: 0] > 0 {
      return "a mount is unhealthy"
    }
    return nil
  }
}
