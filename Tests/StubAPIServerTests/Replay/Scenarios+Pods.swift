import JSONValue

@testable import StubAPIServer

extension Scenarios {
  private static func stopping(after seconds: String) -> JSONValue {
    ["fake-kubelet/stop-after": .string(seconds)]
  }

  static var pods: [String: Scenario] {
    [
      "pod-delete-grace-period": Scenario(
        prepare: { stage in
          stage.pod("web-2", annotations: stopping(after: "3"))
          stage.pod("web-3", annotations: stopping(after: "3"))
          stage.pod("web-4", annotations: stopping(after: "6"))
          stage.advance(1)
        },
        before: [
          8: { stage in stage.pod("never-1", isScheduled: false) },
          10: { stage in
            stage.pod("fin-1", isScheduled: false, finalizers: ["example.com/hold"])
            stage.advance(0.1)
          },
        ]),
      "pod-delete-preconditions": Scenario(
        prepare: { stage in
          stage.pod("web-1", annotations: stopping(after: "3"))
          stage.advance(1)
        }, before: [6: { stage in stage.advance(5) }]),
    ]
  }

  static var logs: [String: Scenario] {
    [
      "pod-log-follow": Scenario(
        prepare: { stage in
          stage.pod(
            "follow",
            annotations: ["fake-kubelet/exit-after": "3", "fake-kubelet/log": "first line\n"])
          stage.pod("two", containers: ["main", "sidecar"])
          stage.advance(1)
          stage.cluster.write("hello\n", toLogOf: "two", in: "media")
        },
        after: [
          0: { stage in
            let pieces = [
              "second line\nthird ", "line — ü\n", "\n",
              "unable to create lock in backend: repository is already locked\n",
            ]
            for piece in pieces { stage.cluster.write(piece, toLogOf: "follow", in: "media") }
          }
        ]),
      "pod-log-node-unreachable": Scenario(
        prepare: { stage in
          stage.pod("lonely")
          stage.advance(1)
          for index in 1...5 {
            stage.cluster.write(
              "fake log line \(index) of media/lonely/main\n", toLogOf: "lonely", in: "media")
          }
          stage.cluster.setNode(reachable: false, of: "lonely", in: "media")
        },
        before: [
          2: { stage in stage.cluster.setNode(reachable: true, of: "lonely", in: "media") }
        ]),
      "pod-log": Scenario(prepare: { stage in
        stage.pod(
          "volsync-src-prowlarr-nfs-4trjw",
          annotations: ["fake-kubelet/log": stage.recorded(0)], containers: ["restic"])
        stage.pod("pulling")
        stage.pod("two", containers: ["main", "sidecar"])
        stage.pod("unscheduled", isScheduled: false)
        stage.pod(
          "crashing",
          annotations: [
            "fake-kubelet/exit-after": "0.3", "fake-kubelet/exit-code": "1",
            "fake-kubelet/log": "panic: no such file\n",
          ])
        stage.advance(1)
        stage.cluster.write("hello\n", toLogOf: "two", in: "media", container: "sidecar")
        stage.cluster.change("Pod", "pulling", in: "media") { pod in
          pod.set(
            ["status", "containerStatuses"],
            [["name": "main", "state": ["waiting": ["reason": "ImagePullBackOff"]]]])
        }
      }),
    ]
  }
}
