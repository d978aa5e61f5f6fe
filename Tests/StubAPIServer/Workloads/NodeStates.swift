import JSONValue
import TimeText

/// How a node is.
public enum StubNodeState: Hashable, Sendable {
  /// Its kubelet reports.
  case ready
  /// Its kubelet is heard by nobody and hears nobody; its containers run on.
  case partitioned
  /// It has no power: its containers are dead, and nobody can say so.
  case off
}

/// Nodes that are not as they should be, and what waits for them.
struct NodeStates {
  /// Those that do not report.
  var silent: [String: StubNodeState] = [:]
  /// What their kubelets would do.
  var alarms: [String: [Alarm]] = [:]
  /// Pods that the API does not have any more, while their containers may run on.
  var removed: [String: [JSONValue]] = [:]

  func isSilent(_ node: String?) -> Bool { node.map { silent[$0] != nil } ?? false }

  /// Whether the kubelet does not learn that a pod is gone.
  mutating func holdRemoval(of pod: JSONValue) -> Bool {
    guard let node = pod.text("spec", "nodeName"), isSilent(node) else { return false }
    removed[node, default: []].append(pod)
    return true
  }
}

extension StubCluster {
  /// Adds a node that is ready, or changes how one is.
  ///
  /// Pods on a node that does not report stay as they are, end for nobody, and are asked to go after
  /// five minutes, without effect. When it reports again, all that is made good.
  ///
  /// - Parameters:
  ///   - name: Its name; the first one is `fake-node`.
  ///   - state: How it is from now on.
  public mutating func setNode(_ name: String, _ state: StubNodeState = .ready) {
    if object("Node", name) == nil {
      create(["apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name)]])
    }
    let wasSilent = nodes.isSilent(name)
    nodes.silent[name] = state == .ready ? nil : state
    if state == .ready || !wasSilent { writeReadiness(of: name, isReady: state == .ready) }
    switch state {
    case .ready: wake(name)
    case .partitioned: break
    case .off:
      for pod in pods(on: name) where runs.outside.contains(pod.uid) { notice(.killed, pod) }
    }
    if state != .ready, !wasSilent {
      alarms.add(.evict(name), at: now.advanced(by: .seconds(300)))
    }
  }

  /// Removes a node: its containers run on, and what is told of them goes within a minute.
  ///
  /// - Parameter name: Its name.
  public mutating func removeNode(_ name: String) {
    nodes.silent[name] = .partitioned
    remove("Node", name)
    alarms.add(.collectPods(name), at: now.advanced(by: .seconds(40)))
  }

  private func pods(on node: String) -> [JSONValue] {
    all("Pod").filter { $0.text("spec", "nodeName") == node }
  }

  /// The node that the next pod gets.
  func freeNode(_ habit: PodHabit) -> String? {
    let names = all("Node").map(\.name).filter { !nodes.isSilent($0) }
    if let wished = habit.node { return names.contains(wished) ? wished : nil }
    return names.contains("fake-node") ? "fake-node" : names.first
  }

  private mutating func writeReadiness(of node: String, isReady: Bool) {
    let time = time
    change("Node", node) { object in
      let old = object.at("status", "conditions")?[0]
      let status: JSONValue = isReady ? "True" : "Unknown"
      object.set(
        ["status", "conditions"],
        [
          [
            "type": "Ready", "status": status, "lastHeartbeatTime": time,
            "lastTransitionTime": old?["status"] == status
              ? old?["lastTransitionTime"] ?? time : time,
            "reason": isReady ? "KubeletReady" : "NodeStatusUnknown",
            "message": isReady
              ? "kubelet is posting ready status" : "Kubelet stopped posting node status.",
          ]
        ])
      let taints = ["NoSchedule", "NoExecute"].map { effect -> JSONValue in
        [
          "key": "node.kubernetes.io/unreachable", "effect": .string(effect), "timeAdded": time,
        ]
      }
      object.set(["spec", "taints"], isReady ? nil : .array(taints))
    }
  }

  /// The kubelet reports again: what waited for it happens.
  private mutating func wake(_ node: String) {
    for pod in nodes.removed.removeValue(forKey: node) ?? [] { notice(.removed, pod) }
    for alarm in nodes.alarms.removeValue(forKey: node) ?? [] { alarms.add(alarm, at: now) }
    for pod in all("Pod") where pod.text("spec", "nodeName") == nil {
      alarms.add(.schedule(pod.uid), at: now.advanced(by: habit(of: pod).schedulingDelay))
    }
  }

  /// Whether what is due has to wait for a kubelet.
  mutating func isHeld(_ alarm: Alarm) -> Bool {
    switch alarm {
    case .create(let uid), .run(let uid), .beReady(let uid), .exit(let uid), .stop(let uid):
      guard let node = pod(uid)?.text("spec", "nodeName"), nodes.isSilent(node) else {
        return false
      }
      nodes.alarms[node, default: []].append(alarm)
      return true
    default: return false
    }
  }

  mutating func evictPods(from node: String) {
    guard nodes.isSilent(node) else { return }
    for pod in pods(on: node) where !pod.isTerminating && !Self.isFinished(pod) {
      deleteGracefully(pod)
    }
  }

  mutating func collectPods(of node: String) {
    guard object("Node", node) == nil else { return }
    for pod in pods(on: node) { remove("Pod", pod.name, in: pod.namespace) }
  }
}
