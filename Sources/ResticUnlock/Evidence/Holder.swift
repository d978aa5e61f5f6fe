import JSONValue
import K8sClient
import TimeText

/// What the cluster knows of the host that a lock names.
enum Holder: Hashable {
  /// A pod of that name may work on it.
  case alive(String)
  /// A pod of that name ended, or none can be left of it.
  case ended(String)
  /// There is or was such a pod, and nothing proves its end.
  case unproven(String)
  /// There is none.
  case nowhere(String)

  static func of(_ lock: KnownLock, in view: ClusterView, by policy: LockPolicy) -> Holder {
    guard let host = lock.host else { return .nowhere("its log does not say who holds it") }
    var ended: [String] = []
    var unproven: String?
    // An unlock Job may bear the name of a dead host, and holds no lock itself.
    for pod in view.pods(near: host) where pod.isHost(host) && !OwnJob.isOne(pod.metadata) {
      switch of(pod, lock, in: view) {
      case .alive(let why): return .alive(why)
      case .ended(let why): ended.append(why)
      case .unproven(let why): unproven = why
      case .nowhere: break
      }
    }
    for pod in view.departed where pod.host == host {
      switch of(pod, lock, in: view, by: policy) {
      case .ended(let why): ended.append(why)
      case .unproven(let why): unproven = why
      case .alive, .nowhere: break
      }
    }
    if let unproven { return .unproven(unproven) }
    if let first = ended.first { return .ended(first) }
    return .nowhere("no pod of the host \(host.inMessage(limit: 80)) is known")
  }

  private static func of(_ pod: Pod, _ lock: KnownLock, in view: ClusterView) -> Holder {
    let title = pod.title
    if pod.sharesHostNetwork {
      return pod.isFinished
        ? .unproven("\(title) had its node's name, which other programs have, too")
        : .alive("\(title) has its node's name and is not at its end")
    }
    if let running = pod.runningContainer {
      guard let node = pod.nodeName else { return .alive("\(title) waits for a node") }
      switch view.nodes[node] {
      case .ready: return .alive("\(title): \(running)")
      case .notReady: return .unproven("\(title) is on node \(node), which is not ready")
      case nil: return .unproven("\(title) is on node \(node), of which nothing is known")
      }
    }
    guard let (began, ended) = pod.lifeOfContainers else {
      return .unproven(
        "\(title) is \(pod.phase?.rawValue ?? "in an unknown phase"), and its node "
          + "does not say how its containers ended")
    }
    // Node and holder have the same clock. A lock of another time is another host's of this name.
    if let written = lock.written {
      let slack: Duration = lock.isExact ? .seconds(5) : .seconds(600)
      if written > ended + slack || written < began - slack {
        return .nowhere("\(title) did not run when the lock was written")
      }
    }
    guard pod.hasUniqueHost else {
      return .unproven("\(title) ended, but has a name that others may have")
    }
    return .ended("\(title) ended at \(ended.wholeSecondText)")
  }

  private static func of(
    _ pod: ClusterView.DepartedPod, _ lock: KnownLock, in view: ClusterView, by policy: LockPolicy
  ) -> Holder {
    let title = "pod \(pod.namespace)/\(pod.name)"
    // Its containers may have run on for a while, by a clock that is not ours.
    if let written = lock.written, written > pod.gone + departure(of: pod, policy) + .seconds(600) {
      return .nowhere("\(title) was gone when the lock was written")
    }
    guard let node = pod.node else {
      return .unproven("\(title) is gone, and on which node it may have run is not known")
    }
    guard pod.isUnique else {
      return .unproven("\(title) is gone, but has a name that others may have")
    }
    if let was = pod.nodeUID, let now = view.nodeUIDs[node], was != now {
      return .unproven("\(title) is gone, and its node \(node) is another one by now")
    }
    switch view.nodes[node] {
    case .ready(let since) where max(since, pod.gone) + departure(of: pod, policy) <= view.now:
      return .ended("\(title) is gone, and its node \(node) is ready")
    case .ready: return .unproven("\(title) has only just gone")
    case .notReady: return .unproven("\(title) is gone, but its node \(node) is not ready")
    case nil:
      return .unproven("\(title) is gone, and of its node \(node) nothing is known: it may run on")
    }
  }

