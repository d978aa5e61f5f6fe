public import JSONValue
import TimeText

extension StubCluster {
  /// Installs VolSync: its two kinds of objects and a controller for restic.
  ///
  /// From then on requests for Secrets are violations, and `fake-node` says that it is ready.
  ///
  /// - Parameter habits: How it works.
  public mutating func installVolSync(_ habits: VolSyncHabits = VolSyncHabits()) {
    for (plural, kind) in [
      ("replicationsources", "ReplicationSource"),
      ("replicationdestinations", "ReplicationDestination"),
    ] {
      register(
        .custom(group: "volsync.backube", version: "v1alpha1", plural: plural, kind: kind))
    }
    volSync = habits
    forbidsSecrets = true
    setNode("fake-node", .ready)
  }

  /// Installs VolSyncMonitor.
  ///
  /// - Parameter schema: Its `openAPIV3Schema`; `nil` lets every field through.
  public mutating func installVolSyncMonitors(schema: JSONValue? = nil) {
    register(
      .custom(
        group: "homelab.rafaribe.com", version: "v1alpha1", plural: "volsyncmonitors",
        kind: "VolSyncMonitor", schema: schema))
  }

  /// Creates a backup; its first sync begins at once.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - namespace: Its namespace.
  ///   - secret: The Secret with the repository.
  ///   - manual: `spec.trigger.manual`; a new value starts a sync.
  ///   - schedule: `spec.trigger.schedule`, with `*`, `*/N` or numbers for minute and hour.
  ///   - change: Changes the object before it is stored.
  /// - Returns: The object as stored.
  @discardableResult
  public mutating func addReplicationSource(
    _ name: String, in namespace: String, secret: String, manual: String? = nil,
    schedule: String? = nil, change: (inout JSONValue) -> Void = { _ in }
  ) -> JSONValue {
    var object: JSONValue = [
      "apiVersion": "volsync.backube/v1alpha1", "kind": "ReplicationSource",
      "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "spec": [
        "sourcePVC": .string(name),
        "restic": [
          "repository": .string(secret), "copyMethod": "Snapshot", "pruneIntervalDays": 7,
          "retain": ["daily": 7],
        ],
      ],
    ]
    if let manual { object.set(["spec", "trigger", "manual"], .string(manual)) }
    if let schedule { object.set(["spec", "trigger", "schedule"], .string(schedule)) }
    change(&object)
    return create(object)
  }

  /// Creates a restore; its first sync begins at once.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - namespace: Its namespace.
  ///   - secret: The Secret with the repository.
  ///   - manual: `spec.trigger.manual`; a new value starts a sync.
  ///   - change: Changes the object before it is stored.
  /// - Returns: The object as stored.
  @discardableResult
  public mutating func addReplicationDestination(
    _ name: String, in namespace: String, secret: String, manual: String = "restore-once",
    change: (inout JSONValue) -> Void = { _ in }
  ) -> JSONValue {
    var object: JSONValue = [
      "apiVersion": "volsync.backube/v1alpha1", "kind": "ReplicationDestination",
      "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "spec": [
        "trigger": ["manual": .string(manual)],
        "restic": [
          "repository": .string(secret), "copyMethod": "Direct",
          "destinationPVC": .string(name),
        ],
      ],
    ]
    change(&object)
    return create(object)
  }

  /// Changes the wish of a backup or restore, as a person does with `kubectl edit`.
  ///
  /// - Parameters:
  ///   - kind: `ReplicationSource` or `ReplicationDestination`.
  ///   - name: Its name.
  ///   - namespace: Its namespace.
  ///   - change: Changes `spec`.
  public mutating func edit(
    _ kind: String, _ name: String, in namespace: String, _ change: (inout JSONValue) -> Void
  ) {
    self.change(kind, name, in: namespace) { object in
      var spec = object["spec"] ?? [:]
      change(&spec)
      guard spec != object["spec"] else { return }
      object["spec"] = spec
      object.set(
        ["metadata", "generation"], .int((object.integer("metadata", "generation") ?? 0) + 1))
    }
  }

  /// Adds an NFS volume `repository` to each mover's pod, a container beside it, one before it, and
  /// fields that nobody knows: what policies do in many clusters.
  ///
  /// - Parameters:
  ///   - server: The NFS server.
  ///   - path: What it exports.
  ///   - mountPath: Where the movers see it.
  ///   - addsContainers: Whether containers are added as well.
  public mutating func injectRepositoryVolume(
    server: String = "nas.example.invalid", path: String = "/mnt/storage/volsync",
    mountPath: String = "/repository", addsContainers: Bool = false
  ) {
    podAdmission = { pod in
      guard pod.labels["app.kubernetes.io/created-by"] == "volsync" else { return }
      let volume: JSONValue = [
        "name": "repository",
        "nfs": ["server": .string(server), "path": .string(path), "readOnly": false],
      ]
      pod.set(
        ["spec", "volumes"], .array((pod.at("spec", "volumes")?.arrayValue ?? []) + [volume]))
      var containers = pod.at("spec", "containers")?.arrayValue ?? []
      for index in containers.indices {
        let mounts = containers[index]["volumeMounts"]?.arrayValue ?? []
        containers[index]["volumeMounts"] = .array(
          mounts + [["name": "repository", "mountPath": .string(mountPath)]])
      }
      if addsContainers {
        containers.append(["name": "proxy", "image": "example.invalid/proxy:1"])
        pod.set(
          ["spec", "initContainers"],
          [["name": "timezone", "image": "example.invalid/timezone:1"]])
        pod.set(["spec", "fieldOfNobody"], ["kept": true])
      }
      pod.set(["spec", "containers"], .array(containers))
    }
  }
}
