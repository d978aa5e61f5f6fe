import Pacing
import Synchronization

/// Looks at mounts until each has been judged, or until all are as they should be.
///
/// ```swift
/// let statuses = try await MountInspection([mount]).run()
/// ```
public struct MountInspection: Sendable {
  private let mounts: [Mount]
  private let prober: ProberChoice
  private let patience: Duration?
  private let longestProbe: Duration

  /// How long after the last deadline a missing judgement is waited for.
  static let grace = Duration.milliseconds(150)
  /// How often mounts are looked at while all of them are waited for.
  static let interval = Duration.seconds(1)

  /// An inspection. It judges by what it sees: thresholds, grace and flapping play no part.
  ///
  /// - Parameters:
  ///   - mounts: What to look at.
  ///   - patience: How long to wait for all mounts to be ok; `nil`: each is looked at once.
  ///   - prober: How to probe.
  public init(
    _ mounts: [Mount], patience: Duration? = nil, prober: ProberChoice = .inProcess
  ) {
    longestProbe = mounts.map(\.timeout).max() ?? .zero
    self.patience = patience
    self.prober = prober
    self.mounts = mounts.map { mount in
      var mount = mount
      mount.policy = HealthPolicy(
        failureThreshold: 1, successThreshold: 1, startupGrace: .zero, flapWindow: .zero)
      mount.interval = patience == nil ? .seconds(86400) : Self.interval
      return mount
    }
  }

  /// Looks, without blocking a thread of the cooperative pool. Takes no longer than the longest
  /// timeout of the mounts, or than `patience`, and a moment.
  ///
  /// - Returns: What is known of each mount at the end. The verdict of one that could not be looked at
  ///   is `nil`: that is not an error.
  /// - Throws: The errno, where a thread or descriptor cannot be had.
  public func run() async throws(ErrorNumber) -> [MountStatus] {
    let result: Result<[MountStatus], ErrorNumber> = await withCheckedContinuation { continuation in
      do throws(ErrorNumber) {
        try startThread {
          do throws(ErrorNumber) {
            continuation.resume(returning: .success(try self.runBlocking { _ in }))
          } catch {
            continuation.resume(returning: .failure(error))
          }
        }
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
    return try result.get()
  }

  /// Looks, on the calling thread.
  ///
  /// - Parameter progress: Called about twice a second with what is known.
  /// - Returns: What is known of each mount at the end.
  /// - Throws: The errno, where a thread or descriptor cannot be had.
  package func runBlocking(
    progress: ([MountStatus]) -> Void
  ) throws(ErrorNumber) -> [MountStatus] {
    let monitor = try MountMonitor(mounts: mounts, prober: prober)
    let alarm = try Alarm()
    monitor.observe { _ in alarm.ring() }
    let end = Tick.now() + (patience ?? longestProbe) + Self.grace
    let failure = Mutex<ErrorNumber?>(nil)
    try monitor.start { result in
      if case .failure(let error) = result { failure.withLock { $0 = error } }
      alarm.ring()
    }
    defer { monitor.stop() }
    while true {
      if let error = failure.withLock({ $0 }) { throw error }
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
