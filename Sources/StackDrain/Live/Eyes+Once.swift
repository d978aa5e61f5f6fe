public import MountHealthCore
import Pacing
import Synchronization

extension PoolEyes {
  /// How long after a probe's timeout its judgement is waited for: a worker has to start, too.
  private static let grace = Duration.seconds(1)

  /// Looks once at everything. Writes nothing but what `probing.writes` asks for.
  ///
  /// - Parameters:
  ///   - pool: What to look at.
  ///   - probing: How to look.
  ///   - prober: Who touches the pool.
  ///   - limit: How long it may take, whatever hangs; `nil`: the timeout of a probe and a second.
  /// - Returns: What is known when each probe is back or has run out of time, and at the limit.
  /// - Throws: The errno, where a thread or descriptor cannot be had.
  public static func lookOnce(
    _ pool: PoolDescription, _ probing: ProbingSettings, prober: ProberChoice,
    within limit: Duration? = nil
  ) async throws(ErrorNumber) -> PoolEvidence {
    let result: Result<PoolEvidence, ErrorNumber> = await withCheckedContinuation { continuation in
      do throws(ErrorNumber) {
        try startThread {
          do throws(ErrorNumber) {
            continuation.resume(
              returning: .success(try lookOnceBlocking(pool, probing, prober, limit)))
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

  private static func lookOnceBlocking(
    _ pool: PoolDescription, _ probing: ProbingSettings, _ prober: ProberChoice,
    _ limit: Duration?
  ) throws(ErrorNumber) -> PoolEvidence {
    let end = Tick.now() + (limit ?? probing.timeout + grace)
    let eyes = try PoolEyes(pool, probing, prober: prober)
    let alarm = try Alarm()
    let latest = Mutex(PoolEvidence())
    let fault = Mutex<ErrorNumber?>(nil)
    eyes.observe { evidence in
      latest.withLock { $0 = evidence }
      alarm.ring()
    }
    eyes.listen { notice in
      guard case .stopped(let error) = notice else { return }
      fault.withLock { $0 = error }
      alarm.ring()
    }
    try eyes.start()
    defer { eyes.stop() }
    while true {
      if let error = fault.withLock({ $0 }) { throw error }
      let evidence = latest.withLock { $0 }
      let now = Tick.now()
      if evidence.isComplete(for: pool) || now >= end { return evidence }
      alarm.wait(atMost: end - now)
    }
  }
}

extension PoolEvidence {
  /// Whether everything was looked at, whatever came of it.
  fileprivate func isComplete(for pool: PoolDescription) -> Bool {
    mount.value != nil && probe.value != nil
      && pool.branches.allSatisfy { branch in
        guard let evidence = branches[branch.label] else { return false }
        return evidence.mount.value != nil && evidence.probe.value != nil
      }
  }
}
