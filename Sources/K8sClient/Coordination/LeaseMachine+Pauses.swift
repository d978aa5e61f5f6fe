import Pacing
import TimeText

// Waiting, and the end.
extension LeaseMachine {
  mutating func waited(
    _ until: Tick, _ step: Step, at now: Tick, wall: Timestamp
  ) -> [Effect] {
    guard until <= now else { return wait(until: until, then: step, at: now) }
    switch step {
    case .read: return look(at: now)
    case .renew: return isCertain ? renew(at: now, wall: wall) : look(at: now)
    }
  }

  mutating func wait(until: Tick, then step: Step) -> [Effect] {
    state = .waiting(until: until, then: step)
    return [.wait(until: until)]
  }

  /// The same, with a look at the clock when leading begins or ends before.
  mutating func wait(until: Tick, then step: Step, at now: Tick) -> [Effect] {
    state = .waiting(until: until, then: step)
    let moments = [hold?.maturity, leadsUntil].compactMap { $0 }.filter { $0 > now }
    return [.wait(until: min(until, moments.min() ?? until))]
  }

  /// Waits a little after a call that failed, then looks again.
  mutating func pause(after error: KubernetesError, at now: Tick) -> [Effect] {
    failures += 1
    var pause = policy.backoff.pause(after: failures, using: &generator)
    if !isAnnounced, let asked = error.status?.retryAfter {
      pause = max(pause, min(asked, policy.duration))
    }
    return wait(until: now + pause, then: .read, at: now)
  }

  mutating func succeeded() -> [Effect] {
    let news: [Effect] = announcedFailure == nil ? [] : [.announce(.recovered)]
    failures = 0
    announcedFailure = nil
    isCertain = true
    return news
  }

  mutating func tell(_ error: KubernetesError) -> [Effect] {
    guard announcedFailure != error.code else { return [] }
    announcedFailure = error.code
    return [.announce(.failing(error))]
  }

  /// The candidate gives up while nothing is out.
  mutating func stop(at now: Tick, wall: Timestamp) -> [Effect] {
    if hold != nil, isCertain { return release(at: now, wall: wall) }
    // A write that is in doubt may have made it ours.
    return hold != nil || !isCertain && !attempts.isEmpty ? look(at: now) : finish()
  }

  mutating func finish() -> [Effect] {
    state = .finished
    hold = nil
    return [.finish]
  }
}
