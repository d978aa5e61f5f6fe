/// An event for people, to be published on the pod and, so that it outlives the pod, on its owner.
public struct RestartNotice: Hashable, Sendable {
  /// The reason, as `kubectl describe` shows it.
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    /// The pod is about to be replaced.
    case watchdogRestart = "WatchdogRestart"
    /// A mount is degraded.
    case mountDegraded = "MountDegraded"
    /// A mount is unhealthy.
    case mountUnhealthy = "MountUnhealthy"
    /// A mount is healthy again.
    case mountRecovered = "MountRecovered"
    /// A restart is called for and has to wait.
    case restartHeld = "RestartHeld"
    /// A restart cannot be done until somebody changes something.
    case restartRefused = "RestartRefused"
    /// A repair was carried out.
    case mountRepaired = "MountRepaired"
  }

  /// What kind of event.
  public var reason: Reason
  /// Whether it is of the type `Warning`; else `Normal`.
  public var isWarning: Bool
  /// What happened, for people.
  public var message: String
  /// The owner to publish it on beside the pod, where it is known.
  public var owner: PodOwner?

  /// A notice.
  public init(_ reason: Reason, isWarning: Bool, _ message: String, owner: PodOwner? = nil) {
    self.reason = reason
    self.isWarning = isWarning
    self.message = message
    self.owner = owner
  }
}

/// A line for the log.
public struct RestartLogLine: Hashable, Sendable {
  /// How much it matters.
  public enum Level: Hashable, Sendable {
    /// A step on the way.
    case debug
    /// What goes on.
    case info
    /// What needs attention.
    case warn
    /// What failed.
    case error
  }

  /// A named value.
  public struct Field: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its value.
    public var value: Value

    /// A field.
    public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// The kinds of values.
  public enum Value: Hashable, Sendable {
    /// A text.
    case text(String)
    /// A number.
    case number(Int)
    /// A time.
    case duration(Duration)
  }

  /// How much it matters.
  public var level: Level
  /// What happened.
  public var message: String
  /// To what, and how.
  public var fields: [Field]

  /// A line.
  public init(_ level: Level, _ message: String, _ fields: [Field] = []) {
    self.level = level
    self.message = message
    self.fields = fields
  }
}
