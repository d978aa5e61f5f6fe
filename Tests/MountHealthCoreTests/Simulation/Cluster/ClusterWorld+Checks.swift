import Pacing

@testable import MountHealthCore

extension ClusterWorld {
  /// How much of the budget the restart of a pod takes by what is remembered of it.
  func weight(of uid: String) -> Int {
    cluster.record.history.last { $0.uid == uid }?.weight ?? 1
  }

  // MARK: Safety

  /// What a process asks for must be its own affair.
  func checkSent(_ request: RestartRequest, by process: SimulatedProcess) {
    switch request.call {
    case .evict(let name, let uid), .delete(let name, let uid):
      if uid != process.pod.uid || name != process.pod.name {
        fail("\(process.name) removes \(name)/\(uid)")
      }
      if cluster.kind == .bare { fail("a bare pod is removed") }
      if policy.strategy == .exit { fail("a pod is removed where the process should end") }
      if policy.strategy == .evict, case .delete = request.call { fail("a pod is deleted") }
      checkAct(of: process)
    case .writeRecord:
      if policy.dryRun { fail("a dry run writes") }
    case .repair:
      if policy.dryRun { fail("a dry run repairs") }
    case .reviewAccess, .readPod, .readRecord, .checkUpstream: break
    }
  }

  func checkExit(_ process: SimulatedProcess, _ code: Int32) {
    if policy.strategy != .exit || code != 86 { fail("\(process.name) exits with \(code)") }
    checkAct(of: process)
  }

  private func checkAct(of process: SimulatedProcess) {
    if policy.dryRun { fail("a dry run acts") }
    if !process.hasAnnounced { fail("\(process.name) acts and has not said so") }
    if process.isStopping { fail("\(process.name) acts while it is to end") }
    if !process.pod.mounts.contains(where: \.need.wantsRemedy) {
      // What it was told last may still be on its way.
      if process.waiting.isEmpty { fail("\(process.name) acts and no mount asks for it") }
    }
    if let upstream = policy.upstream {
      guard let seen = process.upstream, seen.isUp, now - seen.at <= upstream.interval else {
        return fail(
          "\(process.name) acts and the provider was \(String(describing: process.upstream))")
      }
    }
    let record = cluster.record
    guard record.claims.contains(where: { $0.uid == process.pod.uid }) else {
      return fail("\(process.name) acts without a claim")
    }
  }

  /// Nobody may be asked without end.
  func checkPace(of process: SimulatedProcess) {
    let minute = now.nanoseconds / 60_000_000_000
    if process.minute != minute {
      process.minute = minute
      process.calls = 0
    }
    if process.calls > 60 { fail("\(process.name) made \(process.calls) calls in a minute") }
  }

  /// The server has removed a pod because a machine asked for it.
  func removed(_ uid: String, weight: Int) {
    guard let pod = pods[uid], !pod.isTerminating else { return }
    terminate(uid)
    wentDown(uid, weight: weight, isExit: false)
  }

  /// A pod is down by us.
  func wentDown(_ uid: String, weight: Int, isExit: Bool) {
    guard let pod = pods[uid] else { return }
    downs.removeAll { now - $0.at >= policy.claimDuration }
    if !pod.wasReady || isExit {
      // It stood for a pod that is down itself.
      endDown(by: pod)
    }
    downs.append(Down(uid: uid, at: now))
    if downs.count > policy.concurrency {
      fail("\(downs.count) pods are down, \(policy.concurrency) may be: \(downs)")
    }
    removals.append(Removal(at: now, weight: weight))
    // A claim is acted on for up to a minute, a request takes effect a minute later still.
    let window = policy.budget.window - .seconds(150) - Self.clockError * 2
    let recent = removals.filter { now - $0.at < window }.reduce(0) { $0 + $1.weight }
    if recent > policy.budget.restarts {
      fail("\(recent) restarts in a window, \(policy.budget.restarts) may be: \(removals)")
    }
  }

  /// A pod is well: it takes the place of one that was down.
  func ready(_ pod: SimulatedPod) {
    if policy.strategy == .exit { downs.removeAll { $0.uid == pod.uid } }
    guard !pod.wasReady else { return }
    pod.wasReady = true
    endDown(by: pod)
  }

  private func endDown(by pod: SimulatedPod) {
    let tolerance = RestartRecord.clockTolerance + Self.clockError * 2 + .seconds(1)
    let former =
      downs.lastIndex { $0.uid == pod.uid }
      ?? downs.lastIndex { $0.at <= pod.created + tolerance }
    if let former { downs.remove(at: former) }
  }

  // MARK: Liveness

  /// Whether no pod is left that a restart would cure.
  var isCured: Bool { pods.values.allSatisfy(\.isWell) }

  func checkEnd(_ bound: Duration) {
    guard violation == nil else { return }
    let sick = pods.values.filter { !$0.isWell }.sorted { $0.uid < $1.uid }
    if cluster.kind == .bare || policy.dryRun {
      for pod in sick {
        guard let number = pod.process, let process = processes[number] else { continue }
        let isRefused = cluster.kind == .bare && policy.strategy != .exit
        if (isRefused || policy.dryRun) && !process.hasSaidWhy {
          fail("\(process.name) does nothing and has not said why")
        }
      }
      if policy.dryRun || policy.strategy != .exit { return }
    }
    if let pod = sick.first {
      let state = pod.process.flatMap { processes[$0] }.map { "\($0.machine)" } ?? "no process"
      fail("\(pod.name)/\(pod.uid) is not cured \(bound) after all is well: \(state)")
    }
  }
}
