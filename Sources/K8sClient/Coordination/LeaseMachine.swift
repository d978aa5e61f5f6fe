public import Pacing
public import TimeText

/// Decides how a candidate comes by a Lease, keeps it, loses it and gives it back: leader election, or
/// a lock.
///
/// What it rests on:
/// - A candidate leads for `LeasePolicy.leadTime` from when it *sent* its last write that succeeded;
///   others take over a Lease that they have *seen* unchanged for its whole duration. No clock is
///   compared with another one, only their speed matters.
/// - Every write but the first names the version and the uid that it replaces.
/// - A Lease that was not there says nothing of who led a moment ago. Who makes it leads after one
///   duration, unless it led already.
/// - A Lease without a holder is waited for like any other; who gives one back sets its duration to a
///   second.
/// - A Lease with our identity that we did not write is somebody else's.
///
/// A pure machine. Its last effect, where there is one, is the one thing to do next.
public struct LeaseMachine: Hashable, Sendable {
  /// What can happen.
  public enum Event: Hashable, Sendable {
    /// The time that was waited for has come; also the first event of all.
    case tick
    /// The Lease was read; `nil`: there is none.
    case read(Lease?)
    /// The Lease could not be read.
    case readFailed(KubernetesError)
    /// The Lease was written, and is this one now.
    case written(Lease)
    /// The Lease was not written, or perhaps it was.
    case writeFailed(KubernetesError)
    /// It is time to give up: the candidate no longer wants to lead.
    case stop
  }

  /// What is to be done.
  public enum Effect: Hashable, Sendable {
    /// Tell this.
    case announce(LeadershipChange)
    /// Read the Lease, at the latest by this instant.
    case read(until: Tick)
    /// Make the Lease (POST), at the latest by this instant.
    case create(Lease, until: Tick)
    /// Replace the Lease (PUT), at the latest by this instant.
    case replace(Lease, until: Tick)
    /// Do nothing until this instant.
    case wait(until: Tick)
    /// Nothing is left to do, ever.
    case finish
  }

  /// Where a candidate stands with its calls; whether it leads is another question.
  public enum State: Hashable, Sendable {
    /// Nothing has happened. Leads to `reading`.
    case idle
    /// A read is out. Leads to `writing`, `waiting`, `releasing` or `finished`.
    case reading
    /// A write is out. Leads to `waiting` or `reading`.
    case writing(Write)
    /// Nothing is out. Leads to `reading`, `writing`, `releasing` or `finished`.
    case waiting(until: Tick, then: Step)
    /// The write that gives the Lease back is out. Leads to `finished`.
    case releasing
    /// It has given up.
    case finished
  }

  /// What follows on waiting.
  public enum Step: Hashable, Sendable {
    /// A look at the Lease.
    case read
    /// A renewal.
    case renew
  }

  /// A write that is out.
  public struct Write: Hashable, Sendable {
    var sent: Tick
    /// The uid that it replaces; `nil` for a creation.
    var uid: String?
    /// When the candidate acquired, or would.
    var acquireTime: Timestamp?
  }

  /// What the Lease was when it last changed, and when that was seen.
  struct Observation: Hashable, Sendable {
    var lease: Lease
    var since: Tick
  }

  /// The Lease is ours.
  struct Hold: Hashable, Sendable {
    var uid: String
    /// When the last write that succeeded was sent; `nil` where one is only known to have.
    var renewed: Tick?
    /// Before this, somebody may still lead who held a Lease that is deleted.
    var maturity: Tick
  }

  /// A write that may have made the Lease ours.
  struct Attempt: Hashable, Sendable {
    var acquireTime: Timestamp
    /// The uid that it replaces; `nil` for a creation.
    var uid: String?
  }

  /// The most attempts that are remembered.
  static let maximumAttempts = 8

  /// Which Lease.
  public let path: ObjectPath
  /// Who holds it, and for how long at a time.
  public let policy: LeasePolicy
  /// Where the candidate stands with its calls.
  public internal(set) var state: State = .idle
  /// Whether it was last announced to lead.
  public internal(set) var isAnnounced = false

