import JSONValue
import K8sClient
import Pacing
import ResticKit
import StackKit
import TimeText

@testable import ResticUnlock

extension LocalCluster {
  /// What informers show.
  func snapshot() -> ClusterSnapshot {
    var view = ClusterView(pods: [], departed: departed, now: wall)
    view.nodes["node-1"] = .ready(since: .epoch)
    for mover in movers { view.pods.append(seen(mover.pod, "restic", mover.run)) }
    for (app, uid) in jobs {
      let pods = movers.filter { $0.jobUID == uid }
      view.jobs.append(
        app.job(
          uid: uid, failed: pods.count { $0.run.code.map { $0 != 0 } ?? false },
          active: pods.count { $0.run.isRunning }))
    }
    for unlock in unlocks {
      var job = unlock.unlock.job
      job[text: "metadata", "uid"] = "uid-\(unlock.unlock.name)"
      if let code = unlock.run.code {
        let type = code == 0 ? "Complete" : "Failed"
        job[value: "status", "conditions"] = [["type": .string(type), "status": "True"]]
      }
      view.jobs.append(job)
      view.pods.append(seen(unlock.pod, "unlock", unlock.run))
    }
    return ClusterSnapshot(view: view, sources: jobs.keys.map(\.source))
  }

  /// A pod with what its node says of it: times in whole seconds.
  private func seen(_ pod: Pod, _ container: String, _ run: ContainerRun) -> Pod {
    func text(_ time: Int64) -> JSONValue {
      .string(Timestamp(seconds: time / 1_000_000_000).wholeSecondText)
    }
    var pod = pod
    var state: JSONValue = ["running": ["startedAt": text(run.began)]]
    var phase = "Running"
    if let code = run.code, let ended = run.ended {
      state = [
        "terminated": [
          "exitCode": .number(JSONNumber(code)), "startedAt": text(run.began),
          "finishedAt": text(ended), "reason": code == 0 ? "Completed" : "Error",
        ]
      ]
      phase = code == 0 ? "Succeeded" : "Failed"
    }
    pod[value: "status"] = [
      "phase": .string(phase), "startTime": text(run.began),
      "containerStatuses": [
        [
          "name": .string(container), "image": "example.invalid/volsync:0.16",
          "ready": .bool(run.isRunning), "restartCount": 0, "state": state,
        ]
      ],
    ]
    return pod
  }

  /// Shows the monitor what there is, and does what it wants done; unlock Jobs are started only.
  ///
  /// - Parameter old: What informers have, where they are behind.
  /// - Returns: Whether anything was done.
  /// - Throws: ``KitFault`` where a container does not start.
  @discardableResult
  func look(by old: ClusterSnapshot? = nil) async throws -> Bool {
    var effects = monitor.handle(.seen(old ?? snapshot()), at: now, wall: wall)
    effects += monitor.handle(.tick, at: now, wall: wall)
    var count = 0
    while !effects.isEmpty {
      guard count < 500 else { throw KitFault("no end of effects: \(effects)") }
      count += 1
      let effect = effects.removeFirst()
      switch effect {
      case .readLog(let uid, _, let name, _):
        let log = movers.first { $0.run.host == name }?.run.output
        effects += monitor.handle(.log(uid, log.map { LogTail($0) }), at: now, wall: wall)
      case .send(let repository, let id, let call, _):
        let answer = try await execute(call, repository)
        if old == nil { effects += monitor.handle(.seen(snapshot()), at: now, wall: wall) }
        effects += monitor.handle(.answered(repository, id, answer), at: now, wall: wall)
      case .tell(_, let notice): notices.append(notice)
      }
    }
    return count > 0
  }

  /// Looks until nothing is under way, and nothing will be for ten seconds.
  func settle(within limit: Duration = .seconds(180)) async throws {
    let isSettled = try await holds(within: limit) {
      // Asked first: one that ends after the look has to be looked at once more.
      let isUnlocking = unlocks.contains { $0.run.isRunning }
      if try await look() || isUnlocking { return false }
      guard let alarm = monitor.alarm, alarm < now + .seconds(10) else { return true }
      ahead += max(.zero, alarm - now)
      return false
    }
    guard isSettled else { throw KitFault("it does not come to rest: \(states)\n\(unlockLogs)") }
  }

  private func execute(
    _ call: UnlockCall, _ repository: RepositoryIdentity
  ) async throws -> UnlockAnswer {
    switch call {
    case .readRecord:
      guard let found = records[repository] else { return .record(nil, version: nil) }
      return .record(UnlockRecord(found.json), version: String(found.version))
    case .writeRecord(let record, let version):
      guard version == records[repository].map({ String($0.version) }) else { return .conflict }
      serial += 1
      records[repository] = (record.json, serial)
      return .written(version: String(serial))
    case .create(let unlock):
      if unlocks.contains(where: { $0.unlock.name == unlock.name }) { return .done }
      unlocks.append(try await start(unlock))
      return .done
    case .ask: return .refused("nobody is to be asked here")
    case .readReport(_, let name):
      guard let found = unlocks.first(where: { $0.unlock.name == name }) else { return .gone }
      return .report(UnlockReport(LogTail(found.run.output), token: name))
    case .removeJob(_, _, let uid):
      guard let app = jobs.first(where: { $0.value == uid.description })?.key else {
        return .conflict
      }
      await endSync(of: app)
      return .done
    }
  }

  /// Makes the pod of an unlock Job, and starts it.
  func start(_ unlock: UnlockJob) async throws -> UnlockPod {
    let pod = Self.pod(of: unlock)
    return UnlockPod(unlock: unlock, pod: pod, run: try await kubelet.start(pod.json))
  }

  /// Runs an unlock Job that nobody but the test asked for.
  func run(_ unlock: UnlockJob) async throws -> (code: Int32, log: String, report: UnlockReport) {
    let (code, log) = try await kubelet.run(Self.pod(of: unlock).json)
    return (code, log, UnlockReport(LogTail(log), token: unlock.token))
  }

  static func pod(of unlock: UnlockJob) -> Pod {
    var pod = unlock.job.template
    pod[text: "metadata", "name"] = "\(unlock.name)-x1x1x"
    pod[text: "metadata", "namespace"] = unlock.job.metadata.namespace?.description
    pod[text: "metadata", "uid"] = "pod-\(unlock.name)"
    pod.nodeName = "node-1"
    return pod
  }

  var states: [UnlockMachine.State] { monitor.machines.values.map(\.state) }
  var modes: [String] { unlocks.map(\.unlock.mode.word) }
  var unlockLogs: String {
    unlocks.map { "\($0.unlock.mode) as \($0.run.host):\n\($0.run.output)" }.joined(separator: "\n")
  }
}
