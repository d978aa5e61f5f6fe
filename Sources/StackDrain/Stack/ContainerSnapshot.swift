/// A container as the engine shows it.
public struct ContainerSnapshot: Hashable, Sendable {
  /// The states of a container, in the engine's words.
  public enum State: String, Hashable, Sendable, CaseIterable {
    /// Made, never started.
    case created
    /// It runs.
    case running
    /// Frozen. It writes nothing; a person did that, and it is left alone.
    case paused
    /// Between two runs: its restart policy will start it again.
    case restarting
    /// On its way out.
    case removing
    /// Ended.
    case exited
    /// The engine could not remove it.
    case dead

    /// Whether it runs, or is about to.
    public var isUp: Bool {
      switch self {
      case .running, .restarting: true
      case .created, .paused, .removing, .exited, .dead: false
      }
    }
  }

  /// Its name, without the leading slash.
  public var name: String
  /// Its state.
  public var state: State
  /// The folders of the host that it mounts.
  public var mountSources: [String]
  /// Its labels.
  public var labels: [String: String]
  /// When it was started last, as the engine tells it.
  public var startedAt: String?
  /// Whether its bind of the pool still shows a mount that is no more; `nil` where nobody looked.
  public var showsDeadMount: Bool?
  /// What it shows instead, for people; `nil` where nothing is wrong, or nobody looked.
  public var deadMountReason: String?

  /// A container.
  public init(
    name: String, state: State, mountSources: [String] = [], labels: [String: String] = [:],
    startedAt: String? = nil, showsDeadMount: Bool? = nil
  ) {
    self.name = name
    self.state = state
    self.mountSources = mountSources
    self.labels = labels
    self.startedAt = startedAt
    self.showsDeadMount = showsDeadMount
  }

  /// Its compose project.
  public var project: String? { labels["com.docker.compose.project"] }
  /// Its compose service.
  public var service: String? { labels["com.docker.compose.service"] }

  /// The label with which a container names its role in the stack: `producer`.
  public static let roleLabel = "mountmon.role"
  /// The label that names services it depends on, for engines whose compose leaves none.
  public static let dependsOnLabel = "mountmon.depends-on"

  /// Whether it makes work for others, and is stopped before them.
  public var isProducer: Bool { labels[Self.roleLabel] == ClientRole.producer.rawValue }

  /// The services (or containers) that must run before it does.
  ///
  /// Compose writes `db:service_healthy:false,cache:service_started:true`; only the names matter.
  public var dependencies: Set<String> {
    var names: Set<String> = []
    for key in ["com.docker.compose.depends_on", Self.dependsOnLabel] {
      for part in (labels[key] ?? "").split(separator: ",") {
        let name = part.prefix { $0 != ":" }.filter { $0 != " " }
        if !name.isEmpty { names.insert(String(name)) }
      }
    }
    return names
  }
}

/// The stack as it was seen at one moment.
public struct StackSnapshot: Hashable, Sendable {
  /// All containers of the engine, those that do not run as well; `nil` where it did not answer.
  public var containers: [ContainerSnapshot]?
  /// What clients said; one that is not in here was not asked or did not answer.
  public var clients: [Target: TargetState]
  /// What is known of projects.
  public var projects: [Target: TargetState]
  /// What went wrong with looking, for people.
  public var complaints: [String]
  /// Whether users of the pool may have been overlooked, as something could not be read.
  public var mayMissUsers = false
  /// Running containers whose binds of the pool could not be looked at, though that was asked for.
  public var uninspected: Set<String> = []

  /// A snapshot.
  public init(
    containers: [ContainerSnapshot]? = nil, clients: [Target: TargetState] = [:],
    projects: [Target: TargetState] = [:], complaints: [String] = []
  ) {
    self.containers = containers
    self.clients = clients
    self.projects = projects
    self.complaints = complaints
  }
}
