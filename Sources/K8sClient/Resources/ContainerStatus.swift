public import JSONValue
public import TimeText

/// How a container of a pod is.
public struct ContainerStatus: JSONBacked {
  /// What a container does.
  public enum State: Hashable, Sendable {
    /// It has not been started, or not again; the reason is one word: `ImagePullBackOff`.
    case waiting(reason: String?, message: String?)
    /// It runs.
    case running(since: Timestamp?)
    /// It ended.
    case terminated(Termination)
  }

  /// All of it.
  public var json: JSONValue

  /// The status that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// The container's name.
  public var name: String { self[text: "name"] ?? "" }
  /// The image that it runs.
  public var image: String? { self[text: "image"] }
  /// Whether it takes requests.
  public var isReady: Bool { self[flag: "ready"] ?? false }
  /// How often it was started anew.
  public var restartCount: Int { self[integer: "restartCount"] ?? 0 }
  /// What it does; `nil` where nothing is said, or nothing known.
  public var state: State? { state("state") }
  /// What it did before it was started anew.
  public var lastState: State? { state("lastState") }
  /// How it ended; `nil` while it runs.
  public var termination: Termination? { self[part: "state", "terminated"] }
  /// How it ended the time before.
  public var lastTermination: Termination? { self[part: "lastState", "terminated"] }

  private func state(_ key: String) -> State? {
    if let ended: Termination = self[part: key, "terminated"] { return .terminated(ended) }
    if self[value: key, "running"] != nil {
      return .running(since: self[time: key, "running", "startedAt"])
    }
    guard self[value: key, "waiting"] != nil else { return nil }
    return .waiting(
      reason: self[text: key, "waiting", "reason"], message: self[text: key, "waiting", "message"])
  }
}

/// How a container ended.
public struct Termination: JSONBacked {
  /// All of it.
  public var json: JSONValue

  /// The end that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// The status that its first process gave; 128 and more for a signal. `nil` where the node does
  /// not say.
  public var exitCode: Int? { self[integer: "exitCode"] }
  /// The signal that ended it, where the node says so.
  public var signal: Int? { self[integer: "signal"] }
  /// Why, in one word: `Error`, `OOMKilled`, `Completed`.
  public var reason: String? { self[text: "reason"] }
  /// What it wrote to its termination log.
  public var message: String? { self[text: "message"] }
  /// When it began.
  public var startedAt: Timestamp? { self[time: "startedAt"] }
  /// When it ended.
  public var finishedAt: Timestamp? { self[time: "finishedAt"] }
}
