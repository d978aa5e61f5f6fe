import JSONValue
import K8sClient
import Pacing
import ResticUnlock
import TimeText

@testable import mountmon

/// A helm, and a cluster of one backup that fails on a lock.
struct UnlockScene {
  static let start = Timestamp(seconds: 1_800_000_000)
  static let key = MonitorKey(namespace: "ops", name: "main")
  static let repository = RepositoryIdentity.secret(
    namespace: "downloads", name: "prowlarr-volsync-nfs", key: "RESTIC_REPOSITORY")

  var helm: UnlockHelm
  private(set) var now = Tick.zero
  /// Every line of the log, of whole unlocks.
  var told: [UnlockTale] = []

  var wall: Timestamp { Self.start + (now - .zero) }

  init(isDryRun: Bool = false, fixed: [VolSyncMonitor]? = nil) {
    helm = UnlockHelm(
      identity: "mountmon-0_1", mirror: ClusterMirror(), fixed: fixed, isDryRun: isDryRun,
      wall: Self.start)
  }

  /// Everything that a cluster tells at first; with a mover that failed, if it is to be locked.
  static func beginning(
    monitors: [VolSyncMonitor] = [monitor()], isLocked: Bool = true
  ) -> [UnlockHelm.Signal] {
    let pods: [UnlockHelm.Signal] = isLocked ? [.changed(.pods(.added(pod()), scope: ""))] : []
    return monitors.map { .monitor(.added($0)) } + [
      .monitor(.synced),
      .changed(.jobs(.added(job()), scope: "")), .changed(.jobs(.synced, scope: "")),
    ] + pods + [
      .changed(.pods(.synced, scope: "")),
      .changed(.nodes(.added(node()))), .changed(.nodes(.synced)),
      .changed(.sources(.added(source()), scope: "")), .changed(.sources(.synced, scope: "")),
      .changed(.destinations(.synced, scope: "")),
    ]
  }

  /// Takes signals in, after a while.
  mutating func take(
    after pause: Duration = .seconds(1), _ signals: UnlockHelm.Signal...
  ) -> [String] {
    take(after: pause, signals)
  }

  mutating func take(
    after pause: Duration = .seconds(1), _ signals: [UnlockHelm.Signal]
  ) -> [String] {
    now = now + pause
    return helm.take(signals, at: now, wall: wall).compactMap(Self.line)
  }

  mutating func pass(_ pause: Duration) { now = now + pause }

  /// What a deed is, in a line; `nil` for a line of the log below info.
  static func line(_ deed: UnlockHelm.Deed) -> String? {
    switch deed {
    case .readLog(_, _, let namespace, let pod, _): return "log \(namespace)/\(pod)"
    case .call(_, _, _, let call, _):
      switch call {
      case .readRecord: return "read record"
      case .writeRecord(let record, let version):
        return "write record \(record.attempts.map(\.mode)) over \(version ?? "nothing")"
      case .create(let job): return "create \(job.job.metadata.namespace?.description ?? "")"
      case .ask: return "ask"
      case .readReport: return "read report"
      case .removeJob(let namespace, let name, _): return "remove \(namespace)/\(name)"
      }
    case .writeStatus(let key, let monitor):
      return "status of \(key): \(monitor.phase?.rawValue ?? "none")"
    case .tell(let tale):
      guard tale.level > .debug else { return nil }
      let whom = tale.regarding.map { " on \($0.namespace)/\($0.name)" }.joined()
      return
        "\(tale.level.rawValue): \(tale.message)\(tale.reason.map { " (\($0.rawValue)\(whom))" } ?? "")"
    }
  }
}

extension UnlockScene {
  static func monitor(
    _ name: String = "main", spec: JSONValue = ["enabled": true], version: String = "1"
  ) -> VolSyncMonitor {
    VolSyncMonitor(json: [
      "apiVersion": "homelab.rafaribe.com/v1alpha1", "kind": "VolSyncMonitor",
      "metadata": [
        "namespace": "ops", "name": .string(name), "uid": .string("uid-\(name)"),
        "resourceVersion": .string(version), "generation": 1,
      ], "spec": spec,
    ])
  }

