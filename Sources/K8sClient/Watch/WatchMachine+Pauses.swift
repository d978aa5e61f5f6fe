import JSONValue
import Pacing

// Failures: how long to wait, what to tell, where to go on.
extension WatchMachine {
  /// What to try after a failure. A server that cannot be reached, or has no time, may still have our
  /// position; one that refuses may have another idea of the type, or of us.
  static func step(after error: KubernetesError) -> Step {
    let mayResume: Set<KubernetesError.Code> = [
      .unreachable, .tooManyRequests, .timeout, .unavailable, .cancelled,
    ]
    return mayResume.contains(error.code) ? .open : .list
  }

  mutating func take(_ step: Step, at now: Tick) -> [Effect] {
    switch step {
    case .list: beginList(at: now)
    case .open: open(at: now)
    }
  }

  mutating func fail(
    _ error: KubernetesError, then step: Step, isOfStreams: Bool = false, at now: Tick
  ) -> [Effect] {
    counts.failures += 1
    failures += 1
    return interrupt(by: error, isOfStreams: isOfStreams)
      + pause(then: step, retryAfter: error.status?.retryAfter, at: now)
  }

  mutating func pause(then step: Step, retryAfter: Duration?, at now: Tick) -> [Effect] {
    var pause = policy.backoff.pause(after: failures, using: &generator)
    if let retryAfter {
      // Everybody was told the same: come a little later, not all at once.
      let asked = min(max(retryAfter, .zero), WatchPolicy.maximumRetryAfter)
      let spread = policy.backoff.initial * Double.random(in: 0...1, using: &generator)
      pause = max(pause, asked + spread)
    }
    let until = now + pause
    state = .pausing(until: until, then: step)
    return [.wait(until: until)]
  }

  /// Says that the set may be out of date, unless that is said already.

  mutating func interrupt(by error: KubernetesError, isOfStreams: Bool) -> [Effect] {
    let former = interruption?.code
    interruption = Interruption(code: error.code, isOfStreams: isOfStreams)
    return former == error.code ? [] : [.deliver(.interrupted(error))]
  }

  /// Says that the set is followed again, if it was not.
  mutating func resume() -> [WatchChange<JSONValue>] {
    guard interruption != nil else { return [] }
    interruption = nil
    return [.resumed]
  }
}
