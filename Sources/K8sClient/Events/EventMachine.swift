public import Pacing

/// Decides which events are posted, when, and as what: the first of its kind as a new event,
/// repetitions as a series on it, and neither more often than an object can bear.
///
/// A pure machine.
public struct EventMachine: Hashable, Sendable {
  /// What can happen.
  public enum Event: Hashable, Sendable {
    /// Something is to be told.
    case record(EventNote)
    /// The time that was waited for has come, or `wake` was said.
    case tick
    /// The call that was out has succeeded.
    case sent
    /// The call that was out has failed.
    case failed(KubernetesError)
    /// Everything that waits is to be posted now, once: the program ends.
    case flush
  }

  /// What is to be done.
  public enum Effect: Hashable, Sendable {
    /// Make this call; answered by `sent` or `failed`.
    case send(APIRequest)
    /// Send `tick` at this instant; `nil`: when something is recorded.
    case wait(until: Tick?)
    /// Whoever waits may stop waiting: send `tick`.
    case wake
    /// Nothing is left to do after a flush.
    case finish
  }

  /// Where the machine stands.
  public enum State: Hashable, Sendable {
    /// No call is out. Leads to `sending`.
    case idle
    /// A call is out for a series: the event itself, or a repetition. Leads to `idle`.
    case sending(order: UInt64, count: Int)
    /// All was flushed.
    case finished
  }

  /// How often what happened.
  public struct Counts: Hashable, Sendable {
    /// Notes that were recorded.
    public var recorded = 0
    /// Events that were created.
    public var created = 0
    /// Repetitions that were posted, several at a time mostly.
    public var repeated = 0
    /// Notes that were dropped since their object had too many.
    public var limited = 0
    /// Notes that were dropped since too many waited, or for too long.
    public var crowdedOut = 0
    /// Notes that the server refused for good.
    public var refused = 0
    /// Calls that failed and are made again.
    public var retried = 0
  }

  /// Which of the two APIs for events is used.
  public enum API: Hashable, Sendable {
    /// `events.k8s.io/v1`.
    case events
    /// The core group, after the other was refused.
    case core
  }

  /// The most objects whose rate is remembered.
  static let maximumBuckets = 512

  /// How many events are posted, and how eagerly.
  public let policy: EventPolicy
  /// Where the machine stands.
  public internal(set) var state: State = .idle
  /// How often what happened.
  public internal(set) var counts = Counts()
  /// Which of the two APIs is used.
  public internal(set) var api: API = .events

  var generator: SeededGenerator
  var series: [EventSeries.Key: EventSeries] = [:]
  var buckets: [EventObject: EventBucket] = [:]
  var orders: UInt64 = 0
  var failures = 0
  /// Before this no call is made.
  var notBefore = Tick(nanoseconds: .min)
  /// Whether repetitions can be posted; an account may lack the verb.
  var repeats = true
  var isFlushing = false

  /// A machine that has been told nothing.
  ///
  /// - Parameters:
  ///   - policy: How many events are posted, and how eagerly.
  ///   - seed: Where its chance comes from, the names of events included.
  public init(policy: EventPolicy = .init(), seed: UInt64) {
    self.policy = policy
    generator = SeededGenerator(seed: seed)
  }

  /// How many events and series wait to be posted.
  public var pending: Int { series.values.count(where: \.isPending) }

  /// Takes an event. One that does not belong to the state is ignored.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - now: When; never earlier than at the call before.
  /// - Returns: What is to be done.
  public mutating func handle(_ event: Event, at now: Tick) -> [Effect] {
    switch (state, event) {
    case (.idle, .record(let note)), (.sending, .record(let note)):
      record(note, at: now)
      return state == .idle ? [.wake] : []
    case (.idle, .tick):
      return next(at: now)
    case (.idle, .flush):
      isFlushing = true
      return next(at: now)
    case (.sending, .flush):
      isFlushing = true
      return []
    case (.sending(let order, let count), .sent):
      sent(order, count, at: now)
      return next(at: now)
    case (.sending(let order, let count), .failed(let error)):
      failed(error, order, count, at: now)
      return next(at: now)
    case (.idle, .sent), (.idle, .failed), (.sending, .tick),
      (.finished, .record), (.finished, .tick), (.finished, .sent), (.finished, .failed),
      (.finished, .flush):
      return []
    }
  }
}
