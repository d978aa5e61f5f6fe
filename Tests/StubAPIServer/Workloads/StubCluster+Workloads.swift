import JSONValue
import TimeText

extension StubCluster {
  /// One turn of a controller.
  mutating func sync(_ kind: String, _ name: ObjectName) {
    guard pods.runsControllers,
      let type = catalog.resources.first(where: { $0.kind == kind }),
      let object = object(type, name), !object.isTerminating
    else { return }
    switch kind {
    case "ReplicaSet": syncReplicaSet(object, type)
    case "Deployment": syncDeployment(object, type)
    case "StatefulSet": syncStatefulSet(object, type)
    case "DaemonSet": syncDaemonSet(object, type)
    case "Job": syncJob(object, type)
    case "ReplicationSource", "ReplicationDestination": syncReplication(object, type)
    default: break
    }
  }

  /// The pods that an object controls, in order of their names.
  func pods(of owner: JSONValue) -> [JSONValue] {
    (objects[ResourceGroup("", "pods")] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
      .filter { $0.controller?.text("uid") == owner.uid }
  }

  static func isReady(_ pod: JSONValue) -> Bool {
    !pod.isTerminating
      && (pod.at("status", "conditions")?.arrayValue ?? [])
        .contains { $0.text("type") == "Ready" && $0.text("status") == "True" }
  }

  static func isFinished(_ pod: JSONValue) -> Bool {
    ["Failed", "Succeeded"].contains(pod.text("status", "phase") ?? "")
  }

  static func reference(to owner: JSONValue, _ type: StubResource) -> JSONValue {
    [
      "apiVersion": .string(type.groupVersion), "kind": .string(type.kind),
      "name": .string(owner.name), "uid": .string(owner.uid), "controller": true,
      "blockOwnerDeletion": true,
    ]
  }

  /// Makes a pod from an owner's template.
  mutating func makePod(
    of owner: JSONValue, _ type: StubResource, name: String? = nil,
    change: (inout JSONValue) -> Void = { _ in }
  ) -> JSONValue {
    let template = owner.at("spec", "template") ?? [:]
    let prefix = owner.name + "-"
    var pod: JSONValue = ["apiVersion": "v1", "kind": "Pod", "metadata": [:]]
    pod.set(["metadata", "name"], .string(name ?? Self.generated(prefix, newSuffix())))
    pod.set(["metadata", "generateName"], .string(prefix))
    pod.set(["metadata", "namespace"], owner.namespace.map(JSONValue.string))
    pod.set(["metadata", "labels"], template.at("metadata", "labels"))
    pod.set(["metadata", "annotations"], template.at("metadata", "annotations"))
    pod.set(["metadata", "ownerReferences"], .array([Self.reference(to: owner, type)]))
    pod["spec"] = template["spec"]
    change(&pod)
    return create(pod)
  }

  /// A name that begins as asked; what is too long loses its end.
  static func generated(_ prefix: String, _ suffix: String) -> String {
    prefix.prefix(58) + suffix
  }

  private mutating func syncReplicaSet(_ set: JSONValue, _ type: StubResource) {
    let wished = set.integer("spec", "replicas") ?? 1
    var alive = pods(of: set).filter { !$0.isTerminating && !Self.isFinished($0) }
    while alive.count < wished { alive.append(makePod(of: set, type)) }
    while alive.count > wished {
      let victim = alive.firstIndex { !Self.isReady($0) } ?? alive.count - 1
      deleteGracefully(alive.remove(at: victim))
    }
    let ready = alive.filter(Self.isReady).count
    var status: JSONValue = ["replicas": .int(alive.count)]
    if !alive.isEmpty { status["fullyLabeledReplicas"] = .int(alive.count) }
    if ready > 0 {
      status["readyReplicas"] = .int(ready)
      status["availableReplicas"] = .int(ready)
    }
    status["terminatingReplicas"] = .int(pods(of: set).filter(\.isTerminating).count)
    status["observedGeneration"] = set.at("metadata", "generation")
    write(status, to: set, type)
  }

  private mutating func syncStatefulSet(_ set: JSONValue, _ type: StubResource) {
    let wished = set.integer("spec", "replicas") ?? 1
    let revision = "\(set.name)-" + Self.hash(of: set.at("spec", "template") ?? [:])
    for index in 0..<max(wished, 0) {
      let name = "\(set.name)-\(index)"
      if let pod = object("Pod", name, in: set.namespace) {
        // The next one waits until this one is ready.
        if Self.isReady(pod) { continue } else { break }
      }
      _ = makePod(of: set, type, name: name) { pod in
        let labels = [
          ("apps.kubernetes.io/pod-index", String(index)), ("controller-revision-hash", revision),
          ("statefulset.kubernetes.io/pod-name", name),
        ]
        for (key, value) in labels { pod.set(["metadata", "labels", key], .string(value)) }
        pod.set(["spec", "hostname"], .string(name))
        pod.set(["spec", "subdomain"], set.at("spec", "serviceName"))
      }
      break
    }
    let all = pods(of: set)
    let ready = all.filter(Self.isReady).count
    var status: JSONValue = ["replicas": .int(all.count)]
    status["availableReplicas"] = .int(ready)
    if ready > 0 { status["readyReplicas"] = .int(ready) }
    status["currentReplicas"] = .int(all.count)
    status["updatedReplicas"] = .int(all.count)
    status["currentRevision"] = .string(revision)
    status["updateRevision"] = .string(revision)
    status["observedGeneration"] = set.at("metadata", "generation")
    status["collisionCount"] = 0
    write(status, to: set, type)
  }

  private mutating func syncDaemonSet(_ set: JSONValue, _ type: StubResource) {
    if pods(of: set).isEmpty { _ = makePod(of: set, type) }
    let all = pods(of: set)
    let ready = all.filter(Self.isReady).count
    var status: JSONValue = [
      "currentNumberScheduled": .int(all.count), "numberMisscheduled": 0,
      "desiredNumberScheduled": 1, "numberReady": .int(ready),
      "updatedNumberScheduled": .int(all.count),
    ]
    if ready > 0 { status["numberAvailable"] = .int(ready) }
    if ready < 1 { status["numberUnavailable"] = .int(1 - ready) }
    status["observedGeneration"] = set.at("metadata", "generation")
    write(status, to: set, type)
  }

  mutating func deleteGracefully(_ pod: JSONValue) {
    guard let type = catalog["", "pods"], let options = try? DeleteOptions([:]) else { return }
    _ = delete(pod, type, options)
  }

  /// Writes a status, unless it is as it was.
  mutating func write(_ status: JSONValue, to object: JSONValue, _ type: StubResource) {
    let name = ObjectName(object.namespace, object.name)
    guard var current = self.object(type, name), current["status"] != status else { return }
    current["status"] = status
    store(current, in: type)
  }

  /// Ten characters that stand for a template.
  static func hash(of value: JSONValue) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in value.sorted.bytes() { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let letters = Array("bcdf456789")
    return String(
      (0..<10).map { _ in
        defer { hash /= 10 }
        return letters[Int(hash % 10)]
      })
  }

  /// What the disruption controller knows of a namespace.
  mutating func syncBudgets(_ namespace: String) {
    guard pods.keepsBudgets, let type = catalog["policy", "poddisruptionbudgets"] else { return }
    for budget in all("PodDisruptionBudget", in: namespace) {
      let selector = LabelSelector(budget.at("spec", "selector", "matchLabels")?.strings ?? [:])
      let chosen = all("Pod", in: namespace).filter {
        selector.matches($0.labels) && !Self.isFinished($0)
      }
      let healthy = chosen.filter(Self.isReady).count
      let wished =
        budget.integer("spec", "minAvailable")
        ?? budget.integer("spec", "maxUnavailable").map { max(chosen.count - $0, 0) } ?? 0
      let allowed = max(healthy - wished, 0)
      let name = allowed > 0 ? "SufficientPods" : "InsufficientPods"
      let old = budget.at("status", "conditions")?[0]
      let generation = budget.at("metadata", "generation") ?? 1
      let since = old?.text("reason") == name ? old?["lastTransitionTime"] : nil
      write(
        [
          "observedGeneration": generation, "disruptionsAllowed": .int(allowed),
          "currentHealthy": .int(healthy), "desiredHealthy": .int(wished),
          "expectedPods": .int(chosen.count),
          "conditions": [
            [
              "type": "DisruptionAllowed", "status": allowed > 0 ? "True" : "False",
              "observedGeneration": generation, "lastTransitionTime": since ?? time,
              "reason": .string(name), "message": "",
            ]
          ],
        ], to: budget, type)
    }
  }
}
