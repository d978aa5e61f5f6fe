import JSONValue
import K8sClient
import TimeText

@testable import ResticUnlock

extension UnlockWorld {
  func snapshot() -> ClusterSnapshot {
    var view = ClusterView(pods: [], now: wall)
    for (index, node) in nodes.enumerated() {
      view.nodes["node-\(index)"] = node.isReady ? .ready(since: .earliest) : .notReady
    }
    for pod in pods.values.sorted(by: { $0.name < $1.name }) where !pod.isGone {
      view.pods.append(seen(pod))
    }
    for source in sources {
      guard let uid = source.jobUID else { continue }
      let active = pods.values.count { $0.jobUID == uid && !$0.isSeenEnded && !$0.isGone }
      var job = Objects.job(
        "volsync-src-\(source.name)", uid: uid, owner: source.name, failed: source.failed,
        active: active, container: Objects.restic(secret: source.secret))
      job[text: "metadata", "resourceVersion"] = "\(source.failed * 2 + active)"
      view.jobs.append(job)
    }
    for (name, unlock) in unlocks.sorted(by: { $0.key < $1.key }) {
      var job = unlock.job
      job[text: "metadata", "uid"] = "uid-\(name)"
      if unlock.isFinished {
        let type = unlock.isFailed ? "Failed" : "Complete"
        job[value: "status", "conditions"] = [["type": .string(type), "status": "True"]]
      }
      view.jobs.append(job)
      if !unlock.isFinished {
        var pod = Objects.pod("\(name)-x", jobUID: "uid-\(name)", jobName: name)
        pod[value: "spec"] = job.template[value: "spec"]
        pod.metadata.labels = job.template.metadata.labels
        view.pods.append(pod)
      }
    }
    let backups = sources.map { source in
      var status: JSONValue = [:]
      if let (result, logs) = source.status {
        status["latestMoverStatus"] = ["result": .string(result), "logs": .string(logs)]
      }
      if let last = source.lastSync { status["lastSyncTime"] = .string(last.wholeSecondText) }
      if let token = source.lastUnlocked { status["restic"] = ["lastUnlocked": .string(token)] }
      var object = Objects.source(source.name, secret: source.secret, status: status)
      object.unlock = source.unlock
      object[text: "metadata", "resourceVersion"] = String(source.version)
      return object
    }
    return ClusterSnapshot(view: view, sources: backups)
  }

  /// What the API has of a pod.
  private func seen(_ pod: MoverPod) -> Pod {
    let key = "\(pod.name) \(pod.isSeenEnded)"
    if let made = podCache[key] { return made }
    let source = sources[pod.source]
    let after = pod.ended.map { Int(($0 - Objects.start).components.seconds) }
    var made = Objects.pod(
      pod.name, jobUID: pod.jobUID, jobName: "volsync-src-\(source.name)",
      node: "node-\(pod.node)", exit: pod.isSeenEnded ? pod.exit : nil, after: after ?? 0,
      container: Objects.restic(secret: source.secret))
    made[time: "status", "startTime"] = pod.began
    made[text: "metadata", "resourceVersion"] = pod.isSeenEnded ? "2" : "1"
    podCache[key] = made
    return made
  }
}
