public import JSONValue

extension StubCluster {
  /// Creates a workload with one container, `main`, and pods labelled `app: NAME`.
  ///
  /// - Parameters:
  ///   - kind: `Deployment`, `ReplicaSet`, `StatefulSet` or `DaemonSet`.
  ///   - name: Its name.
  ///   - namespace: Its namespace.
  ///   - replicas: How many pods; a DaemonSet always has one, on the only node.
  ///   - grace: The pods' `terminationGracePeriodSeconds`.
  /// - Returns: The workload as stored; its pods come as time passes.
  @discardableResult
  public mutating func addWorkload(
    _ kind: String, _ name: String, in namespace: String, replicas: Int = 1, grace: Int = 30
  ) -> JSONValue {
    let labels: JSONValue = ["app": .string(name)]
    var spec: JSONValue = [
      "selector": ["matchLabels": labels],
      "template": [
        "metadata": ["labels": labels],
        "spec": [
          "terminationGracePeriodSeconds": .int(grace),
          "containers": [["name": "main", "image": "registry.example/app:1"]],
        ],
      ],
    ]
    if kind != "DaemonSet" { spec["replicas"] = .int(replicas) }
    if kind == "StatefulSet" { spec["serviceName"] = .string(name) }
    return create([
      "apiVersion": "apps/v1", "kind": .string(kind),
      "metadata": ["name": .string(name), "namespace": .string(namespace)], "spec": spec,
    ])
  }

  /// Creates a PodDisruptionBudget.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - namespace: Its namespace.
  ///   - minAvailable: How many of the pods have to stay ready.
  ///   - labels: What the pods are labelled with.
  public mutating func addBudget(
    _ name: String, in namespace: String, minAvailable: Int, labels: [String: String]
  ) {
    var selector: JSONValue = [:]
    for (key, value) in labels { selector[key] = .string(value) }
    create([
      "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
      "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "spec": ["minAvailable": .int(minAvailable), "selector": ["matchLabels": selector]],
    ])
  }
}
