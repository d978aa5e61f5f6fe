import MountHealthCore
import Synchronization

/// Looks at mounts through a monitor until each has been judged, or is as it should be.
struct Inspection {
  private let mounts: [Mount]
  private let patience: Duration?
  private let longestProbe: Duration

  /// How long after the last deadline a missing judgement is waited for.
  static let grace = Duration.milliseconds(150)
  /// How often mounts that are not ok are looked at while waiting for them.
  static let interval = Duration.seconds(1)

  /// - Parameters:
  ///   - mounts: What to look at.
  ///   - patience: How long to wait for all mounts to be ok; `nil`: each is looked at once.
  init(_ mounts: [Mount], patience: Duration?) {
    longestProbe = mounts.map(\.timeout).max() ?? .zero
    self.patience = patience
    self.mounts = mounts.map { mount in
      var mount = mount
      // Judged by what is seen now: no run of failures, no grace, no memory of flapping.
      mount.policy = HealthPolicy(
        failureThreshold: 1, successThreshold: 1, startupGrace: .zero, flapWindow: .zero)
      mount.interval = patience == nil ? .seconds(86400) : max(Self.interval, mount.timeout)
      return mount
    }
  }

  /// Looks.
  ///
  /// - Parameter progress: Called about once a second with what is known.
  /// - Returns: What is known of each mount at the end.
  func run(progress: ([MountStatus]) -> Void) throws(ErrorNumber) -> [MountStatus] {
    let monitor = try MountMonitor(
      mounts: mounts, prober: .worker(command: ProcessSetup.probeWorker))
    let alarm = Alarm()
    monitor.observe { _ in alarm.ring() }
    let start = Tick.now()
    let end = start + (patience ?? longestProbe) + Self.grace
    try monitor.start { _ in alarm.ring() }
    defer { monitor.stop() }
    while true {
      let statuses = monitor.statuses()
      let now = Tick.now()
      if isDone(statuses) || now >= end { return statuses }
      progress(statuses)
      alarm.wait(atMost: min(end - now, .milliseconds(500)))
    }
  }

  private func isDone(_ statuses: [MountStatus]) -> Bool {
    patience == nil
      ? statuses.allSatisfy { $0.verdict != nil } : statuses.allSatisfy { $0.verdict == .ok }
  }
}