  static func source(status: JSONValue = [:]) -> ReplicationSource {
    ReplicationSource(json: [
      "apiVersion": "volsync.backube/v1alpha1", "kind": "ReplicationSource",
      "metadata": [
        "namespace": "downloads", "name": "prowlarr-nfs", "uid": "uid-rs", "resourceVersion": "5",
        "creationTimestamp": "2027-01-01T00:00:00Z",
      ],
      "spec": ["restic": ["repository": "prowlarr-volsync-nfs"]], "status": status,
    ])
  }

  static func node() -> Node {
    Node(json: [
      "apiVersion": "v1", "kind": "Node", "metadata": ["name": "node-1", "uid": "uid-node"],
      "status": [
        "conditions": [
          ["type": "Ready", "status": "True", "lastTransitionTime": "2027-01-01T00:00:00Z"]
        ]
      ],
    ])
  }

  static func job() -> Job {
    Job(json: [
      "apiVersion": "batch/v1", "kind": "Job",
      "metadata": [
        "namespace": "downloads", "name": "volsync-src-prowlarr-nfs", "uid": "uid-job",
        "labels": ["app.kubernetes.io/created-by": "volsync"],
        "ownerReferences": [
          [
            "apiVersion": "volsync.backube/v1alpha1", "kind": "ReplicationSource",
            "name": "prowlarr-nfs", "uid": "uid-rs", "controller": true,
          ]
        ],
      ],
      "spec": ["template": ["spec": ["containers": [restic]]]], "status": ["failed": 1],
    ])
  }

  static func pod(
    _ name: String = "volsync-src-prowlarr-nfs-bbbbb", isRunning: Bool = false
  ) -> Pod {
    var pod = Pod(json: [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "namespace": "downloads", "name": .string(name), "uid": .string("uid-\(name)"),
        "generateName": "volsync-src-prowlarr-nfs-",
        "labels": ["app.kubernetes.io/created-by": "volsync"],
        "ownerReferences": [
          [
            "apiVersion": "batch/v1", "kind": "Job", "name": "volsync-src-prowlarr-nfs",
            "uid": "uid-job", "controller": true,
          ]
        ],
      ],
      "spec": [
        "nodeName": "node-1", "containers": [restic], "restartPolicy": "Never",
        "volumes": [
          ["name": "repository", "nfs": ["server": "nas.example", "path": "/volsync"]]
        ],
      ],
      "status": [
        "phase": "Failed",
        "containerStatuses": [
          [
            "name": "restic",
            "state": [
              "terminated": ["exitCode": 11, "finishedAt": "2027-01-15T07:59:58Z"]
            ],
          ]
        ],
      ],
    ])
    if isRunning {
      pod[value: "status"] = [
        "phase": "Running",
        "containerStatuses": [["name": "restic", "state": ["running": [:]]]],
      ]
    }
    return pod
  }

  static let restic: JSONValue = [
    "name": "restic", "image": "example.invalid/volsync:0.16",
    "command": ["/mover-restic/entry.sh"], "args": ["backup"],
    "env": [
      [
        "name": "RESTIC_REPOSITORY",
        "valueFrom": [
          "secretKeyRef": ["name": "prowlarr-volsync-nfs", "key": "RESTIC_REPOSITORY"]
        ],
      ]
    ],
    "volumeMounts": [["name": "repository", "mountPath": "/repository"]],
  ]

  /// The end of the log of a mover that met the lock of a pod that is gone.
  static let log = LogTail(
    """
    unable to create lock in backend: repository is already locked by PID 12 on \
    volsync-src-prowlarr-nfs-aaaaa by  (UID 0, GID 0)
    lock was created at 2027-01-15 07:40:00 (19m58s ago)
    storage ID 1a12470f
    the `unlock` command can be used to remove stale locks
    """)
}
