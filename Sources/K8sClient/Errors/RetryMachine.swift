public import HTTPTransport
public import Pacing

/// Decides after each try of one call whether and when there is another.
///
/// Tried again are a 429, because the server says it before it begins; and a 5xx or a fault of the
/// connection where the call is repeatable, or where nothing was sent. Never tried again is what
/// may have been done and must not be done twice. A 401 has the credentials read anew, once. A
/// disruption budget that forbids an eviction is an answer.
public struct RetryMachine: Hashable, Sendable {
  /// What happened.
  public enum Event: Hashable, Sendable {
    /// The call is wanted.
    case started
    /// The answer is a 2xx, and is complete where it is read whole.
    case succeeded
    /// The answer is another one.
    case refused(Status)
    /// There is no answer, or not all of it.
    case broke(TransportError)
    /// The credentials were read anew, with or without success.
    case reloaded
    /// The tick of the last `wake` has come.
    case alarm
    /// Nobody wants the answer any more.
    case cancelled
  }

  /// What is to be done.
  public enum Effect: Hashable, Sendable {
    /// Send the request.
    case send
    /// Read the credentials anew, then tell `reloaded`.
    case reloadCredentials
    /// Tell `alarm` at that tick.
    case wake(at: Tick)
    /// It is over, and the answer is good.
    case succeed
    /// It is over.
    case fail(KubernetesError)
  }

  private enum State: Hashable {
    /// Nothing was sent. Leads to `sending`.
    case idle
    /// A try is out. Leads to `waiting`, `reloading` or `over`.
    case sending
    /// The credentials are being read. Leads to `sending`.
    case reloading
    /// The next try is at that tick. Leads to `sending`.
    case waiting(until: Tick)
    /// The end is told. Leads nowhere.
    case over
  }

  private let request: APIRequest
  private let policy: RetryPolicy
  private var generator: SeededGenerator
  private var state = State.idle
  private var start = Tick.zero
  /// Tries that failed, without those that only lacked credentials.
  private var failures = 0
  private var hasReloaded = false
  /// Whether a try before this one may have done what is asked for.
  private var mayHaveHappened = false

  /// A machine for one call.
  ///
  /// - Parameters:
  ///   - request: The call.
  ///   - policy: How often and for how long it is tried.
  ///   - seed: Where the jitter comes from; another one for every call.
  public init(_ request: APIRequest, _ policy: RetryPolicy = RetryPolicy(), seed: UInt64) {
    self.request = request
    self.policy = policy
    generator = SeededGenerator(seed: seed)
  }

  /// Takes an event.
  ///
  /// - Parameters:
  ///   - event: What happened. One that comes too late, or twice, changes nothing.
  ///   - now: When.
  /// - Returns: What is to be done, in order.
  public mutating func handle(_ event: Event, at now: Tick) -> [Effect] {
    switch (state, event) {
    case (.idle, .started):
      start = now
      return send()
    case (.sending, .succeeded):
      state = .over
      return [.succeed]
    case (.sending, .refused(let status)): return refused(status, at: now)
    case (.sending, .broke(let error)): return broke(error, at: now)
    case (.reloading, .reloaded): return send()
    case (.waiting(let until), .alarm):
      return now < until ? [.wake(at: until)] : send()
    case (.sending, .cancelled): return cancelled(mayHaveBeenSent: true)
    case (.idle, .cancelled), (.reloading, .cancelled), (.waiting, .cancelled):
      return cancelled(mayHaveBeenSent: false)
    case (.idle, .succeeded), (.idle, .refused), (.idle, .broke), (.idle, .reloaded),
      (.idle, .alarm), (.sending, .started), (.sending, .reloaded), (.sending, .alarm),
      (.reloading, .started), (.reloading, .succeeded), (.reloading, .refused),
      (.reloading, .broke), (.reloading, .alarm), (.waiting, .started), (.waiting, .succeeded),
      (.waiting, .refused), (.waiting, .broke), (.waiting, .reloaded), (.over, _):
      return []
    }
  }

  private mutating func send() -> [Effect] {
    state = .sending
    return [.send]
  }

  private mutating func fail(_ error: KubernetesError) -> [Effect] {
    state = .over
    return [.fail(error)]
  }

  private mutating func cancelled(mayHaveBeenSent: Bool) -> [Effect] {
    let isDoubtful = !request.isReadOnly && (mayHaveBeenSent || mayHaveHappened)
    return fail(
      KubernetesError(.cancelled, request.operation, mayHaveHappened: isDoubtful))
  }

  private mutating func refused(_ status: Status, at now: Tick) -> [Effect] {
    let error = KubernetesError(request, status, mayHaveHappened: mayHaveHappened)
    if status.code == 401, !hasReloaded {
      hasReloaded = true
      state = .reloading
      return [.reloadCredentials]
    }
    guard !status.isBlockedByDisruptionBudget else { return fail(error) }
    switch status.code {
    case 429: break  // Said before anything is begun.
    case 500, 502, 503, 504:
      guard request.isRepeatable else { return fail(error) }
    default: return fail(error)
    }
    return retry(after: error, wanting: status.retryAfter, at: now)
  }

  private mutating func broke(_ fault: TransportError, at now: Tick) -> [Effect] {
    let error = KubernetesError(request, fault, mayHaveHappened: mayHaveHappened)
    guard fault.isPassing, request.isRepeatable || !fault.mayHaveBeenSent else {
      return fail(error)
    }
    return retry(after: error, wanting: nil, at: now)
  }

  private mutating func retry(
    after error: KubernetesError, wanting wanted: Duration?, at now: Tick
  ) -> [Effect] {
    failures += 1
    mayHaveHappened = error.mayHaveHappened
    guard failures < policy.attempts, (wanted ?? .zero) <= policy.longestRetryAfter else {
      return fail(error)
    }
    let next = now + pause(wanting: wanted)
    guard next - start <= policy.total else { return fail(error) }
    state = .waiting(until: next)
    return [.wake(at: next)]
  }

  /// What the server asks for and some more, so that those it turned away do not come back all at
  /// once; at least what the back-off says.
  private mutating func pause(wanting wanted: Duration?) -> Duration {
    let own = policy.backoff.pause(after: failures, using: &generator)
    guard let wanted else { return own }
    let spread = min(wanted * 0.2, .seconds(1))
    return max(own, wanted + spread * Double.random(in: 0...1, using: &generator))
  }
}

extension TransportError {
  /// Whether another try may go better.
  var isPassing: Bool {
    let passing: [Code] = [.unreachable, .refused, .unresolved, .handshakeFailed, .timedOut, .cut]
    return passing.contains(code)
  }
}
