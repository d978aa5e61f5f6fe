public import Pacing

/// Where the restart of the own pod stands, as it is shown to the outside.
public enum RestartState: Hashable, Sendable {
  /// Nothing will be done, ever, unless the configuration changes. Leads to `holding`.
  case disabled(RestartReason)
  /// No mount asks for anything, and all that a restart needs is there. Leads to `pending`.
  case armed
  /// These mounts ask for a restart since `since`; it begins at `due` if one still does. Leads to
  /// `armed`, `acting` or `holding`.
  case pending(mounts: [String], since: Tick, due: Tick)
  /// A restart is called for, or would be refused if it were. Leads anywhere.
  case holding(RestartReason)
  /// The restart is on its way. Leads to `waitingForPodToGo`, `holding` or `armed`.
  case acting(RestartStep)
  /// The pod is to go, and this process with it. Leads back to `acting` should it stay.
  case waitingForPodToGo
  /// The budget is used up; the window moves on until this tick. Leads to `acting`.
  case spent(until: Tick)

  /// One stable word, for metrics and JSON.
  public var word: String {
    switch self {
    case .disabled: "disabled"
    case .armed: "armed"
    case .pending: "pending"
    case .holding: "holding"
    case .acting: "acting"
    case .waitingForPodToGo: "waitingForPodToGo"
    case .spent: "spent"
    }
  }

  /// Every word there is.
  public static let words = [
    "disabled", "armed", "pending", "holding", "acting", "waitingForPodToGo", "spent",
  ]
}

/// A step of a restart.
public enum RestartStep: String, Hashable, Sendable, CaseIterable {
  /// A mount is being repaired, or has time to show that it was.
  case repairing
  /// Pod, provider and record are looked at.
  case checking
  /// The claim is written.
  case claiming
  /// The pod is removed, or the process ended.
  case removing
  /// It is looked whether the pod is going.
  case confirming
  /// The claim is taken back: it is not needed any more.
  case withdrawing
}
