public import MountHealthCore

/// What a client does for the stack; it decides when in a drain its turn is.
public enum ClientRole: String, Hashable, Sendable, CaseIterable {
  /// Makes work for the others.
  case producer
  /// Downloads.
  case download
  /// Unpacks, moves, transcodes.
  case processing
}

/// A program that can be paused.
public struct ClientDescription: Hashable, Sendable {
  /// Its name.
  public var target: Target
  /// What it does.
  public var role: ClientRole
  /// The container it runs in, by name; `nil` where it runs in none.
  public var container: String?
  /// Whether it comes back from a restart running, though it was paused.
  public var forgetsPauses: Bool

  /// A client.
  ///
  /// - Parameters:
  ///   - target: Its name, of the kind `client`.
  ///   - role: What it does.
  ///   - container: The container it runs in, by name.
  ///   - forgetsPauses: Whether a pause is lost when it restarts.
  public init(
    _ target: Target, role: ClientRole, container: String? = nil, forgetsPauses: Bool = false
  ) {
    self.target = target
    self.role = role
    self.container = container
    self.forgetsPauses = forgetsPauses
  }
}

/// The stack that stands and falls with the pool.
public struct StackDescription: Hashable, Sendable {
  /// The programs that are paused.
  public var clients: [ClientDescription]
  /// Which containers use the pool.
  public var users: PoolUsers
  /// Projects that are started once the stack is drained, and stopped before it comes back.
  public var portableProjects: [Target]
  /// Projects that are started when the mode goes from `local` to `full`.
  public var fullProjects: [Target]

  /// A stack.
  public init(
    clients: [ClientDescription] = [], users: PoolUsers, portableProjects: [Target] = [],
    fullProjects: [Target] = []
  ) {
    self.clients = clients
    self.users = users
    self.portableProjects = portableProjects
    self.fullProjects = fullProjects
  }
}

/// Which containers use the pool: those with a mount on it, or chosen, less the exceptions.
public struct PoolUsers: Hashable, Sendable {
  /// The pool's path and those of its branches. A bind of a folder above one of them counts as well,
  /// but for `/`: what is mounted below comes along with it.
  public var paths: [MountPath]
  /// Labels that make a container a user: key and value, `nil` for any value.
  public var labels: [String: String?]
  /// Compose projects whose containers are all users.
  public var projects: Set<String>
  /// Names of containers that are left alone, whatever they mount.
  public var exceptions: Set<String>

  /// The label with which a container speaks for itself: `uses` or `ignore`.
  public static let label = "mountmon.pool"

  /// Rules.
  public init(
    paths: [MountPath], labels: [String: String?] = [:], projects: Set<String> = [],
    exceptions: Set<String> = []
  ) {
    self.paths = paths
    self.labels = labels
    self.projects = projects
    self.exceptions = exceptions
  }

  /// Why a container uses the pool, for people; `nil` where it does not.
  public func reason(for container: ContainerSnapshot) -> String? {
    guard !exceptions.contains(container.name) else { return nil }
    switch container.labels[Self.label] {
    case "ignore": return nil
    case "uses": return "label \(Self.label)"
    default: break
    }
    if let source = container.mountSources.first(where: { touchesPool($0) }) {
      return "mounts \(source)"
    }
    if let project = container.project, projects.contains(project) { return "project \(project)" }
    for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
      guard let found = container.labels[key], value == nil || value == found else { continue }
      return "label \(key)"
    }
    return nil
  }

  private func touchesPool(_ source: String) -> Bool {
    guard source.utf8.first == UInt8(ascii: "/") else { return false }
    return paths.contains { path in
      source.lies(atOrBelow: path.description)
        || (source != "/" && path.description.lies(atOrBelow: source))
    }
  }
}
