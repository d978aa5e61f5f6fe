import MountHealthCore

/// The metrics of a watchdog: `docs/metrics.md` tells what they mean.
struct WatchdogMetrics {
  var snapshot: WatchdogView.Snapshot

  func add(to page: inout PrometheusText) {
    page.family(
      MetricFamily(
        "mountmon_watchdog_state", .gauge, help: "1 for the state that the watchdog is in, else 0.")
    ) { family in
      for word in RestartState.words {
        family.sample(["state": word], snapshot.state.word == word ? 1 : 0)
      }
    }
    page.family(
      MetricFamily(
        "mountmon_watchdog_held", .gauge,
        help: "1 for the reason why nothing is done or would be done, else 0.")
    ) { family in
      for word in RestartReason.words {
        family.sample(["reason": word], snapshot.state.reason?.word == word ? 1 : 0)
      }
    }
    addCounters(to: &page)
    page.family(
      MetricFamily(
        "mountmon_watchdog_budget_left", .gauge,
        help: "How many restarts the workload may still have, as of the last look.")
    ) { family in
      if let left = snapshot.statistics.budgetLeft { family.sample([:], left) }
    }
  }

  private func addCounters(to page: inout PrometheusText) {
    let statistics = snapshot.statistics
    page.family(
      MetricFamily(
        "mountmon_watchdog_restarts", .counter, help: "Restarts of the pod, by what became of them."
      )
    ) { family in
      for outcome in RestartStatistics.Outcome.allCases {
        family.sample(["outcome": outcome.rawValue], statistics.restarts[outcome] ?? 0)
      }
    }
    page.family(
      MetricFamily(
        "mountmon_watchdog_holds", .counter, help: "How often a restart was held, by reason.")
    ) { family in
      for word in RestartReason.words {
        family.sample(["reason": word], statistics.holds[word] ?? 0)
      }
    }
    page.family(
      MetricFamily("mountmon_watchdog_repairs", .counter, help: "Repairs of mounts, by result.")
    ) { family in
      for result in [RestartStatistics.Result.succeeded, .failed] {
        family.sample(["result": result.rawValue], statistics.repairs[result] ?? 0)
      }
    }
    page.family(
      MetricFamily(
        "mountmon_kubernetes_calls", .counter,
        help: "Calls of the API server, by whether an answer came that could be used.")
    ) { family in
      family.sample(["result": "answered"], snapshot.calls.answered)
      family.sample(["result": "failed"], snapshot.calls.failed)
    }
    page.family(
      MetricFamily(
        "mountmon_kubernetes_events_dropped", .counter,
        help: "Kubernetes events that were not published.")
    ) { $0.sample([:], snapshot.droppedEvents) }
  }
}
