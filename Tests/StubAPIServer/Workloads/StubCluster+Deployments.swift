import JSONValue
import TimeText

extension StubCluster {
  mutating func syncDeployment(_ deployment: JSONValue, _ type: StubResource) {
    guard let setType = catalog["apps", "replicasets"] else { return }
    let sets = all("ReplicaSet", in: deployment.namespace)
      .filter { $0.controller?.text("uid") == deployment.uid }
    let template = deployment.at("spec", "template") ?? [:]
    let hash = Self.hash(of: template)
    let wished = deployment.integer("spec", "replicas") ?? 1
    let surge = max(1, wished / 4)
    guard let current = sets.first(where: { $0.labels["pod-template-hash"] == hash }) else {
      let revision = sets.count + 1
      makeReplicaSet(of: deployment, type, hash: hash, wished, revision: revision, surge: surge)
      if var changed = object(type, ObjectName(deployment.namespace, deployment.name)) {
        changed.set(
          ["metadata", "annotations", "deployment.kubernetes.io/revision"],
          .string(String(revision)))
        store(changed, in: type)
      }
      return
    }
    let ready = pods(of: current).filter(Self.isReady).count
    if ready >= wished {
      for var old in sets
      where old.uid != current.uid && (old.integer("spec", "replicas") ?? 0) > 0 {
        old.set(["spec", "replicas"], 0)
        old.set(["metadata", "generation"], .int((old.integer("metadata", "generation") ?? 0) + 1))
        store(old, in: setType)
      }
    }
    writeStatus(of: deployment, type, current: current, sets)
  }

  private mutating func makeReplicaSet(
    of deployment: JSONValue, _ type: StubResource, hash: String, _ replicas: Int, revision: Int,
    surge: Int
  ) {
    var set: JSONValue = ["apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": [:]]
    set.set(["metadata", "name"], .string("\(deployment.name)-\(hash)"))
    set.set(["metadata", "namespace"], deployment.namespace.map(JSONValue.string))
    var labels = deployment.at("spec", "template", "metadata", "labels") ?? [:]
    labels["pod-template-hash"] = .string(hash)
    set.set(["metadata", "labels"], labels)
    set.set(
      ["metadata", "annotations"],
      [
        "deployment.kubernetes.io/desired-replicas": .string(String(replicas)),
        "deployment.kubernetes.io/max-replicas": .string(String(replicas + surge)),
        "deployment.kubernetes.io/revision": .string(String(revision)),
      ])
    set.set(["metadata", "ownerReferences"], .array([Self.reference(to: deployment, type)]))
    set.set(["spec", "replicas"], .int(replicas))
    set.set(["spec", "selector"], deployment.at("spec", "selector"))
    set.set(["spec", "selector", "matchLabels", "pod-template-hash"], .string(hash))
    set.set(["spec", "template"], deployment.at("spec", "template"))
    set.set(["spec", "template", "metadata", "labels"], labels)
    create(set)
  }

  private mutating func writeStatus(
    of deployment: JSONValue, _ type: StubResource, current: JSONValue, _ sets: [JSONValue]
  ) {
    let all = sets.flatMap { pods(of: $0) }
    let alive = all.filter { !$0.isTerminating && !Self.isFinished($0) }
    let ready = alive.filter(Self.isReady).count
    let updated = pods(of: current).filter { !$0.isTerminating && !Self.isFinished($0) }.count
    let wished = deployment.integer("spec", "replicas") ?? 1
    let old = deployment.at("status", "conditions")?.arrayValue ?? []
    let isDone = updated == wished && alive.count == wished && ready == wished
    var conditions = old
    set(
      "Available", ready >= wished,
      ready >= wished ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
      ready >= wished
        ? "Deployment has minimum availability."
        : "Deployment does not have minimum availability.", in: &conditions)
    // Once it is through, losing a pod is no progress.
    let isSettled =
      all.count { !$0.isTerminating } == updated
      && old.contains { $0.text("reason") == "NewReplicaSetAvailable" }
      && old.contains { ($0.text("message") ?? "").contains("\"\(current.name)\"") }
    if !isSettled {
      set(
        "Progressing", true, isDone ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
        "ReplicaSet \"\(current.name)\" \(isDone ? "has successfully progressed." : "is progressing.")",
        in: &conditions)
    }
    var status: JSONValue = [:]
    status["observedGeneration"] = deployment.at("metadata", "generation")
    let counts = [
      ("replicas", alive.count), ("updatedReplicas", updated), ("readyReplicas", ready),
      ("availableReplicas", ready),
      ("unavailableReplicas", max(alive.count, wished) - ready),
    ]
    for (key, count) in counts where count > 0 { status[key] = .int(count) }
    status["terminatingReplicas"] = .int(all.filter(\.isTerminating).count)
    status["conditions"] = .array(conditions)
    write(status, to: deployment, type)
  }

  /// A condition that changes goes to the end of the list.
  private func set(
    _ type: String, _ isTrue: Bool, _ reason: String, _ message: String,
    in conditions: inout [JSONValue]
  ) {
    let status = isTrue ? "True" : "False"
    let before = conditions.first { $0.text("type") == type }
    let isSame = before?.text("status") == status
    if isSame, before?.text("reason") == reason, before?.text("message") == message { return }
    conditions.removeAll { $0.text("type") == type }
    conditions.append([
      "type": .string(type), "status": .string(status), "lastUpdateTime": time,
      "lastTransitionTime": (isSame ? before?["lastTransitionTime"] : nil) ?? time,
      "reason": .string(reason), "message": .string(message),
    ])
  }
}
