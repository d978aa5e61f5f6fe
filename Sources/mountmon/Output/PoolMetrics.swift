import MountHealthCore
import Pacing
import StackDrain
import TimeText

/// The metrics of a pool's monitor: `docs/metrics.md` tells what they mean.
struct PoolMetrics {
  var picture: PoolPicture
  var pool: PoolDescription
  var server: ServerStatistics.Snapshot
  var clock: WallClock
  /// When this process began.
  var start: Tick

  /// The page.
  func page(_ format: MetricsFormat, isChecked: Bool = false) -> PrometheusText {
    var page = PrometheusText(format, isChecked: isChecked)
    page.addBuild()
    page.family(
      MetricFamily("mountmon_pool", .info, help: "Which pool is watched.")
    ) { $0.info(["path": pool.path.description]) }
    addPool(to: &page)
    addBranches(to: &page)
    addStack(to: &page)
    addWork(to: &page)
    page.addProcess(server, start: clock.timestamp(of: start))
    return page
  }

  private func addPool(to page: inout PrometheusText) {
    let state = picture.judgement?.state ?? .unknown
    page.oneOf(
      "mountmon_pool_state", "state", PoolState.allCases.map(\.rawValue), is: state.rawValue,
      help: "1 for the state that the pool is in, else 0.")
    page.family(
      MetricFamily(
        "mountmon_pool_transitions", .counter, help: "Changes of the pool's state, by the new one.")
    ) { family in
      for state in PoolState.allCases {
        family.sample(["to": state.rawValue], picture.statistics.transitions[state] ?? 0)
      }
    }
    page.family(
      MetricFamily(
        "mountmon_pool_flaps", .counter,
        help: "How often the pool went and came, or came and went, too quickly to act.")
    ) { $0.sample([:], picture.statistics.flaps) }
    page.family(
      MetricFamily(
        "mountmon_pool_evidence_age_seconds", .gauge, unit: "seconds",
        help: "How old what is known of the pool is.")
    ) { family in
      guard let tick = picture.judgedAt else { return }
      family.sample([:], max(clock.present - tick, .zero).inSeconds)
    }
  }

  private func addBranches(to page: inout PrometheusText) {
    let branches = picture.judgement?.branches ?? []
    page.family(
      MetricFamily("mountmon_pool_branches", .gauge, help: "Drives of the pool, by their state.")
    ) { family in
      for state in BranchState.allCases {
        family.sample(
          ["state": state.rawValue], branches.count { $0.state == state })
      }
    }
    page.family(
      MetricFamily(
        "mountmon_pool_branches_needed", .gauge, help: "How many usable drives make it healthy.")
    ) { $0.sample([:], min(max(pool.minimumBranches, 1), pool.branches.count)) }
    page.family(
      MetricFamily("mountmon_pool_branch_usable", .gauge, help: "1 where the drive is usable.")
    ) { family in
      for branch in branches {
        family.sample(["branch": branch.label], branch.state == .usable ? 1 : 0)
      }
    }
    page.family(
      MetricFamily(
        "mountmon_pool_branch_misdirected", .gauge,
        help: "1 where what is meant for the drive goes to the disk below its mount point.")
    ) { family in
      for branch in branches {
        family.sample(["branch": branch.label], branch.isMisdirected ? 1 : 0)
      }
    }
  }

  private func addStack(to page: inout PrometheusText) {
    page.oneOf(
      "mountmon_pool_stack_mode", "mode", StackMode.allCases.map(\.rawValue),
      is: picture.ledger.mode.rawValue, help: "1 for the mode of the stack, else 0.")
    page.oneOf(
      "mountmon_pool_standing", "standing", PoolMachine.State.words, is: picture.standing.word,
      help: "1 for where pool and stack stand, else 0.")
    page.family(
      MetricFamily(
        "mountmon_pool_debts", .gauge, help: "Targets that are to be brought back, by kind.")
    ) { family in
      for kind in [Target.Kind.client, .container, .project] {
        family.sample(
          ["kind": kind.rawValue], picture.ledger.debts.count { $0.key.kind == kind })
      }
    }
    page.family(
      MetricFamily(
        "mountmon_pool_hold_seconds", .gauge, unit: "seconds",
        help: "For how long nothing is done unasked; 0 without a hold.")
    ) { $0.sample([:], picture.holdLeft.inSeconds) }
    page.family(
      MetricFamily(
        "mountmon_pool_last_drain_timestamp_seconds", .gauge, unit: "seconds",
        help: "When the last drain began, in seconds since 1970.")
    ) { family in
      if let instant = picture.ledger.lastDrain { family.sample([:], instant.inSeconds) }
    }
    page.family(
      MetricFamily(
        "mountmon_pool_last_upgrade_timestamp_seconds", .gauge, unit: "seconds",
        help: "When the stack was last brought back, in seconds since 1970.")
    ) { family in
      if let instant = picture.ledger.lastUpgraded { family.sample([:], instant.inSeconds) }
    }
  }

