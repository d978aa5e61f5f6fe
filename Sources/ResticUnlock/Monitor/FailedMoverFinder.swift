import K8sClient

/// Finds the failed movers of a cluster, over and over: what it found of a pod holds for as long as the
/// pod and its Job have the same versions.
struct FailedMoverFinder: Sendable {
  private struct Finding {
    var versions: [ResourceVersion]
    var mover: FailedMover?
  }

  private var findings: [UID: Finding] = [:]
  private var rules = MoverRules()

  /// The failed pods of movers, the latest end first.
  mutating func all(in view: ClusterView, rules: MoverRules) -> [FailedMover] {
    if rules != self.rules { findings = [:] }
    self.rules = rules
    let jobs = JobIndex(view.jobs)
    var next: [UID: Finding] = [:]
    var found: [FailedMover] = []
    for pod in view.pods where FailedMover.mayBeOne(pod) {
      guard let uid = pod.metadata.uid else { continue }
      let job = jobs.job(of: pod)
      let versions = [pod.metadata.resourceVersion, job?.metadata.resourceVersion].compactMap(
        \.self)
      let isKnown = versions.count == (job == nil ? 1 : 2)
      let mover: FailedMover?
      if isKnown, let former = findings[uid], former.versions == versions {
        mover = former.mover
      } else {
        mover = FailedMover(pod: pod, job: job, rules: rules)
      }
      if isKnown { next[uid] = Finding(versions: versions, mover: mover) }
      if let mover { found.append(mover) }
    }
    findings = next
    return found.sorted(by: FailedMover.isLater)
  }
}
