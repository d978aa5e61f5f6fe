public import K8sClient
public import TimeText

/// What watches tell of a cluster, kept as far as it counts for locks: movers as they are, of all other
/// pods only who they are and whether they live.
public struct ClusterMirror: Hashable, Sendable {
  /// How many departed pods are remembered.
  public static let departedLimit = 1000
  /// For how long.
  public static let departedLife = Duration.seconds(24 * 3600)

  /// The namespaces that are watched; none: all.
  public let namespaces: Set<String>

  private var movers: [ObjectKey: Pod] = [:]
  private var others: [ObjectKey: Pod] = [:]
  private var jobs: [ObjectKey: Job] = [:]
  private var nodes: [ObjectKey: ClusterView.NodeState] = [:]
  /// Since when each node that is ready was seen to be.
  private var readySeen: [ObjectKey: Timestamp] = [:]
  private var nodeUIDs: [String: UID] = [:]
  /// The uid of the node of each mover, when it was seen there first.
  private var homes: [ObjectKey: UID] = [:]
  private var sources: [ObjectKey: ReplicationSource] = [:]
  private var destinations: [ObjectKey: ReplicationDestination] = [:]
  private var departed: [ClusterView.DepartedPod] = []

  private var podWatch: WatchStanding
  private var jobWatch: WatchStanding
  private var nodeWatch = WatchStanding(scopes: [""])
  private var sourceWatch: WatchStanding
  private var destinationWatch: WatchStanding

  /// A mirror of nothing yet.
  ///
  /// - Parameter namespaces: The namespaces that are watched, each by watches of its own; none: all, by
  ///   one watch for each type. Nodes are in none.
  public init(namespaces: Set<String> = []) {
    self.namespaces = namespaces
    let scopes = namespaces.isEmpty ? [""] : namespaces.sorted()
    podWatch = WatchStanding(scopes: scopes)
    jobWatch = WatchStanding(scopes: scopes)
    sourceWatch = WatchStanding(scopes: scopes)
    destinationWatch = WatchStanding(scopes: scopes)
  }

  /// Whether everything that will be told at first was. A type that the cluster does not have, or that
  /// may not be read, holds up nothing; `complaints` names it.
  public var isSynced: Bool {
    podWatch.isSynced && jobWatch.isSynced && nodeWatch.isSynced && sourceWatch.isSynced
      && destinationWatch.isSynced
  }

  /// Whether pods and Jobs are as the API has them. Otherwise nobody may decide by a snapshot: whoever
  /// came since is not in it.
  public var isCurrent: Bool { isSynced && podWatch.isCurrent && jobWatch.isCurrent }

  /// What cannot be read, or not any more, and why; a line each.
  public var complaints: [String] {
    podWatch.complaints + jobWatch.complaints + nodeWatch.complaints + sourceWatch.complaints
      + destinationWatch.complaints
  }

  /// The cluster, as far as it is known.
  ///
  /// - Parameters:
  ///   - now: The present, by the clock of the API server.
  ///   - isWhole: Whether all that was asked for is all that there is; `false` where only some
  ///     namespaces are watched, whatever is said here.
  /// - Returns: The snapshot; to be acted upon only while `isCurrent`.
  public func snapshot(now: Timestamp, isWhole: Bool = true) -> ClusterSnapshot {
    var view = ClusterView(
      pods: movers.inOrder, jobs: jobs.inOrder,
      departed: departed.filter { now - $0.gone < Self.departedLife },
      isWhole: isWhole && namespaces.isEmpty && isCurrent, now: now)
    view.pods += others.values
    // What was ready a while ago may not be by now: it proves nothing.
    if nodeWatch.isCurrent {
      for (key, state) in nodes { view.nodes[key.name] = state }
      view.nodeUIDs = nodeUIDs
    }
    return ClusterSnapshot(
      view: view, sources: sources.inOrder, destinations: destinations.inOrder)
  }

  /// Takes in a change of pods.
  ///
  /// - Parameters:
  ///   - change: What their watch tells.
  ///   - scope: Its namespace; empty for a watch of all.
  ///   - now: The present, by the clock of the API server.
  /// - Returns: Whether anything is otherwise that counts for locks.
  @discardableResult
  public mutating func take(
    _ change: WatchChange<Pod>, of scope: String = "", at now: Timestamp
  ) -> Bool {
    switch change {
    case .added(let pod), .modified(let pod): return keep(pod)
    case .deleted(let gone): return remove(gone.key, at: now)
    case .synced, .interrupted, .resumed: return podWatch.take(change, of: scope)
    }
  }

  /// Takes in a change of Jobs.
  @discardableResult
  public mutating func take(_ change: WatchChange<Job>, of scope: String = "") -> Bool {
    jobs.take(change.map(\.withoutManagedFields)) || jobWatch.take(change, of: scope)
  }

