/// The settings of the watchdog that has the pod replaced.
public struct WatchdogSettings: Hashable, Sendable {
  /// Whether it acts at all.
  public var isEnabled = false
  /// How long a mount stays unhealthy before it acts.
  public var restartDelay = Duration.zero
  /// How often a call to the API server is tried before a longer pause.
  public var maxRetries = 3
  /// The pause after the first failed try.
  public var retryBackoffInitial = Duration.milliseconds(100)
  /// The longest pause between tries.
  public var retryBackoffMax = Duration.seconds(10)
  /// How the pod is replaced.
  public var strategy = Strategy.evict
  /// How many restarts a workload may have.
  public var budget = Budget()
  /// How many pods of the workload may be down at once because of this: 1 to 32.
  public var concurrency = 1
  /// How long a replacement may take to become ready before it no longer keeps others waiting.
  public var replacementDeadline = Duration.seconds(900)
  /// What has to be up before a pod is replaced; `nil`: nothing is asked.
  public var upstream: Upstream?
  /// What is tried before the pod is replaced; a mount's own comes first. `nil`: nothing.
  public var repair: Repair?
  /// Whether it only tells what it would do.
  public var isDryRun = false

  /// How a pod is replaced.
  public enum Strategy: String, Hashable, Sendable, CaseIterable {
    /// By an eviction, which a PodDisruptionBudget may refuse.
    case evict
    /// By an eviction, and by a deletion where that is refused.
    case delete
    /// Not at all: the process ends with an exit code on which the cluster restarts all containers.
    case exit
  }

  /// How many restarts a workload may have, over all its replicas.
  public struct Budget: Hashable, Sendable {
    /// The most restarts within `window`: 1 to 100.
    public var restarts = 3
    /// The time that is looked at.
    public var window = Duration.seconds(3600)
    /// The least time between two; twice that after the next one within the window, and so on.
    public var spacing = Duration.seconds(300)
  }

  /// The provider of the mounts: while it is down, a new pod would be no better.
  public struct Upstream: Hashable, Sendable {
    /// Where it is.
    public var url: ServiceURL
    /// How often it is asked while a restart waits for it.
    public var interval = Duration.seconds(30)
    /// How long an answer may take.
    public var timeout = Duration.seconds(5)
    /// The file with the certificates that its own is checked against; `nil`: it is not checked.
    public var authorityFile: String?
  }

  /// What is tried before a pod is replaced.
  public struct Repair: Hashable, Sendable {
    /// What is done.
    public var action: Action
    /// How long that may take.
    public var timeout = Duration.seconds(10)
    /// How often it is tried in one outage: 1 to 10.
    public var attempts = 1
    /// How long the mount may take to become healthy afterwards.
    public var settle = Duration.seconds(30)

    /// The kinds of repair.
    public enum Action: Hashable, Sendable {
      /// A request.
      case http(Call)
      /// A program and its arguments; `{path}` and `{name}` stand for the mount's.
      case command([String])
    }

    /// A request of HTTP.
    public struct Call: Hashable, Sendable {
      /// Where it goes.
      public var url: ServiceURL
      /// Its method.
      public var method = "POST"
      /// Its fields, in the order of their names.
      public var headers: [Header] = []
      /// Its body; `{path}` and `{name}` stand for the mount's, as in a JSON text.
      public var body = ""
      /// The file that holds the value of the field `Authorization`; `nil`: there is none.
      public var authorizationFile: String?
      /// The file with the certificates that the server's is checked against; `nil`: the system's.
      public var authorityFile: String?
    }

    /// One field of a request.
    public struct Header: Hashable, Sendable {
      /// Its name.
      public var name: String
      /// Its value.
      public var value: String
    }
  }
}
