import JSONValue

@testable import StubAPIServer

extension Scenarios {
  private static let path = "/apis/batch/v1/namespaces/media/jobs"

  /// A Job of the recordings with another name and other annotations.
  private static func moverJob(
    _ name: String, annotations: JSONValue, _ change: (inout JSONValue) -> Void = { _ in }
  ) -> JSONValue {
    guard let source = try? Transcript("job-volsync-lock-failure"),
      var job = source.exchanges[0].body
    else { return .null }
    job["metadata"] = [
      "name": .string(name), "labels": ["app.kubernetes.io/created-by": "volsync"],
    ]
    job["spec"]?["backoffLimit"] = 0
    job["spec"]?["template"]?["metadata"]?["name"] = .string(name)
    job["spec"]?["template"]?["metadata"]?["annotations"] = annotations
    change(&job)
    return job
  }

  /// The Job that fails on a lock, to its end.
  private static func failLocked(_ stage: inout Stage) {
    guard let source = try? Transcript("job-volsync-lock-failure") else { return }
    stage.cluster.plannedSuffixes = ["nxjtl", "5mbdd", "4trjw"]
    stage.send("POST", path, source.exchanges[0].body)
    stage.advance(60)
  }

  static var jobs: [String: Scenario] {
    [
      "job-delete-propagation": Scenario(
        prepare: { stage in
          stage.cluster.plannedSuffixes = ["gshfg", "fffff", "gthlg"]
          let annotations: JSONValue = [
            "fake-kubelet/exit-after": "300", "fake-kubelet/stop-after": "2",
          ]
          for name in ["job-background", "job-foreground", "job-default"] {
            stage.send("POST", path, moverJob(name, annotations: annotations))
          }
          stage.advance(3)
        },
        before: [
          3: { stage in stage.advance(0.1) }, 4: { stage in stage.advance(3) },
          10: { stage in stage.advance(0.1) },
        ]),
      "job-events": Scenario(prepare: failLocked),
      "job-failing-watch": Scenario(before: [2: { stage in stage.advance(45) }]),
      "job-failuretarget-before-failed": Scenario(
        before: [2: { stage in stage.advance(7) }],
        after: [
          0: { stage in
            let annotations: JSONValue = [
              "fake-kubelet/exit-after": "300", "fake-kubelet/stop-after": "4",
            ]
            stage.send(
              "POST", path,
              moverJob("job-deadline", annotations: annotations) {
                $0["spec"]?["activeDeadlineSeconds"] = 2
              })
            stage.advance(3)
          }
        ]),
      "job-invalid": Scenario(prepare: failLocked),
      "job-unlock-complete-ttl": Scenario(
        prepare: { $0.cluster.plannedSuffixes = ["tzk5r"] },
        before: [3: { stage in stage.advance(2) }, 4: { stage in stage.advance(6) }]),
      "job-volsync-lock-failure": Scenario(
        prepare: { $0.cluster.plannedSuffixes = ["nxjtl", "5mbdd", "4trjw"] },
        before: [1: { stage in stage.advance(3) }, 3: { stage in stage.advance(60) }]),
    ]
  }
}
