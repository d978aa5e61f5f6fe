import JSONValue

@testable import StubAPIServer

extension Scenarios {
  private static let spec: JSONValue = [
    "enabled": true,
    "unlockJobTemplate": ["image": "registry.example/restic:0.17", "args": ["unlock"]],
  ]

  private static let monitors = "/apis/homelab.rafaribe.com/v1alpha1/namespaces/"

  /// Installs the CRD of the recordings.
  static func installMonitors(_ stage: inout Stage) {
    guard let source = try? Transcript("custom-resource-watch"),
      var definition = source.exchanges[2].answer
    else { return }
    definition["metadata"] = ["name": definition["metadata"]?["name"] ?? ""]
    definition["status"] = nil
    stage.cluster.create(definition)
  }

  private static func monitor(_ name: String, in namespace: String, _ stage: inout Stage) {
    stage.send(
      "POST", "\(monitors)\(namespace)/volsyncmonitors",
      [
        "apiVersion": "homelab.rafaribe.com/v1alpha1", "kind": "VolSyncMonitor",
        "metadata": ["name": .string(name), "namespace": .string(namespace)], "spec": spec,
      ])
  }

  static func installSources(_ stage: inout Stage) {
    stage.cluster.register(
      .custom(
        group: "volsync.backube", version: "v1alpha1", plural: "replicationsources",
        kind: "ReplicationSource",
        schema: [
          "type": "object",
          "properties": [
            "spec": [
              "type": "object", "x-kubernetes-preserve-unknown-fields": true,
              "properties": [
                "restic": ["type": "object", "properties": ["unlock": ["type": "string"]]]
              ],
            ], "status": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
          ],
        ]))
  }

  static var custom: [String: Scenario] {
    [
      "custom-resource-invalid": Scenario(prepare: { stage in
        installMonitors(&stage)
        monitor("main", in: "media", &stage)
      }),
      "custom-resource-lifecycle": Scenario(
        prepare: installMonitors,
        before: [3: { stage in monitor("second", in: "downloads", &stage) }]),
      "custom-resource-watch": Scenario(
        prepare: { stage in
          installMonitors(&stage)
          monitor("second", in: "downloads", &stage)
          monitor("main", in: "media", &stage)
        },
        after: [
          1: { stage in
            let target = monitors + "media/volsyncmonitors/w"
            stage.merge(target + "/status", ["status": ["phase": "Active"]])
            stage.merge(target, ["spec": ["enabled": false]])
            stage.send("DELETE", target)
          },
          2: { stage in stage.advance(0.5) },
        ]),
      "server-side-apply": Scenario(prepare: installMonitors),
      "replicationsource-unlock-patch": Scenario(
        prepare: installSources,
        before: [
          2: { stage in
            var second = stage.transcript.exchanges[1].body ?? [:]
            second["metadata"] = ["name": "qbittorrent-nfs", "namespace": "downloads"]
            second["spec"]?["sourcePVC"] = "qbittorrent"
            stage.send(
              "POST", "/apis/volsync.backube/v1alpha1/namespaces/downloads/replicationsources",
              second)
          }
        ]),
    ]
  }

  static var events: [String: Scenario] {
    [
      "event-create": Scenario(before: [5: { $0.cluster.plannedSuffixes = ["wdqjd"] }]),
      "event-series": Scenario(prepare: { stage in
        guard let source = try? Transcript("event-create") else { return }
        for exchange in source.exchanges.prefix(2) {
          stage.send(exchange.method, exchange.path, exchange.body)
        }
      }),
    ]
  }
}
