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
    /// Its node; `nil` where it never had one, so never ran.
    public var node: String?
    /// When its absence was seen.
    public var gone: Timestamp

    /// A pod that is gone.
    public init(namespace: String, name: String, host: String, node: String?, gone: Timestamp) {
      self.namespace = namespace
      self.name = name
      self.host = host
      self.node = node
      self.gone = gone
    }
  }

  /// The pods of all namespaces that may be read.
  public var pods: [Pod]
  /// The Jobs of those namespaces.
  public var jobs: [Job]
  /// The nodes; one that is not here is gone, which proves nothing of its containers.
  public var nodes: [String: NodeState]
  /// Pods that are gone, as far as anybody remembers.
  public var departed: [DepartedPod]
  /// Whether pods of every namespace are here. Otherwise a host that is not here may be one of them.
  public var isWhole: Bool
  /// The present, by the clock of the API server.
  public var now: Timestamp

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

extension Pod {
  /// What its containers take for the name of their host.
  public var containerHost: String {
    var host = (hostname ?? metadata.json["name"]?.stringValue ?? "").prefix(63)
    while let last = host.last, last == "-" || last == "." { host.removeLast() }
    return String(host)
  }

  /// Whether its containers share the network, and so the host's name, of its node.
  var sharesHostNetwork: Bool { self[flag: "spec", "hostNetwork"] ?? false }
}