  var generator: SeededGenerator
  var observation: Observation?
  var hold: Hold?
  var attempts: [Attempt] = []
  var failures = 0
  var announcedFailure: KubernetesError.Code?
  var announcedLeader: String?
  /// Whether the Lease is, for all that is known, as it was seen last: no write is in doubt.
  var isCertain = false
  var isStopping = false

  /// A candidate that has done nothing; its first event is `tick`.
  ///
  /// - Parameters:
  ///   - path: Which Lease.
  ///   - policy: Who it is, and for how long it holds the Lease.
  ///   - seed: Where its chance comes from.
  public init(_ path: ObjectPath, policy: LeasePolicy, seed: UInt64) {
    self.path = path
    self.policy = policy
    generator = SeededGenerator(seed: seed)
  }

  /// Until when the candidate leads, if nothing else happens; `nil` where it does not lead. Work that
  /// must be done by one candidate only has to look at this, with the clock, before each step.
  public var leadsUntil: Tick? {
    guard let hold, let renewed = hold.renewed, isAnnounced else { return nil }
    return renewed + policy.leadTime
  }

  /// Takes an event. One that does not belong to the state is ignored.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - now: When; never earlier than at the call before.
  ///   - wall: The time of day then, for the Lease; nothing is decided by it.
  /// - Returns: What is to be done, in this order.
  public mutating func handle(_ event: Event, at now: Tick, wall: Timestamp) -> [Effect] {
    let before = settle(at: now)
    let effects = take(event, at: now, wall: wall)
    let all = before + effects + settle(at: now)
    // What is to be told is told before anything is done.
    return all.filter(\.isAnnouncement) + all.filter { !$0.isAnnouncement }
  }

  private mutating func take(_ event: Event, at now: Tick, wall: Timestamp) -> [Effect] {
    switch (state, event) {
    case (.idle, .tick):
      return look(at: now)
    case (.idle, .stop):
      return finish()
    case (.waiting(let until, let step), .tick):
      return waited(until, step, at: now, wall: wall)
    case (.waiting, .stop):
      isStopping = true
      return stop(at: now, wall: wall)
    case (.reading, .read(let lease)):
      return seen(lease, at: now, wall: wall)
    case (.reading, .readFailed(let error)):
      return readFailed(error, at: now)
    case (.writing(let write), .written(let lease)):
      return written(lease, write, at: now, wall: wall)
    case (.writing, .writeFailed(let error)):
      return writeFailed(error, at: now)
    case (.reading, .stop), (.writing, .stop):
      // Given back after the call that is out.
      isStopping = true
      return []
    case (.releasing, .written), (.releasing, .writeFailed):
      return finish()
    case (.idle, .read), (.idle, .readFailed), (.idle, .written), (.idle, .writeFailed),
      (.waiting, .read), (.waiting, .readFailed), (.waiting, .written), (.waiting, .writeFailed),
      (.reading, .tick), (.reading, .written), (.reading, .writeFailed),
      (.writing, .tick), (.writing, .read), (.writing, .readFailed),
      (.releasing, .tick), (.releasing, .read), (.releasing, .readFailed), (.releasing, .stop),
      (.finished, .tick), (.finished, .read), (.finished, .readFailed), (.finished, .written),
      (.finished, .writeFailed), (.finished, .stop):
      return []
    }
  }

  /// Tells of leading that begins, and of leading that ends by time or by stopping.
  private mutating func settle(at now: Tick) -> [Effect] {
    let leads = !isStopping && (hold?.leads(at: now, for: policy.leadTime) ?? false)
    guard leads != isAnnounced else { return [] }
    isAnnounced = leads
    guard leads else { return [.announce(.stopped(isStopping ? .released : .expired))] }
    return [.announce(.started(transition: observation?.lease.leaseTransitions ?? 0))]
  }
}

extension LeaseMachine.Hold {
  /// Whether who holds the Lease so leads by it.
  func leads(at now: Tick, for leadTime: Duration) -> Bool {
    guard let renewed, now >= maturity else { return false }
    return now < renewed + leadTime
  }
}

extension LeaseMachine.Effect {
  fileprivate var isAnnouncement: Bool {
    if case .announce = self { true } else { false }
  }
}
