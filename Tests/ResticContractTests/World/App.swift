import JSONValue
import K8sClient
import TimeText

/// Something that VolSync backs up. As it stands it is the example of the documents: Prowlarr, whose
/// repository is a folder of a NAS that admission mounts into the mover.
struct App: Hashable {
  var namespace = "downloads"
  /// The ReplicationSource.
  var name = "prowlarr-nfs"
  var secret = "prowlarr-volsync-nfs"
  /// Where restic finds the repository, as the Secret has it.
  var address = "/repository"
  var action = ["backup"]

  var jobName: String { "volsync-src-\(name)" }
  /// The claim of what is backed up.
  var claim: String { "\(name)-data" }

  var source: ReplicationSource {
    ReplicationSource(json: [
      "apiVersion": "volsync.backube/v1alpha1", "kind": "ReplicationSource",
      "metadata": [
        "name": .string(name), "namespace": .string(namespace), "uid": .string("rs-\(name)"),
        "resourceVersion": "1",
      ],
      "spec": [
        "sourcePVC": .string(claim), "trigger": ["schedule": "0 * * * *"],
        "restic": ["repository": .string(secret), "copyMethod": "Snapshot"],
      ],
    ])
  }

  /// A sync's Job.
  func job(uid: String, failed: Int = 0, active: Int = 0) -> Job {
    Job(json: [
      "apiVersion": "batch/v1", "kind": "Job",
      "metadata": [
        "name": .string(jobName), "namespace": .string(namespace), "uid": .string(uid),
        "labels": ["app.kubernetes.io/created-by": "volsync"],
        "ownerReferences": [
          [
            "apiVersion": "volsync.backube/v1alpha1", "kind": "ReplicationSource",
            "name": .string(name), "uid": .string("rs-\(name)"), "controller": true,
            "blockOwnerDeletion": true,
          ]
        ],
      ],
      "spec": [
        "backoffLimit": 8, "parallelism": 1,
        "template": [
          "metadata": ["labels": ["app.kubernetes.io/created-by": "volsync"]],
          "spec": specification(isAdmitted: false),
        ],
      ],
      "status": [
        "failed": .number(JSONNumber(failed)), "active": .number(JSONNumber(active)),
      ],
    ])
  }

  /// A pod of it, as it runs: with the volume and the token that admission adds.
  func pod(_ name: String, jobUID: String) -> Pod {
    var spec = specification(isAdmitted: true)
    spec["nodeName"] = "node-1"
    return Pod(json: [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": .string(name), "generateName": .string("\(jobName)-"),
        "namespace": .string(namespace), "uid": .string("pod-\(name)"),
        "labels": [
          "app.kubernetes.io/created-by": "volsync", "job-name": .string(jobName),
          "batch.kubernetes.io/job-name": .string(jobName),
          "controller-uid": .string(jobUID), "batch.kubernetes.io/controller-uid": .string(jobUID),
        ],
        "ownerReferences": [
          [
            "apiVersion": "batch/v1", "kind": "Job", "name": .string(jobName),
            "uid": .string(jobUID), "controller": true, "blockOwnerDeletion": true,
          ]
        ],
      ],
      "spec": spec,
    ])
  }

  private func reference(_ key: String, optional: Bool) -> JSONValue {
    [
      "name": .string(key),
      "valueFrom": [
        "secretKeyRef": [
          "name": .string(secret), "key": .string(key), "optional": .bool(optional),
        ]
      ],
    ]
  }

  private func specification(isAdmitted: Bool) -> JSONValue {
    let plain: [JSONValue] = [
      ["name": "FORGET_OPTIONS", "value": "--keep-last 2"],
      ["name": "DATA_DIR", "value": "/data"], ["name": "RESTIC_CACHE_DIR", "value": "/cache"],
      ["name": "PRIVILEGED_MOVER", "value": "0"],
    ]
    let secrets =
      ["RESTIC_REPOSITORY", "RESTIC_PASSWORD"].map { reference($0, optional: false) }
      + ["RESTIC_COMPRESSION", "AWS_ACCESS_KEY_ID"].map { reference($0, optional: true) }
    var mounts: [JSONValue] = [
      ["name": "data", "mountPath": "/data"], ["name": "cache", "mountPath": "/cache"],
      ["name": "tempdir", "mountPath": "/tmp"],
    ]
    var volumes: [JSONValue] = [
      ["name": "data", "persistentVolumeClaim": ["claimName": .string(claim)]],
      ["name": "cache", "persistentVolumeClaim": ["claimName": .string("volsync-\(name)-cache")]],
      ["name": "tempdir", "emptyDir": ["medium": "Memory"]],
    ]
    if isAdmitted {
      mounts += [
        ["name": "repository", "mountPath": "/repository"],
        [
          "name": "kube-api-access-x7x7x", "readOnly": true,
          "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
        ],
      ]
      volumes += [
        [
          "name": "repository",
          "nfs": ["server": "truenas.rafaribe.com", "path": "/mnt/storage-0/volsync"],
        ], ["name": "kube-api-access-x7x7x", "projected": ["sources": []]],
      ]
    }
    let container: JSONValue = [
      "name": "restic", "image": "example.invalid/volsync:0.16",
      "command": ["/mover-restic/entry.sh"], "args": .array(action.map { .string($0) }),
      "env": .array(plain + secrets), "volumeMounts": .array(mounts),
      "securityContext": [
        "allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]],
        "privileged": false, "readOnlyRootFilesystem": true,
      ],
    ]
    return [
      "containers": [container], "volumes": .array(volumes), "restartPolicy": "Never",
      "serviceAccountName": .string(jobName),
    ]
  }
}
