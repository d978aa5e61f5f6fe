import Pacing

/// Where a step stands.
enum StepProgress: Hashable, Sendable {
  /// Its turn has not come. Leads to `looking`.
  case waiting
  /// Its target is being looked at, before anything is done. Leads to `recording`, or to `ended`
  /// where there is nothing to do or no answer, or to `resting` where there may be one later.
  case looking(CallID, by: Tick)
  /// It looks again later. Leads to `looking`, or to `ended` at the deadline.
  case resting(until: Tick)
  /// What was found is being written down. Leads to `acting`.
  case recording(Intent)
  /// It was asked to act. Leads to `confirming`, whatever came of that.
  case acting(CallID, Intent, by: Tick)
  /// What came of it is being looked at. Leads to `ended`, or to `pondering` where it is not as
  /// wanted yet.
  case confirming(CallID, Intent, by: Tick)
  /// It reads back again later. Leads to `confirming`, or to `ended` at the deadline.
  case pondering(Intent, until: Tick)
  /// It is over.
  case ended(StepResult)

  /// What a step is about to do, and what it knows of its doing.
  struct Intent: Hashable, Sendable {
    /// The units it is about.
    var units: Set<String>
    /// Which life of the target it found.
    var instance: String?
    /// What the target said against it.
    var refusal: String?
    /// Whether the act was answered.
    var wasAnswered = false
    /// When it was given to be written down.
    var since = Tick.zero
    /// What else the target said when it was last looked at.
    var note: String?
  }

  var result: StepResult? {
    guard case .ended(let result) = self else { return nil }
    return result
  }

  /// The call it waits for, and until when.
  var pending: (call: CallID, by: Tick)? {
    switch self {
    case .looking(let call, let tick), .acting(let call, _, let tick),
      .confirming(let call, _, let tick):
      (call, tick)
    case .waiting, .resting, .recording, .pondering, .ended: nil
    }
  }

  /// When it goes on by itself.
  var alarm: Tick? {
    switch self {
    case .resting(let tick), .pondering(_, let tick): tick
    case .looking, .acting, .confirming: pending?.by
    case .waiting, .recording, .ended: nil
    }
  }
}
