import Pacing
import TimeText

@testable import MountHealthCore
@testable import mountmon

extension MountStatus {
  /// A status as a monitor would give it.
  static func sample(
    _ path: String, name: String? = nil, health: Health, verdict: Verdict?,
    error: String? = nil, latency: Duration? = .microseconds(1500),
    requirement: MountRequirement = .remembered, entry: MountEntry? = nil,
    isMountPoint: Bool? = nil
  ) throws -> MountStatus {
    let mount = Mount(
      name: name.flatMap { MountName($0) }, path: try MountPath(path),
      probe: Probe(.canary(try CanaryPath(".health-check"))), requirement: requirement)
    return MountStatus(
      mount: mount, health: health, since: Tick(nanoseconds: 5_000_000_000), verdict: verdict,
      lastError: error, lastCheck: verdict == nil ? nil : Tick(nanoseconds: 9_000_000_000),
      latency: latency, failureCount: health == .healthy ? 0 : 2, isFlapping: false, entry: entry,
      isMountPoint: isMountPoint, overdue: nil, fuseWaiting: nil, verdictCounts: [:],
      transitions: [:], latencies: LatencyHistogram())
  }
}

extension WallClock {
  /// 2026-11-21 04:00:10 UTC, ten seconds after the start.
  static let sample = WallClock(
    now: Timestamp(seconds: 1_795_233_610), tick: Tick(nanoseconds: 10_000_000_000))
}
