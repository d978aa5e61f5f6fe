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
  @discardableResult
  public mutating func take(_ change: WatchChange<Node>) -> Bool {
    switch change {
    case .added(let node), .modified(let node):
      // One that does not say since when proves the end of nothing.
      let state =
        node.isReady
        ? ClusterView.NodeState.ready(since: node.readySince ?? .latest) : .notReady
      return nodes.updateValue(state, forKey: node.key) != state
    case .deleted(let gone): return nodes.removeValue(forKey: gone.key) != nil
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

  private mutating func keep(_ pod: Pod) -> Bool {
    let key = pod.key
    guard pod.countsForLocks else {
      let skeleton = pod.skeleton
      return others.updateValue(skeleton, forKey: key) != skeleton
    }
    movers[key] = pod.withoutManagedFields
    return true
  }

  private mutating func remove(_ key: ObjectKey, at now: Timestamp) -> Bool {
    guard let pod = movers.removeValue(forKey: key) else {
      return others.removeValue(forKey: key) != nil
    }
    guard !OwnJob.isOne(pod.metadata) else { return true }
    departed.append(
      ClusterView.DepartedPod(
        namespace: key.namespace, name: key.name, host: pod.containerHost, node: pod.nodeName,
        gone: now))
    departed.removeAll { now - $0.gone >= Self.departedLife }
    if departed.count > Self.departedLimit {
      departed.removeFirst(departed.count - Self.departedLimit)
    }
    return true
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
