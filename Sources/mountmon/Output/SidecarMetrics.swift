import MountHealthCore
import Pacing
import TimeText

/// The metrics of a monitor: `docs/metrics.md` tells what they mean.
struct SidecarMetrics {
  var statuses: [MountStatus]
  var vitals: MountMonitor.Vitals
  var server: ServerStatistics.Snapshot
  /// What the watchdog is about; `nil` where there is none.
  var watchdog: WatchdogView.Snapshot?
  var clock: WallClock
  /// When this process began.
  var start: Tick

  /// The page.
  func page(_ format: MetricsFormat, isChecked: Bool = false) -> PrometheusText {
    var page = PrometheusText(format, isChecked: isChecked)
    page.addBuild()
    addMounts(to: &page)
    addProbes(to: &page)
    if let watchdog { WatchdogMetrics(snapshot: watchdog).add(to: &page) }
    addProcess(to: &page)
    return page
  }

  private func labels(_ status: MountStatus) -> MetricLabels {
    ["mount": status.mount.label, "path": status.mount.path.description]
  }

  private func addMounts(to page: inout PrometheusText) {
    page.family(
      MetricFamily(
        "mountmon_mount_health", .gauge, help: "1 for the health that the mount is in, else 0.")
    ) { family in
      for status in statuses {
        for health in Health.allCases {
          family.sample(
            labels(status).adding("health", health.rawValue), status.health == health ? 1 : 0)
        }
      }
    }
    page.family(
      MetricFamily(
        "mountmon_mount_verdict", .gauge,
        help: "1 for the verdict of the last look at the mount, else 0.")
    ) { family in
      for status in statuses {
        for verdict in Verdict.allCases {
          family.sample(
            labels(status).adding("verdict", verdict.rawValue), status.verdict == verdict ? 1 : 0)
        }
      }
    }
    page.family(
      MetricFamily(
        "mountmon_mount_failures", .gauge,
        help: "Rounds in a row that did not end well; 0 after one that did.")
    ) { family in
      for status in statuses { family.sample(labels(status), status.failureCount) }
    }
    page.family(
      MetricFamily(
        "mountmon_mount_flapping", .gauge,
        help: "1 while the mount falls and rises so often that it is not called healthy.")
    ) { family in
      for status in statuses { family.sample(labels(status), status.isFlapping ? 1 : 0) }
    }
    page.family(
      MetricFamily(
        "mountmon_mount_transitions", .counter, help: "Changes of health, by the new health.")
    ) { family in
      for status in statuses {
        for health in Health.allCases {
          family.sample(
            labels(status).adding("to", health.rawValue), status.transitions[health] ?? 0)
        }
      }
    }
  }

  private func addProbes(to page: inout PrometheusText) {
    page.family(
      MetricFamily(
        "mountmon_probe_success", .gauge, help: "1 where the last probe of the mount was ok.")
    ) { family in
      for status in statuses { family.sample(labels(status), status.verdict == .ok ? 1 : 0) }
    }
    page.family(
      MetricFamily("mountmon_probes", .counter, help: "Outcomes of probes, by verdict.")
    ) { family in
      for status in statuses {
        for verdict in Verdict.allCases {
          family.sample(
            labels(status).adding("verdict", verdict.rawValue), status.verdictCounts[verdict] ?? 0)
        }
      }
    }
    page.family(
      MetricFamily(
        "mountmon_probe_duration_seconds", .histogram, unit: "seconds",
        help: "How long probes took that were answered.")
    ) { family in
      for status in statuses {
        family.histogram(labels(status), MetricHistogram(status.latencies))
      }
    }
    page.family(
      MetricFamily(
        "mountmon_probe_last_timestamp_seconds", .gauge, unit: "seconds",
        help: "When the last outcome of the mount was known, in seconds since 1970.")
    ) { family in
      for status in statuses {
        guard let tick = status.lastCheck else { continue }
        family.sample(labels(status), clock.timestamp(of: tick).inSeconds)
      }
    }
    page.family(
      MetricFamily(
        "mountmon_probe_overdue_seconds", .gauge, unit: "seconds",
        help: "How long a probe has been out that should be back; 0 where none is.")
    ) { family in
      for status in statuses { family.sample(labels(status), status.overdue?.inSeconds ?? 0) }
    }
  }

  private func addProcess(to page: inout PrometheusText) {
    page.family(
      MetricFamily(
        "mountmon_probe_worker_restarts", .counter,
        help: "How often a probe worker was started in place of another.")
    ) { $0.sample([:], vitals.workerRestarts) }
    page.family(
      MetricFamily("mountmon_probe_worker_up", .gauge, help: "1 while a probe worker runs.")
    ) { $0.sample([:], vitals.workerSilentSince == nil ? 1 : 0) }
    page.addProcess(server, start: clock.timestamp(of: start))
  }
}
