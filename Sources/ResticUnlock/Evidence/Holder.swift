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
    for pod in view.pods where pod.isHost(host) {
      switch of(pod, lock, in: view) {
      case .alive(let why): return .alive(why)
      case .ended(let why): ended.append(why)
      case .unproven(let why): unproven = why
      case .nowhere: break
      }
    }
    for pod in view.departed where pod.host == host {
      switch of(pod, in: view, by: policy) {
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
    } else if pod.hostname != nil {
      return .unproven("\(title) has a name that others may have, and the lock has no time")
    }
    return .ended("\(title) ended at \(ended.wholeSecondText)")
  }

  private static func of(
    _ pod: ClusterView.DepartedPod, in view: ClusterView, by policy: LockPolicy
  ) -> Holder {
    let title = "pod \(pod.namespace)/\(pod.name)"
    guard let node = pod.node else { return .ended("\(title) is gone and never ran") }
    switch view.nodes[node] {
    case .ready(let since) where max(since, pod.gone) + policy.departure <= view.now:
      return .ended("\(title) is gone, and its node \(node) is ready")
    case .ready: return .unproven("\(title) has only just gone")
    case .notReady: return .unproven("\(title) is gone, but its node \(node) is not ready")
    case nil:
      return .unproven("\(title) is gone, and of its node \(node) nothing is known: it may run on")
    }
  }
}

extension Pod {
  fileprivate func isHost(_ host: String) -> Bool {
    let own = containerHost
    if host == own || host.hasPrefix(own + ".") { return true }
    return sharesHostNetwork && nodeName.map { host == $0 || host.hasPrefix($0 + ".") } ?? false
  }

  /// What runs in it, or may yet; `nil` where all has ended for good.
  fileprivate var runningContainer: String? {
    let statuses = containerStatuses + initContainerStatuses
    for status in statuses {
      guard case .running = status.state else { continue }
      // Another container may run on beside a mover that has ended.
      if let restic = ResticContainer.find(in: self), restic.name != status.name,
        self.status(named: restic.name)?.termination != nil, restartPolicy == "Never"
      {
        continue
      }
      return "container \(status.name) runs"
    }
    if isFinished { return nil }
    if let restic = ResticContainer.find(in: self), restartPolicy == "Never",
      status(named: restic.name)?.termination != nil
    {
      return nil
    }
    return "it is \(phase?.rawValue ?? "in an unknown phase")"
  }

  private func status(named name: String) -> ContainerStatus? {
    containerStatuses.first { $0.name == name }
  }

  /// From when to when its containers ran, by the clock of its node; `nil` where that is not known of
  /// all that count.
  fileprivate var lifeOfContainers: (Timestamp, Timestamp)? {
    let restic = ResticContainer.find(in: self)
    let counted = containerStatuses.filter { restic == nil || $0.name == restic?.name }
    let ends = counted.compactMap { status in status.termination?.finishedAt }
    guard !counted.isEmpty, ends.count == counted.count, let end = ends.max() else { return nil }
    // The first run counts, were there several.
    let start =
      startTime ?? metadata.creationTimestamp
      ?? counted.compactMap { $0.termination?.startedAt }.min() ?? .earliest
    return (start, end)
  }
}
