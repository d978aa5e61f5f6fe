/// All that is configured of a pool and its stack.
public struct PoolSettings: Hashable, Sendable {
  /// The pool.
  public var pool: PoolDescription
  /// How it is looked at.
  public var probing: ProbingSettings
  /// When the stack is drained and brought back.
  public var policy: PoolPolicy
  /// How long steps may take.
  public var planPolicy: PlanPolicy
  /// The programs that are paused.
  public var clients: [ClientSettings]
  /// The container engine; `nil`: there is none.
  public var engine: EngineSettings?
  /// Projects that are started once the stack is drained, and stopped before it comes back.
  public var portableProjects: [ProjectSettings]
  /// Projects that are started when the mode goes from `local` to `full`.
  public var fullProjects: [ProjectSettings]
  /// Where the ledger and the state files are.
  public var stateFolder: String

  /// Where the state is unless told otherwise.
  public static let defaultStateFolder = "/var/lib/mountmon"

  /// Settings.
  public init(
    pool: PoolDescription, probing: ProbingSettings = ProbingSettings(),
    policy: PoolPolicy = PoolPolicy(), planPolicy: PlanPolicy = PlanPolicy(),
    clients: [ClientSettings] = [], engine: EngineSettings? = EngineSettings(),
    portableProjects: [ProjectSettings] = [], fullProjects: [ProjectSettings] = [],
    stateFolder: String = Self.defaultStateFolder
  ) {
    self.pool = pool
    self.probing = probing
    self.policy = policy
    self.planPolicy = planPolicy
    self.clients = clients
    self.engine = engine
    self.portableProjects = portableProjects
    self.fullProjects = fullProjects
    self.stateFolder = stateFolder
  }
}