  /// How long after a pod is gone, and its node is ready, it has certainly ended.
  private static func departure(
    of pod: ClusterView.DepartedPod, _ policy: LockPolicy
  ) -> Duration { max(policy.departure, pod.grace + policy.departure / 2) }
}

extension Pod {
  fileprivate func isHost(_ host: String) -> Bool {
    let own = containerHost
    if host == own || host.hasPrefix(own + ".") { return true }
    return sharesHostNetwork && nodeName.map { host == $0 || host.hasPrefix($0 + ".") } ?? false
  }

  /// What of restic runs in it, or may yet; `nil` where all has ended for good.
  var runningContainer: String? {
    let restic = ResticContainer.find(in: self)
    let isOver =
      restic.map { status(named: $0.name)?.termination != nil } ?? false && restartPolicy == "Never"
    for status in containerStatuses + initContainerStatuses {
      guard case .running = status.state else { continue }
      // Another container may run on beside a mover that has ended, if it cannot be a restic.
      if isOver, let restic, !isRestic(status.name, beside: restic) { continue }
      return "container \(status.name) runs"
    }
    for status in self[value: "status", "ephemeralContainerStatuses"]?.arrayValue ?? []
    where status["state"]?["running"] != nil {
      return "a container for debugging runs"
    }
    if isFinished { return nil }
    guard isOver, let restic else {
      return "it is \(phase?.rawValue ?? "in an unknown phase")"
    }
    for container in containers where isRestic(container.name, beside: restic) {
      if status(named: container.name)?.termination == nil {
        return "container \(container.name) may yet run"
      }
    }
    return nil
  }

  /// Whether a container of it may run restic, too.
  private func isRestic(_ name: String, beside restic: Container) -> Bool {
    guard name != restic.name else { return true }
    let found = (containers + initContainers).first { $0.name == name }
    return found?.hasSignOfRestic(beside: restic) ?? true
  }

  private func status(named name: String) -> ContainerStatus? {
    containerStatuses.first { $0.name == name }
  }

  /// From when to when its containers ran, by the clock of its node; `nil` where that is not known of
  /// all that count.
  fileprivate var lifeOfContainers: (Timestamp, Timestamp)? {
    let restic = ResticContainer.find(in: self)
    let counted = containerStatuses.filter { status in
      restic.map { isRestic(status.name, beside: $0) } ?? true
    }
    let ends = counted.compactMap { status in status.termination?.finishedAt }
    guard !counted.isEmpty, ends.count == counted.count, let end = ends.max() else { return nil }
    // The first run counts, were there several.
    let start =
      startTime ?? metadata.creationTimestamp
      ?? counted.compactMap { $0.termination?.startedAt }.min() ?? .earliest
    return (start, end)
  }
}

extension Container {
  /// Whether anything speaks for it running restic: a variable, the Secret of the repository, its
  /// command, its image.
  fileprivate func hasSignOfRestic(beside restic: Container) -> Bool {
    if environment.contains(where: { $0.name.hasPrefix("RESTIC_") }) { return true }
    if environmentSources.contains(where: { restic.secrets.contains($0.secretName ?? "") }) {
      return true
    }
    if let image, image == restic.image { return true }
    return ([image ?? ""] + command + arguments).contains {
      Array($0.utf8)[...].firstUncased("restic") != nil
    }
  }

  private var secrets: Set<String> {
    var names = Set(environmentSources.compactMap(\.secretName))
    for variable in environment {
      if case .secret(let name, _, _) = variable.source { names.insert(name) }
    }
    return names
  }
}
