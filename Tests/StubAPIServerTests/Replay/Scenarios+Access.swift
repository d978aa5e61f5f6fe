import JSONValue

@testable import StubAPIServer

extension Scenarios {
  private static let restarter = [
    StubRole(
      "pod-restarter", in: "media",
      [
        StubRule(["get", "list", "watch", "delete"], resources: ["pods"]),
        StubRule(["get"], resources: ["pods/log"]),
        StubRule(
          ["delete"], groups: ["batch"], resources: ["jobs"], names: ["volsync-src-prowlarr-nfs"]),
      ])
  ]

  static var access: [String: Scenario] {
    [
      "access-review-self": Scenario(prepare: { stage in
        stage.allow("pod-restarter", in: "media", restarter)
      }),
      "authn-authz-errors": Scenario(
        prepare: { stage in
          stage.allow("pod-restarter", in: "media", restarter)
          stage.cluster.revocationLag = .seconds(10)
          stage.pod("prowlarr-0", labels: ["app": "prowlarr"], isScheduled: false)
          stage.pod("qbittorrent-0", in: "downloads", isScheduled: false)
          stage.advance(1)
        },
        before: [
          16: { stage in stage.cluster.revoke(Stage.token) },
          17: { stage in stage.advance(12) },
        ], badTokens: [12, 13, 14]),
      "watch-refused": Scenario(
        prepare: { stage in
          stage.allow(
            "reader", in: "watchlab",
            [
              StubRole(
                "reader", in: "watchlab", [StubRule(["get", "list"], resources: ["configmaps"])])
            ])
        }, badTokens: [2]),
      "too-many-requests": Scenario(
        prepare: { stage in
          stage.allow(
            "noisy", in: "media",
            [StubRole("r", in: "media", [StubRule(["list"], resources: ["configmaps"])])])
          stage.map("dup", in: "media", ["a": "2"])
          for index in 0..<6 { stage.map("x\(index)", in: "media") }
        }, faults: [0: .answer(.tooManyRequests)]),
    ]
  }

  static var server: [String: Scenario] {
    [
      "apiserver-graceful-shutdown": Scenario(
        prepare: sixMaps,
        before: [
          1: { $0.cluster.health.failedReadyChecks = ["shutdown"] },
          3: { stage in
            stage.cluster.health.isShuttingDown = true
            stage.cluster.endStreams()
          },
        ]),
      "apiserver-starting": Scenario(
        prepare: { stage in
          sixMaps(&stage)
          if let job = stage.recorded(2)["items"]?[0] {
            stage.seed([job], "batch/v1", "Job")
            var second = job
            second["metadata"]?["name"] = "z"
            second["metadata"]?["uid"] = nil
            stage.seed([second], "batch/v1", "Job")
          }
          stage.cluster.health.failedReadyChecks = Self.failed(stage.recorded(0))
          stage.cluster.health.failedLiveChecks = Self.failed(stage.recorded(3))
        },
        before: [
          4: { stage in
            stage.cluster.health = StubHealth()
          }
        ]),
      "backend-frozen": Scenario(
        prepare: { stage in stage.map("k", ["a": "1"]) },
        faults: [
          0: .answerAfterApplying(.gatewayTimeout), 1: .answer(.gatewayTimeout),
          2: .answer(.gatewayTimeout), 5: .answer(.gatewayTimeout),
        ]),
      "request-errors": Scenario(prepare: { stage in
        stage.map("thing", in: "media", ["a": "1"])
      }),
      "dry-run": Scenario(prepare: { stage in stage.map("wet", in: "media", ["a": "1"]) }),
      "not-found-and-missing-namespace": Scenario(before: [
        6: { stage in stage.cluster.addNamespace("going") }
      ]),
    ]
  }

  /// What a namespace of the recordings held.
  static func sixMaps(_ stage: inout Stage) {
    stage.map("burst", ["i": "30"])
    for name in ["k", "kube-root-ca.crt", "openshift-service-ca.crt", "other"] {
      stage.map(name, name == "k" ? ["a": "0"] : nil)
    }
    stage.map("solo", ["a": "2"])
  }

  /// The checks that a health text calls failed.
  private static func failed(_ text: JSONValue) -> Set<String> {
    Set(
      (text.stringValue ?? "").split(separator: "\n").filter { $0.hasPrefix("[-]") }
        .compactMap { $0.dropFirst(3).split(separator: " ").first.map(String.init) })
  }
}
