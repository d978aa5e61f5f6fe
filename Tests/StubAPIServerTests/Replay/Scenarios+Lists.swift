import JSONValue

@testable import StubAPIServer

extension Scenarios {
  private static let leases = "/apis/coordination.k8s.io/v1/namespaces/lab/leases"

  private static func lease(_ name: String, _ stage: inout Stage, isLabelled: Bool = true) {
    var lease: JSONValue = [
      "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
      "metadata": ["name": .string(name)], "spec": ["holderIdentity": "a"],
    ]
    if isLabelled { lease["metadata"]?["labels"] = ["set": "p"] }
    stage.send("POST", leases, lease)
  }

  private static func fiveLeases(_ stage: inout Stage) {
    for index in 0..<5 { lease("c\(index)", &stage) }
  }

  static var lists: [String: Scenario] {
    [
      "list-expired-continue": Scenario(
        prepare: fiveLeases,
        before: [
          1: { stage in
            let changes = stage.transcript.exchanges[4].events.count
            for index in 1..<changes {
              stage.merge(leases + "/c4", ["spec": ["holderIdentity": .string("h\(index)")]])
            }
            stage.merge(leases + "/c4", ["spec": ["holderIdentity": "a"]])
            stage.cluster.expireLists()
          }
        ]),
      "list-pagination": Scenario(
        prepare: fiveLeases,
        before: [1: { stage in lease("c9", &stage, isLabelled: false) }]),
      "list-selectors": Scenario(prepare: { stage in
        stage.pod("a-1", in: "lab", labels: ["app": "a", "tier": "front"])
        stage.pod(
          "a-2", in: "lab", labels: ["app": "a"], annotations: ["fake-kubelet/hold": "true"],
          isScheduled: false)
        stage.pod("b-1", in: "lab", labels: ["app": "b"], isScheduled: false)
        stage.advance(2)
      }),
    ]
  }
}
