public import Pacing
import TimeText

/// Decides whether, when and how the pod that this process runs in is replaced.
///
/// It looks at what is and what should be on every turn; nothing rests on having seen an edge. All
/// mounts that ask for a remedy count, and one still has to ask for it at the moment of each step.
///
/// The way: *repair* the mounts, where that is configured; look at the own pod, the provider of the
/// mounts and the record of former restarts; *claim* a place in the record before anything is done;
/// say so; *remove* the pod; look whether it goes. A claim that is not needed any more is taken back.
public struct RestartMachine: Hashable, Sendable {
  /// What can happen.
  public enum Event: Hashable, Sendable {
    /// Time has passed.
    case tick
    /// This is the policy from now on.
    case configured(RestartPolicy)
    /// This is what is known of the own pod.
    case identified(PodSelf)
    /// These are the mounts: all of them, each time one of them changes.
    case mounts([MountNeed])
    /// The request with this number was answered.
    case answered(UInt64, RestartAnswer)
    /// The process is asked to end: nothing new is begun, a claim that was not acted on is taken back.
    case stopping
  }

  /// What is to be done about it.
  public enum Effect: Hashable, Sendable {
    /// Carry this out and send `Event.answered`. Requests do not wait for each other; at most one
    /// repair and one other request are out at a time.
    case send(RestartRequest)
    /// Publish an event, best effort: no answer is expected. What was announced before an `exit` is
    /// given a moment to go out.
    case announce(RestartNotice)
    /// Log this.
    case log(RestartLogLine)
    /// End the process with this code.
    case exit(code: Int32)
    /// Send `Event.tick` at this tick, if nothing else happened before.
    case wake(Tick)
  }

  /// The policy.
  public private(set) var policy: RestartPolicy
  /// Where the restart stands.
  public private(set) var state: RestartState = .holding(.starting)
  /// What was counted.
  public private(set) var statistics = RestartStatistics()

  /// A machine that knows of no mount and no pod.
  ///
  /// - Parameters:
  ///   - policy: When and how.
  ///   - seed: Where the jitter of its pauses comes from; another one in each pod.
  ///   - start: The present.
  public init(policy: RestartPolicy, seed: UInt64, start: Tick) {
    self.policy = policy
  }

  /// Takes an event.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - now: When; never earlier than at the call before.
  /// - Returns: What is to be done, in this order; the last effect is always the only `wake`.
  public mutating func handle(_ event: Event, at now: Tick) -> [Effect] {
    [.wake(Tick(nanoseconds: .max))]
  }
}
