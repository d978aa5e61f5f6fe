import JSONValue

@testable import StubAPIServer

extension Scenarios {
  private static func workload(_ kind: String, _ name: String) -> JSONValue {
    let labels: JSONValue = ["app.kubernetes.io/name": .string(name)]
    return [
      "apiVersion": "apps/v1", "kind": .string(kind),
      "metadata": ["name": .string(name), "labels": labels],
      "spec": [
        "replicas": 1, "selector": ["matchLabels": labels],
        "template": [
          "metadata": [
            "labels": labels, "annotations": ["fake-kubelet/stop-after": "2"],
          ],
          "spec": [
            "automountServiceAccountToken": false,
            "containers": [["name": "app", "image": "registry.example/app:1"]],
          ],
        ],
      ],
    ]
  }

  /// Creates a Deployment and learns the hash in the names it makes.
  private static func deploy(_ name: String, hash: String, suffix: String, _ stage: inout Stage) {
    stage.cluster.plannedSuffixes = [suffix]
    stage.send("POST", "/apis/apps/v1/namespaces/media/deployments", workload("Deployment", name))
    stage.advance(1)
    learn(hash, of: name, &stage)
  }

  private static func learn(_ hash: String, of name: String, _ stage: inout Stage) {
    let known = stage.cluster.all("ReplicaSet", in: "media").filter {
      $0.name.hasPrefix(name + "-")
    }
    for set in known {
      guard let own = set.labels["pod-template-hash"], !stage.knownHashes.contains(own) else {
        continue
      }
      stage.knownHashes.insert(own)
      stage.pairs.pair(word: hash, with: own)
    }
  }

  static var workloads: [String: Scenario] {
    [
      "owner-chain-and-replacement": Scenario(
        prepare: { deploy("radarr", hash: "745777cc48", suffix: "nvczc", &$0) },
        before: [
          3: { stage in stage.cluster.plannedSuffixes = ["bxpnx"] },
          4: { stage in stage.advance(0.1) }, 5: { stage in stage.advance(4) },
        ]),
      "deployment-restart": Scenario(
        prepare: { stage in
          deploy("radarr", hash: "745777cc48", suffix: "nvczc", &stage)
          // The pod was replaced once: the Deployment was unavailable for a moment.
          stage.send(
            "DELETE", "/api/v1/namespaces/media/pods/radarr-\(stage.hash("745777cc48"))-nvczc")
          stage.advance(4)
        },
        before: [
          2: { stage in
            stage.advance(0.1)
            learn("67d9544f59", of: "radarr", &stage)
          }, 3: { stage in stage.advance(1) },
        ]),
      "statefulset-same-name-new-uid": Scenario(
        prepare: { stage in
          var set = workload("StatefulSet", "postgres")
          set["spec"]?["serviceName"] = "postgres"
          stage.send("POST", "/apis/apps/v1/namespaces/media/statefulsets", set)
          stage.advance(1)
          let pod = stage.cluster.object("Pod", "postgres-0", in: "media")
          let revision = pod?.labels["controller-revision-hash"] ?? ""
          stage.pairs.pair(word: "postgres-6578b695b7", with: revision)
        }, before: [3: { stage in stage.advance(2.1) }]),
      "pod-eviction": Scenario(
        prepare: { stage in
          deploy("sonarr", hash: "d58bfc6f5", suffix: "lncbq", &stage)
          deploy("bazarr", hash: "675d4d9ffd", suffix: "8ht2b", &stage)
          stage.cluster.pods.keepsBudgets = false
          budget("sonarr", &stage)
        },
        before: [
          1: { stage in
            stage.cluster.pods.keepsBudgets = true
            stage.cluster.change("PodDisruptionBudget", "sonarr", in: "media") { _ in }
            stage.advance(0.1)
          }, 5: { stage in budget("sonarr-too", &stage) },
        ]),
    ]
  }

  private static func budget(_ name: String, _ stage: inout Stage) {
    stage.send(
      "POST", "/apis/policy/v1/namespaces/media/poddisruptionbudgets",
      [
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
        "metadata": ["name": .string(name)],
        "spec": [
          "minAvailable": 1,
          "selector": ["matchLabels": ["app.kubernetes.io/name": "sonarr"]],
        ],
      ])
  }
}