  /// Takes in a change of nodes.
  ///
  /// - Parameters:
  ///   - change: What their watch tells.
  ///   - now: The present, by the clock of the API server.
  /// - Returns: Whether anything is otherwise that counts for locks.
  @discardableResult
  public mutating func take(_ change: WatchChange<Node>, at now: Timestamp) -> Bool {
    switch change {
    case .added(let node), .modified(let node): return keep(node, at: now)
    case .deleted(let gone):
      readySeen[gone.key] = nil
      nodeUIDs[gone.key.name] = nil
      return nodes.removeValue(forKey: gone.key) != nil
    case .synced, .interrupted, .resumed: return nodeWatch.take(change, of: "")
    }
  }

  /// Takes in a change of backups.
  @discardableResult
  public mutating func take(
    _ change: WatchChange<ReplicationSource>, of scope: String = ""
  ) -> Bool {
    sources.take(change.map(\.withoutManagedFields)) || sourceWatch.take(change, of: scope)
  }

  /// Takes in a change of restores.
  @discardableResult
  public mutating func take(
    _ change: WatchChange<ReplicationDestination>, of scope: String = ""
  ) -> Bool {
    destinations.take(change.map(\.withoutManagedFields))
      || destinationWatch.take(change, of: scope)
  }

  private mutating func keep(_ node: Node, at now: Timestamp) -> Bool {
    let key = node.key
    let uid = node.metadata.uid
    if nodeUIDs[key.name] != uid { readySeen[key] = nil }
    // What was there before nodes were known is on the node that is there.
    if nodes[key] == nil, !nodeWatch.isSynced, let uid {
      for (pod, mover) in movers where mover.nodeName == key.name && homes[pod] == nil {
        homes[pod] = uid
      }
    }
    nodeUIDs[key.name] = uid
    var state = ClusterView.NodeState.notReady
    if node.isReady {
      // It says since when by a clock of its own; and one that does not proves the end of nothing.
      let seen = readySeen[key] ?? now
      readySeen[key] = seen
      state = .ready(since: node.readySince.map { max($0, seen) } ?? .latest)
    } else {
      readySeen[key] = nil
    }
    return nodes.updateValue(state, forKey: key) != state
  }

  private mutating func keep(_ pod: Pod) -> Bool {
    let key = pod.key
    guard pod.countsForLocks else {
      let skeleton = pod.skeleton
      return others.updateValue(skeleton, forKey: key) != skeleton
    }
    if movers[key]?.metadata.uid != pod.metadata.uid { homes[key] = nil }
    if homes[key] == nil, let node = pod.nodeName { homes[key] = nodeUIDs[node] }
    movers[key] = pod.withoutManagedFields
    return true
  }

  private mutating func remove(_ key: ObjectKey, at now: Timestamp) -> Bool {
    guard let pod = movers.removeValue(forKey: key) else {
      return others.removeValue(forKey: key) != nil
    }
    let home = homes.removeValue(forKey: key)
    guard !OwnJob.isOne(pod.metadata) else { return true }
    departed.append(
      ClusterView.DepartedPod(
        namespace: key.namespace, name: key.name, host: pod.containerHost,
        isUnique: pod.hasUniqueHost, node: pod.nodeName, nodeUID: home, grace: pod.grace, gone: now)
    )
    departed.removeAll { now - $0.gone >= Self.departedLife }
    if departed.count > Self.departedLimit {
      departed.removeFirst(departed.count - Self.departedLimit)
    }
    return true
  }
}

extension Pod {
  /// How long its containers may take to end: by itself, or as whoever deleted it said.
  fileprivate var grace: Duration {
    let own = self[integer: "spec", "terminationGracePeriodSeconds"] ?? 30
    return max(.seconds(min(max(own, 0), 86_400 * 365)), metadata.deletionGracePeriod ?? .zero)
  }
}

extension WatchStanding {
  /// What a watch says of itself; other changes say nothing of it.
  fileprivate mutating func take<Object>(_ change: WatchChange<Object>, of scope: String) -> Bool {
    let before = self
    switch change {
    case .added, .modified, .deleted: break
    case .synced: synced(scope)
    case .interrupted(let error): interrupted(scope, error)
    case .resumed: resumed(scope)
    }
    return self != before
  }
}

extension Dictionary where Key == ObjectKey, Value: Resource {
  fileprivate mutating func take(_ change: WatchChange<Value>) -> Bool {
    switch change {
    case .added(let object), .modified(let object):
      updateValue(object, forKey: object.key)
      return true
    case .deleted(let gone): return removeValue(forKey: gone.key) != nil
    case .synced, .interrupted, .resumed: return false
    }
  }

  fileprivate var inOrder: [Value] { sorted { $0.key < $1.key }.map(\.value) }
}
