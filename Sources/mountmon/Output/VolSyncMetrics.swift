import K8sClient
import Pacing
import ResticUnlock
import TimeText

/// The metrics of `mountmon volsync --watch`: `docs/metrics.md` tells what they mean.
struct VolSyncMetrics {
  var picture: UnlockPicture
  var leadership: UnlockLeadership
  var server: ServerStatistics.Snapshot
  var clock: WallClock
  /// When this process began.
  var start: Tick

  /// The page.
  func page(_ format: MetricsFormat, isChecked: Bool = false) -> PrometheusText {
    var page = PrometheusText(format, isChecked: isChecked)
    page.addBuild()
    addStanding(to: &page)
    addRepositories(to: &page)
    addOlder(to: &page)
    page.addProcess(server, start: clock.timestamp(of: start))
    return page
  }

  private func addStanding(to page: inout PrometheusText) {
    page.family(
      MetricFamily("mountmon_volsync_leader", .gauge, help: "1 where this replica leads.")
    ) { $0.sample([:], leadership.isLeading ? 1 : 0) }
    page.family(
      MetricFamily(
        "mountmon_volsync_synced", .gauge,
        help: "1 while what this replica knows of the cluster is of now; only a leader knows.")
    ) { $0.sample([:], picture.isCurrent ? 1 : 0) }
    page.family(
      MetricFamily(
        "mountmon_volsync_api_calls", .counter, help: "Calls for unlocks, answered or not.")
    ) { $0.sample([:], picture.counts.calls) }
    page.family(
      MetricFamily("mountmon_volsync_api_errors", .counter, help: "Calls that failed.")
    ) { $0.sample([:], picture.counts.failedCalls) }
    page.family(
      MetricFamily(
        "mountmon_volsync_monitor_phase", .gauge,
        help: "1 for the phase that a VolSyncMonitor is in, else 0.")
    ) { family in
      for monitor in picture.monitors {
        for phase in VolSyncMonitor.Phase.allCases {
          family.sample(
            [
              "namespace": monitor.key.namespace, "monitor": monitor.key.name,
              "phase": phase.rawValue,
            ], monitor.object.phase == phase ? 1 : 0)
        }
      }
    }
  }

  private func addRepositories(to page: inout PrometheusText) {
    page.family(
      MetricFamily(
        "mountmon_volsync_repositories", .gauge,
        help: "Repositories that movers failed at on a lock, by how they stand.")
    ) { family in
      for word in UnlockMachine.State.words {
        family.sample(
          ["state": word], picture.repositories.count { $0.state.word == word })
      }
    }
    page.family(
      MetricFamily(
        "mountmon_volsync_given_up", .gauge,
        help: "1 for a repository whose lock is left, as too many tries did not help.")
    ) { family in
      var seen: Set<RepositoryIdentity> = []
      for repository in picture.repositories {
        guard case .givenUp = repository.state, seen.insert(repository.name).inserted else {
          continue
        }
        family.sample(["repository": repository.name.description], 1)
      }
    }
    page.family(
      MetricFamily(
        "mountmon_volsync_lock_rot", .gauge,
        help: "1 for a backup that is saved while forget or prune has failed for days.")
    ) { family in
      var seen: Set<String> = []
      for rot in picture.rot {
        let key = "\(rot.owner.namespace)/\(rot.owner.name) \(rot.kind.rawValue)"
        guard seen.insert(key).inserted else { continue }
        family.sample(
          [
            "namespace": rot.owner.namespace, "object": rot.owner.name,
            "kind": rot.kind.rawValue,
          ], 1)
      }
    }
  }

  /// Under the names that the older controller declared.
  private func addOlder(to page: inout PrometheusText) {
    let counts = picture.counts
    let families: [(String, String, [UnlockCounts.Subject: Int])] = [
      ("volsync_unlock_jobs_created", "Unlock Jobs that were made.", counts.created),
      ("volsync_unlock_jobs_succeeded", "Unlocks after which no lock was left.", counts.succeeded),
      ("volsync_unlock_jobs_failed", "Unlocks after which a lock was left.", counts.failed),
    ]
    for (name, help, samples) in families {
      page.family(MetricFamily(name, .counter, help: help)) { family in
        for (subject, count) in samples.sorted(by: { $0.key < $1.key }) {
          family.sample(subject.labels, count)
        }
      }
    }
    page.family(
      MetricFamily("volsync_active_unlock_jobs", .gauge, help: "Unlocks that are under way.")
    ) { family in
      var active: [UnlockCounts.Subject: Int] = [:]
      for monitor in picture.monitors {
        for unlock in monitor.object.activeUnlocks {
          let subject = UnlockCounts.Subject(
            namespace: unlock.namespace, app: unlock.appName,
            object: unlock.objectName)
          active[subject, default: 0] += 1
        }
      }
      for (subject, count) in active.sorted(by: { $0.key < $1.key }) {
        family.sample(subject.labels, count)
      }
    }
    page.family(
      MetricFamily(
        "volsync_lock_errors_detected", .counter,
        help: "Failures of movers by a lock, by what they were seen by.")
    ) { family in
      let sorted = counts.detected.sorted {
        ($0.key.subject, $0.key.sign) < ($1.key.subject, $1.key.sign)
      }
      for (detection, count) in sorted {
        family.sample(
          detection.subject.labels.adding("error_pattern", detection.sign), count)
      }
    }
    page.family(
      MetricFamily(
        "volsync_monitor_reconciliations", .counter,
        help: "Looks at the cluster for a monitor; error: its settings are wrong.")
    ) { family in
      for (key, turns) in counts.turns.sorted(by: { $0.key < $1.key }) {
        let labels: MetricLabels = ["namespace": key.namespace, "monitor": key.name]
        family.sample(labels.adding("result", "success"), turns.successes)
        family.sample(labels.adding("result", "error"), turns.errors)
      }
    }
  }
}

extension UnlockCounts.Subject {
  fileprivate var labels: MetricLabels {
    ["namespace": namespace, "app": app, "object": object]
  }
}
