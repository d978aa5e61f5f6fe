import JSONValue

@testable import StubAPIServer

extension Scenarios {
  private static let maps = "/api/v1/namespaces/watchlab/configmaps"

  private static func other(_ value: String) -> (inout Stage) -> Void {
    { stage in stage.map("other", ["v": .string(value)], labels: ["app": "y"]) }
  }

  /// Changes that the watch does not see, so that the revision goes on.
  private static func stir(_ stage: inout Stage) {
    stage.map("stir-\(stage.cluster.revision)", in: "lab")
  }

  static var watches: [String: Scenario] {
    [
      "watch-bookmark-before-timeout": Scenario(after: [
        0: { stage in
          stage.advance(1)
          stir(&stage)
        }
      ]),
      "watch-bookmarks-periodic": Scenario(after: [
        0: { stage in
          for pause in [10.0, 60, 60] {
            stage.advance(pause)
            stir(&stage)
          }
        }
      ]),
      "watch-burst-several-events-per-read": Scenario(after: [
        0: { stage in
          stage.map("burst", ["i": "0"])
          for index in 1...30 {
            stage.merge(maps + "/burst", ["data": ["i": .string(String(index))]])
          }
        }
      ]),
      "watch-cut-by-sigkill": Scenario(
        prepare: sixMaps, before: [2: { $0.cluster.expireWatches() }]),
      "watch-medium-object-split-reads": Scenario(after: [
        0: { stage in
          let event = stage.transcript.exchanges[0].events.first
          stage.map("medium", event?["object"]?["data"])
          stage.send("DELETE", maps + "/medium")
        }
      ]),
      "watch-partial-metadata": Scenario(
        prepare: { stage in stage.map("solo", ["a": "2"]) },
        after: [0: { stage in stage.merge(maps + "/solo", ["data": ["a": "3"]]) }]),
      "watch-pod-lifecycle": Scenario(after: [
        0: { stage in
          stage.pod("p1", in: "watchlab", annotations: ["fake-kubelet/stop-after": "1"])
          stage.advance(0.8)
          stage.send("DELETE", "/api/v1/namespaces/watchlab/pods/p1")
          stage.advance(3)
        }
      ]),
      "watch-resourceversion-too-old": Scenario(prepare: { stage in
        installSources(&stage)
        let events = stage.transcript.exchanges[2].events
        stage.seed(
          events.filter { $0["type"] == "ADDED" }.compactMap { $0["object"] }, "v1", "ConfigMap")
        stage.cluster.expireWatches()
      }),
      "watch-selector-leave-enter": Scenario(prepare: other("1")),
      "watch-server-timeout": Scenario(prepare: other("1")),
      "watch-single-object": Scenario(after: [
        1: { stage in
          stage.map("solo", ["a": "1"])
          stage.send("DELETE", maps + "/solo")
          stage.map("solo", ["a": "2"])
        }
      ]),
      "watch-streaming-list": Scenario(prepare: other("b2")),
      "watch-without-resourceversion": Scenario(prepare: other("1")),
    ]
  }
}
