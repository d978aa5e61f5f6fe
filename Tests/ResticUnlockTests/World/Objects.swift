import JSONValue
import K8sClient
import TimeText

@testable import ResticUnlock

/// Objects of a cluster with VolSync in it.
enum Objects {
  static let start = Timestamp(seconds: 1_800_000_000)

  static func source(
    _ name: String = "app", in namespace: String = "media", uid: String? = nil,
    secret: String? = nil, spec: JSONValue = [:], status: JSONValue = [:]
  ) -> ReplicationSource {
    var object = ReplicationSource(json: [
      "apiVersion": "volsync.backube/v1alpha1", "kind": "ReplicationSource",
      "metadata": [
        "name": .string(name), "namespace": .string(namespace),
        "uid": .string(uid ?? "uid-rs-\(name)"), "resourceVersion": "7",
      ], "spec": spec, "status": status,
    ])
    object[text: "spec", "restic", "repository"] = secret ?? "\(name)-volsync"
    return object
  }

  static func job(
    _ name: String = "volsync-src-app", in namespace: String = "media", uid: String = "uid-job",
    owner: String? = "app", failed: Int = 0, active: Int = 0,
    labels: [String: String] = ["app.kubernetes.io/created-by": "volsync"],
    container: JSONValue? = nil
  ) -> Job {
    var job = Job(json: [
      "apiVersion": "batch/v1", "kind": "Job",
      "metadata": [
        "name": .string(name), "namespace": .string(namespace), "uid": .string(uid),
      ],
      "spec": ["template": ["spec": ["containers": [container ?? restic()]]]],
      "status": [
        "failed": .number(JSONNumber(failed)), "active": .number(JSONNumber(active)),
      ],
    ])
    job.metadata.labels = labels
    if let owner {
      job[value: "metadata", "ownerReferences"] = [
        [
          "apiVersion": "volsync.backube/v1alpha1", "kind": "ReplicationSource",
          "name": .string(owner), "uid": .string("uid-rs-\(owner)"), "controller": true,
        ]
      ]
    }
    return job
  }

  static func restic(secret: String = "app-volsync") -> JSONValue {
    [
      "name": "restic", "image": "registry.example/volsync:0.15.0",
      "command": ["/mover-restic/entry.sh"], "args": ["backup"],
      "env": [
        ["name": "DATA_DIR", "value": "/data"],
        [
          "name": "RESTIC_REPOSITORY",
          "valueFrom": [
            "secretKeyRef": [
              "name": .string(secret), "key": "RESTIC_REPOSITORY", "optional": false,
            ]
          ],
        ],
        [
          "name": "RESTIC_PASSWORD",
          "valueFrom": ["secretKeyRef": ["name": .string(secret), "key": "RESTIC_PASSWORD"]],
        ],
        ["name": "RESTIC_CACHE_DIR", "value": "/cache"],
      ],
      "resources": [:],
      "volumeMounts": [
        ["name": "data", "mountPath": "/data"], ["name": "cache", "mountPath": "/cache"],
        ["name": "tempdir", "mountPath": "/tmp"],
        ["name": "repository", "mountPath": "/repository"],
      ],
      "securityContext": [
        "allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]],
        "privileged": false, "readOnlyRootFilesystem": true,
      ],
      "futureField": ["kept": true],
    ]
  }

  /// A pod of a mover; `exit`: how its container ended, `nil` while it runs.
  static func pod(
    _ name: String = "volsync-src-app-aaaaa", in namespace: String = "media", uid: String? = nil,
    job: Job? = nil, jobUID: String = "uid-job", jobName: String = "volsync-src-app",
    node: String? = "node-1", phase: Pod.Phase? = nil, exit: Int? = nil, after: Int = 0,
    container: JSONValue? = nil
  ) -> Pod {
    var status: JSONValue = [:]
    if let exit {
      let end = (start + .seconds(after)).wholeSecondText
      let ended: JSONValue = ["exitCode": .number(JSONNumber(exit)), "finishedAt": .string(end)]
      status["containerStatuses"] = [["name": "restic", "state": ["terminated": ended]]]
    } else {
      status["containerStatuses"] = [["name": "restic", "state": ["running": [:]]]]
    }
    let usual: Pod.Phase = exit.map { $0 == 0 ? .succeeded : .failed } ?? .running
    status["phase"] = .string((phase ?? usual).rawValue)
    var pod = Pod(json: [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": .string(name), "generateName": .string("\(jobName)-"),
        "namespace": .string(namespace), "uid": .string(uid ?? "uid-\(name)"),
        "labels": ["app.kubernetes.io/created-by": "volsync", "job-name": .string(jobName)],
        "ownerReferences": [
          [
            "apiVersion": "batch/v1", "kind": "Job", "name": .string(jobName),
            "uid": .string(jobUID), "controller": true,
          ]
        ],
      ],
      "spec": [
        "containers": [container ?? restic()], "restartPolicy": "Never",
        "serviceAccountName": "volsync-src-app",
        "volumes": [
          ["name": "data", "persistentVolumeClaim": ["claimName": "app"]],
          ["name": "cache", "persistentVolumeClaim": ["claimName": "volsync-src-app-cache"]],
          ["name": "tempdir", "emptyDir": ["medium": "Memory"]],
          ["name": "repository", "nfs": ["server": "nas.example", "path": "/volsync"]],
        ],
        "securityContext": ["runAsUser": 568, "fsGroup": 568],
        "tolerations": [["key": "x", "operator": "Exists"]],
      ], "status": status,
    ])
    pod.nodeName = node
    return pod
  }
}
