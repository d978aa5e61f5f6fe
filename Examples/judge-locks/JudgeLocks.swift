// A backup failed on a lock: is its holder dead? The log of the failed backup names the lock; what
// is known of the cluster says whether its holder can still be there. No cluster is asked here.
//
//   swift run judge-locks

import JSONValue
import K8sClient
import ResticUnlock
import TimeText

@main
struct JudgeLocks {
  static let log = """
    unable to create lock in backend: repository is already locked by PID 42 on backup-7xk2p by \
    root (UID 0, GID 0)
    lock was created at 2026-11-21 01:41:55 (2m3s ago)
    storage ID 1a12470f
    """

  static func main() throws {
    // restic exits with 11 when it found a lock; the log says which.
    let tail = LogTail(log)
    guard
      let sign = LockSign.found(exitCode: 11, log: tail, patterns: LockPatterns()),
      let reported = sign.lock
    else { return print("this backup did not fail on a lock") }

    let now = try Timestamp(rfc3339: "2026-11-21T01:44:00Z")
    let lock = KnownLock(reported, ended: now, seen: now)

    // The same lock, before three views of the cluster.
    for (words, pods) in [
      ("its pod runs", [try pod("Running")]),
      ("its pod was killed", [try pod("Failed")]),
      ("no such pod is known", []),
    ] {
      let view = ClusterView(pods: pods, nodes: ["node-1": .ready(since: .epoch)], now: now)
      let judgement = LockJudgement(lock, in: view, by: LockPolicy())
      print("\(words): \(judgement)")
    }
  }

  static func pod(_ phase: String) throws -> Pod {
    let ended: JSONValue = [
      "name": "restic",
      "state": ["terminated": ["exitCode": 137, "finishedAt": "2026-11-21T01:43:00Z"]],
    ]
    let running: JSONValue = [
      "name": "restic", "state": ["running": ["startedAt": "2026-11-21T01:41:50Z"]],
    ]
    return try Pod(checking: [
      "metadata": [
        "name": "backup-7xk2p", "generateName": "backup-", "namespace": "media", "uid": "u-1",
        "creationTimestamp": "2026-11-21T01:41:50Z",
      ],
      "spec": ["nodeName": "node-1", "containers": [["name": "restic"]]],
      "status": [
        "phase": .string(phase), "containerStatuses": [phase == "Failed" ? ended : running],
      ],
    ])
  }
}
