public import Pacing

/// Why nothing is done, or not yet.
public enum RestartReason: Hashable, Sendable {
  /// The configuration does not ask for it.
  case notEnabled
  /// This process does not run in a cluster.
  case notInCluster
  /// It is not known yet which pod this process runs in.
  case starting
  /// It is not known which pod this process runs in.
  case identityUnknown(String)
  /// The service account is not allowed to do what a restart needs.
  case accessRefused([RestartPermission])
  /// It could not be found out what the service account is allowed to do.
  case accessUnknown(String)
  /// Nothing would make a new pod.
  case barePod
  /// The owner makes no new pod when one is removed.
  case unsupportedOwner(kind: String)
  /// The API server has no pod of this name.
  case podUnknown(name: String)
  /// The pod of this name has another uid than this process was told.
  case podMismatch(expected: String, found: String)
  /// A disruption budget is in the way.
  case blockedByDisruptionBudget(String)
  /// The API server knows no eviction.
  case evictionUnsupported(String)
  /// Other pods of the workload are down for a restart.
  case concurrency(holders: [String])
  /// The last restart of the workload is too recent.
  case spacing(until: Tick)
  /// The workload was restarted too often.
  case budgetExhausted(until: Tick)
  /// The provider of the mounts does not answer.
  case upstreamDown(String)
  /// The provider of the mounts answers again, not for long enough.
  case upstreamSettling(until: Tick)
  /// The API server cannot do what is asked of it.
  case apiUnavailable(String)
  /// What is remembered of former restarts cannot be read.
  case recordUnreadable(String, until: Tick)
  /// It would be done, but only saying so was asked for.
  case dryRun
  /// The process is asked to end.
  case stopping

  /// One stable word, for metrics and JSON.
  public var word: String {
    switch self {
    case .notEnabled: "notEnabled"
    case .notInCluster: "notInCluster"
    case .starting: "starting"
    case .identityUnknown: "identityUnknown"
    case .accessRefused: "accessRefused"
    case .accessUnknown: "accessUnknown"
    case .barePod: "barePod"
    case .unsupportedOwner: "unsupportedOwner"
    case .podUnknown: "podUnknown"
    case .podMismatch: "podMismatch"
    case .blockedByDisruptionBudget: "blockedByDisruptionBudget"
    case .evictionUnsupported: "evictionUnsupported"
    case .concurrency: "concurrency"
    case .spacing: "spacing"
    case .budgetExhausted: "budgetExhausted"
    case .upstreamDown: "upstreamDown"
    case .upstreamSettling: "upstreamSettling"
    case .apiUnavailable: "apiUnavailable"
    case .recordUnreadable: "recordUnreadable"
    case .dryRun: "dryRun"
    case .stopping: "stopping"
    }
  }

  /// Every word there is.
  public static let words = [
    "notEnabled", "notInCluster", "starting", "identityUnknown", "accessRefused", "accessUnknown",
    "barePod", "unsupportedOwner", "podUnknown", "podMismatch", "blockedByDisruptionBudget",
    "evictionUnsupported", "concurrency", "spacing", "budgetExhausted", "upstreamDown",
    "upstreamSettling", "apiUnavailable", "recordUnreadable", "dryRun", "stopping",
  ]

  /// Whether somebody has to change something before a restart can be done; the others pass.
  public var isRefusal: Bool {
    switch self {
    case .identityUnknown, .accessRefused, .barePod, .unsupportedOwner, .podUnknown, .podMismatch,
      .evictionUnsupported:
      true
    case .notEnabled, .notInCluster, .starting, .accessUnknown, .blockedByDisruptionBudget,
      .concurrency, .spacing, .budgetExhausted, .upstreamDown, .upstreamSettling, .apiUnavailable,
      .recordUnreadable, .dryRun, .stopping:
      false
    }
  }

  /// What is the matter and what can be done about it, for people.
  public var text: String {
    switch self {
    case .notEnabled: "watchdog.enabled is false"
    case .notInCluster:
      "no service account was found: this process does not run in a Kubernetes pod"
    case .starting: "it is being found out which pod this is"
    case .identityUnknown(let words): "it is not known which pod this is: \(words)"
    case .accessRefused(let permissions):
      "the service account may not: \(permissions.map(\.text).joined(separator: ", ")); "
        + "give it a Role that allows this (it is asked again every few minutes)"
    case .accessUnknown(let words):
      "it could not be found out what the service account is allowed to do: \(words)"
    case .barePod:
      "the pod has no controlling owner: nothing would make a new one; run it from a Deployment, "
        + "StatefulSet or DaemonSet"
    case .unsupportedOwner(let kind): "the pod is owned by a \(kind), which makes no new pod"
    case .podUnknown(let name):
      "the API server has no pod \(name) in this namespace: check POD_NAME and POD_NAMESPACE"
    case .podMismatch(let expected, let found):
      "the pod of this name has the uid \(found), not \(expected): it is not the one that this "
        + "process runs in"
    case .blockedByDisruptionBudget(let message):
      "a PodDisruptionBudget is in the way: \(message)"
    case .evictionUnsupported(let words): "the API server does not evict pods: \(words)"
    case .concurrency(let holders):
      "other pods of the workload are down for a restart: \(holders.joined(separator: ", "))"
    case .spacing: "the last restart of the workload is too recent"
    case .budgetExhausted: "the workload was restarted as often as its budget allows"
    case .upstreamDown(let detail): "the provider of the mounts does not answer: \(detail)"
    case .upstreamSettling:
      "the provider of the mounts answers again; the mounts have a moment to come back"
    case .apiUnavailable(let words): "the API server cannot do it now: \(words)"
    case .recordUnreadable(let words, _):
      "what is remembered of former restarts cannot be read: \(words); it counts as a used budget "
        + "for one window, then it is written anew"
    case .dryRun: "the pod would be replaced now, but watchdog.dryRun is true"
    case .stopping: "the process is asked to end"
    }
  }
}
