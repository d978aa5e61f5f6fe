import JSONValue
public import K8sClient
public import TimeText

/// What of a cluster tells who lives: its pods and nodes, at one time.
public struct ClusterView: Hashable, Sendable {
  /// Whether a node answers.
  public enum NodeState: Hashable, Sendable {
    /// Its kubelet reports, since then; it ends what the API does not have any more.
    case ready(since: Timestamp)
    /// It does not; its containers may run on.
    case notReady
  }

  /// A pod that was seen and is not there any more.
  public struct DepartedPod: Hashable, Sendable {
    /// Its namespace.
    public var namespace: String
    /// Its name.
    public var name: String
    /// What its containers took for the name of their host.
    public var host: String
    /// Whether no other pod has that host: its name was made by the API server for it alone.
    public var isUnique: Bool
    /// Its node; `nil` where it had none when it was seen last.
    public var node: String?
    /// The uid of that node when the pod was seen there; `nil` where that is not known.
    public var nodeUID: UID?
    /// How long its containers may take to end once they are told to.
    public var grace: Duration
    /// When its absence was seen.
    public var gone: Timestamp

    /// A pod that is gone.
    public init(
      namespace: String, name: String, host: String, isUnique: Bool = true, node: String?,
      nodeUID: UID? = nil, grace: Duration = .seconds(30), gone: Timestamp
    ) {
      self.namespace = namespace
      self.name = name
      self.host = host
      self.isUnique = isUnique
      self.node = node
      self.nodeUID = nodeUID
      self.grace = grace
      self.gone = gone
    }
  }

  /// The pods of all namespaces that may be read.
  public var pods: [Pod] {
    didSet { hosts = nil }
  }
  /// The Jobs of those namespaces.
  public var jobs: [Job]
  /// The nodes; one that is not here is gone, which proves nothing of its containers.
  public var nodes: [String: NodeState]
  /// The uids of the nodes, as far as they are known: one that was made anew has another.
  public var nodeUIDs: [String: UID] = [:]
  /// Pods that are gone, as far as anybody remembers.
  public var departed: [DepartedPod]
  /// Whether pods of every namespace are here. Otherwise a host that is not here may be one of them.
  public var isWhole: Bool
  /// The present, by the clock of the API server.
  public var now: Timestamp

  /// The pods by their hosts, where somebody had that made.
  private var hosts: HostIndex?

  /// A view.
  public init(
    pods: [Pod], jobs: [Job] = [], nodes: [String: NodeState] = [:],
    departed: [DepartedPod] = [], isWhole: Bool = true, now: Timestamp
  ) {
    self.pods = pods
    self.jobs = jobs
    self.nodes = nodes
    self.departed = departed
    self.isWhole = isWhole
    self.now = now
  }
}

extension ClusterView {
  /// Sorts its pods by their hosts, once for all locks of all repositories.
  mutating func sortHosts() { hosts = HostIndex(pods) }

  /// The pods that may be a host, and perhaps others.
  func pods(near host: String) -> [Pod] { hosts?.pods(of: host) ?? pods }

  /// All that it says; how its pods are sorted is nothing of that.
  public static func == (one: ClusterView, other: ClusterView) -> Bool {
    one.now == other.now && one.isWhole == other.isWhole && one.nodes == other.nodes
      && one.nodeUIDs == other.nodeUIDs && one.departed == other.departed && one.jobs == other.jobs
      && one.pods == other.pods
  }

  /// Likewise.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(now)
    hasher.combine(pods)
    hasher.combine(jobs)
  }
}

extension Pod {
  /// What its containers take for the name of their host.
  public var containerHost: String {
    var host = (hostname ?? metadata.json["name"]?.stringValue ?? "").prefix(63)
    while let last = host.last, last == "-" || last == "." { host.removeLast() }
    return String(host)
  }

  /// Whether no other pod of the cluster has its host: the API server made its name for it alone. A
  /// name that somebody chose may have been that of another pod before, or be in another namespace.
  var hasUniqueHost: Bool {
    metadata.generateName?.isEmpty == false && hostname == nil && !sharesHostNetwork
      && (metadata.json["name"]?.stringValue ?? "").utf8.count <= 63
  }

  /// Whether its containers share the network, and so the host's name, of its node.
  var sharesHostNetwork: Bool { self[flag: "spec", "hostNetwork"] ?? false }
}