  private func addWork(to page: inout PrometheusText) {
    let statistics = picture.statistics
    page.family(
      MetricFamily("mountmon_pool_runs", .counter, help: "Drains and resumes, by how they ended.")
    ) { family in
      for kind in RunRecord.Kind.allCases {
        for ending in PoolStatistics.Ending.allCases {
          family.sample(
            ["kind": kind.rawValue, "result": ending.rawValue],
            statistics.runs[.init(kind: kind, ending: ending)] ?? 0)
        }
      }
    }
    page.family(
      MetricFamily("mountmon_pool_run_active", .gauge, help: "1 while a drain or resume goes on.")
    ) { family in
      for kind in RunRecord.Kind.allCases {
        family.sample(["kind": kind.rawValue], picture.run?.record.kind == kind ? 1 : 0)
      }
    }
    page.family(
      MetricFamily("mountmon_pool_steps", .counter, help: "Steps of plans, by how they ended.")
    ) { family in
      for kind in StepResult.Kind.allCases {
        family.sample(["result": kind.rawValue], statistics.steps[kind] ?? 0)
      }
    }
    page.family(
      MetricFamily(
        "mountmon_pool_calls", .counter,
        help: "Calls of clients and of the container engine, by what came of them.")
    ) { family in
      family.sample(["result": "answered"], statistics.answeredCalls)
      family.sample(["result": "failed"], statistics.failedCalls)
      family.sample(["result": "unanswered"], statistics.unansweredCalls)
    }
    page.family(
      MetricFamily(
        "mountmon_pool_ledger_failures", .counter, help: "How often the ledger was not written.")
    ) { $0.sample([:], statistics.ledgerFailures) }
    page.family(
      MetricFamily("mountmon_pool_ledger_writable", .gauge, help: "0 while it cannot be written.")
    ) { $0.sample([:], picture.ledgerFault == nil ? 1 : 0) }
  }
}

extension PrometheusText {
  fileprivate mutating func oneOf(
    _ name: String, _ label: String, _ words: [String], is current: String, help: String
  ) {
    family(MetricFamily(name, .gauge, help: help)) { family in
      var labels = MetricLabels()
      for word in words {
        labels.labels = [.init(name: label, value: word)]
        family.sample(labels, word == current ? 1 : 0)
      }
    }
  }

  /// Which program it is.
  mutating func addBuild() {
    family(
      MetricFamily("mountmon_build", .info, help: "Which mountmon this is.")
    ) { $0.info(BuildIdentity.current.labels) }
  }

  /// The metrics of a process that serves.
  mutating func addProcess(_ server: ServerStatistics.Snapshot, start: Timestamp) {
    family(
      MetricFamily("mountmon_http_connections", .gauge, help: "Open HTTP connections.")
    ) { $0.sample([:], server.openConnections) }
    family(
      MetricFamily("mountmon_http_answers", .counter, help: "HTTP answers, by class of status.")
    ) { family in
      family.sample(["class": "2xx"], server.answers2xx)
      family.sample(["class": "4xx"], server.answers4xx)
      family.sample(["class": "5xx"], server.answers5xx)
    }
    family(
      MetricFamily(
        "process_start_time_seconds", .gauge, unit: "seconds",
        help: "When the process began, in seconds since 1970.")
    ) { $0.sample([:], start.inSeconds) }
  }
}

extension Timestamp {
  /// Seconds since 1970, as far as a `Double` tells them.
  var inSeconds: Double { Double(seconds) + Double(nanoseconds) / 1e9 }
}
