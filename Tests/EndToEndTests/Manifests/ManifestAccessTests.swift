import Foundation
import JSONValue
import StubAPIServer
import Testing

/// The program that was built, in a cluster with the type and the Roles of the manifests and nothing
/// more: an API server that allows what they grant, and drops fields that the type does not name.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct `mountmon volsync with what the manifests grant` {
  @Test(arguments: [
    ("volsync/rbac.yaml", [String]()),
    ("volsync/options/one-namespace.yaml", ["--only-namespace", "downloads"]),
  ])
  func `is refused nothing, and loses nothing of its status`(
    _ variant: (file: String, options: [String])
  ) async throws {
    let objects = try await Manifests.ofUnlocks()
    let cronjob = try #require(objects.first { $0.kind == "CronJob" }?.pod?.containers.first)
    #expect(cronjob.arguments.prefix(2) == ["volsync", "--timeout"])
    let roles = objects.filter { $0.file == variant.file && $0.kind.hasSuffix("Role") }
    try await StubAPIServer.run { server in
      let monitor = try #require(objects.first { $0.kind == "VolSyncMonitor" }?.value)
      let type = try #require(objects.first { $0.kind == "CustomResourceDefinition" }?.value)
      server.withCluster { Self.fill(&$0, type, monitor) }
      let token = server.mintToken(
        for: "mountmon-volsync", in: "mountmon", roles: roles.map(Self.role))
      let outcomes = try await TemporaryFolder.with { folder in
        let account = try folder.folder("account")
        try server.writeServiceAccountFolder(to: account, token: token, namespace: "mountmon")
        let program = [
          "env", "-u", "KUBERNETES_SERVICE_HOST", "POD_NAME=one", "POD_NAMESPACE=mountmon",
          try BuiltProgram.path("mountmon"), "volsync",
        ]
        let access =
          [
            "--timeout", "20s", "--server", server.url, "--token-file", account + "/token",
            "--ca-file", account + "/ca.crt",
          ] + variant.options
        let pass = try await Child(program + access).finish(within: .seconds(90))
        let words = program + ["explain", "downloads/prowlarr-nfs"] + access
        return [pass, try await Child(words).finish(within: .seconds(90))]
      }
      for outcome in outcomes {
        #expect(outcome.ending == .exited(1), "\(outcome.output)\(outcome.errors)")
      }
      #expect(server.violations.isEmpty)
      let mine = server.log.filter { $0.user == "system:serviceaccount:mountmon:mountmon-volsync" }
      for exchange in mine where [401, 403].contains(exchange.status) {
        Issue.record("\(exchange.line): \(exchange.status)")
      }
      for deed in Self.deeds {
        #expect(
          mine.contains {
            $0.request.method == deed.method && $0.request.target.contains(deed.part)
          }, "\(deed): \(mine.map(\.line))")
      }
      let made = server.withCluster { $0.all("Job", in: "downloads") }
      #expect(made.contains { $0.label("app.kubernetes.io/component") == "restic-unlock" })
      let status = server.withCluster {
        $0.object("VolSyncMonitor", "volsync-monitor-main", in: "mountmon")?["status"]
      }
      try Self.judge(try #require(status))
    }
  }

  /// What a pass has to do, one with a failed mover in it, and what `explain` does.
  private static let deeds: [(method: String, part: String)] = [
    ("GET", "/pods?"), ("GET", "/jobs?"), ("GET", "/nodes?"), ("GET", "/replicationsources?"),
    ("GET", "/replicationdestinations?"), ("GET", "/volsyncmonitors?"),
    ("GET", "/pods/volsync-src-prowlarr-nfs-x/log"), ("GET", "/leases/mountmon-unlock-"),
    ("POST", "/namespaces/mountmon/leases"), ("PUT", "/leases/mountmon-unlock-"),
    ("POST", "/namespaces/downloads/jobs"), ("POST", "/namespaces/downloads/events"),
    ("PUT", "/volsyncmonitors/volsync-monitor-main/status"),
    ("GET", "/replicationsources/prowlarr-nfs"), ("GET", "/replicationdestinations/prowlarr-nfs"),
  ]

  private static func judge(_ status: JSONValue) throws {
    #expect(status["phase"] == "Active", "\(status)")
    #expect(status["totalLockErrorsDetected"] == 1, "\(status)")
    #expect(status["counted"]?.arrayValue?.isEmpty == false)
    let job = try #require(status["processedJobs"]?.arrayValue?.first, "\(status)")
    #expect(job["jobUID"] == "uid-of-the-job")
    #expect(job["repository"]?.stringValue?.contains("prowlarr-volsync-nfs") == true)
    #expect(job["removed"] == false && job["lockError"]?.stringValue?.isEmpty == false)
    let conditions = status["conditions"]?.arrayValue ?? []
    #expect(
      Set(conditions.compactMap { $0["type"]?.stringValue })
        == ["SettingsAccepted", "LocksClear", "Tidy"])
    for condition in conditions { #expect(condition["message"] != nil, "\(condition)") }
  }

  private static func role(_ object: ManifestObject) -> StubRole {
    let rules = (object.value["rules"]?.arrayValue ?? []).map { rule in
      StubRule(
        rule.texts("verbs"), groups: rule.texts("apiGroups"), resources: rule.texts("resources"),
        names: rule.texts("resourceNames"))
    }
    let isEverywhere = object.kind == "ClusterRole"
    let namespace = isEverywhere ? nil : object.value["metadata"]?["namespace"]?.stringValue
    return StubRole(object.name, in: namespace, rules)
  }

  /// A backup whose mover has failed, and says no more than that a lock was in its way.
  private static func fill(
    _ cluster: inout StubCluster, _ type: JSONValue, _ monitor: JSONValue
  ) {
    for name in ["mountmon", "downloads"] { cluster.addNamespace(name) }
    // The unlock Job ends soon, and has written nothing.
    cluster.pods.standard.exitDelay = .milliseconds(200)
    for (plural, kind) in [
      ("replicationsources", "ReplicationSource"),
      ("replicationdestinations", "ReplicationDestination"),
    ] {
      cluster.register(
        .custom(group: "volsync.backube", version: "v1alpha1", plural: plural, kind: kind))
    }
    cluster.create(type)
    cluster.create(monitor)
    let name: JSONValue = ["name": "prowlarr-nfs", "namespace": "downloads"]
    cluster.create([
      "apiVersion": "volsync.backube/v1alpha1", "kind": "ReplicationSource", "metadata": name,
      "spec": ["restic": ["repository": "prowlarr-volsync-nfs"]],
    ])
    cluster.create([
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": "volsync-src-prowlarr-nfs-x", "namespace": "downloads",
        "labels": [
          "job-name": "volsync-src-prowlarr-nfs", "app.kubernetes.io/created-by": "volsync",
        ],
        "ownerReferences": [
          [
            "apiVersion": "batch/v1", "kind": "Job", "name": "volsync-src-prowlarr-nfs",
            "uid": "uid-of-the-job", "controller": true,
          ]
        ],
      ],
      "spec": [
        "restartPolicy": "Never", "nodeName": "node-1",
        "containers": [
          [
            "name": "restic", "image": "registry.example.com/volsync:0.16.0",
            "command": ["/mover-restic/entry.sh"], "args": ["backup"],
            "env": [
              [
                "name": "RESTIC_REPOSITORY",
                "valueFrom": [
                  "secretKeyRef": ["name": "prowlarr-volsync-nfs", "key": "RESTIC_REPOSITORY"]
                ],
              ]
            ],
          ]
        ],
      ],
      "status": [
        "phase": "Failed",
        "containerStatuses": [
          ["name": "restic", "state": ["terminated": ["exitCode": 11, "reason": "Error"]]]
        ],
      ],
    ])
    cluster.write(
      "Fatal: unable to create lock in backend\n", toLogOf: "volsync-src-prowlarr-nfs-x",
      in: "downloads")
  }
}

extension JSONValue {
  fileprivate func label(_ key: String) -> String? {
    self["metadata"]?["labels"]?[key]?.stringValue
  }
}
