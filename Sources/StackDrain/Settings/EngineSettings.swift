/// The container engine, and which of its containers use the pool.
public struct EngineSettings: Hashable, Sendable {
  /// The Unix socket of the Docker Engine API, of Docker or of Podman.
  public var socket: String
  /// Labels that make a container a user of the pool: key and value, `nil` for any value.
  public var labels: [String: String?]
  /// Compose projects whose containers all use the pool.
  public var projects: Set<String>
  /// Names of containers that are left alone.
  public var exceptions: Set<String>

  /// Where Docker listens.
  public static let defaultSocket = "/var/run/docker.sock"

  /// An engine.
  public init(
    socket: String = Self.defaultSocket, labels: [String: String?] = [:],
    projects: Set<String> = [], exceptions: Set<String> = []
  ) {
    self.socket = socket
    self.labels = labels
    self.projects = projects
    self.exceptions = exceptions
  }
}

/// A compose project that is started or stopped as a whole, by a command.
public struct ProjectSettings: Hashable, Sendable {
  /// Its name, as compose knows it: what its containers carry as a label.
  public var name: String
  /// The command that starts it: a program's absolute path, or its name in PATH, and its arguments;
  /// `docker compose -p NAME -f FILE up -d`.
  public var start: [String]
  /// The command that stops it and removes nothing; `docker compose -p NAME -f FILE stop`.
  public var stop: [String]
  /// The folder that both run in.
  public var folder: String
  /// Services that must run for it to count as started; none named: at least one container, and all
  /// that it has.
  public var services: Set<String>

  /// A project.
  public init(
    name: String, start: [String], stop: [String], folder: String = "/", services: Set<String> = []
  ) {
    self.name = name
    self.start = start
    self.stop = stop
    self.folder = folder
    self.services = services
  }
}
