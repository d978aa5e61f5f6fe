import Foundation
import Glibc
import JSONValue
import K8sClient
import Pacing
import ResticKit
import StackKit
import TimeText

@testable import ResticUnlock

/// A cluster whose pods run on this machine, with what VolSync does with their Jobs, as far as it
/// counts for locks.
final class LocalCluster {
  struct MoverPod {
    var app: App
    var pod: Pod
    var jobUID: String
    let run: ContainerRun
  }

  struct UnlockPod {
    var unlock: UnlockJob
    var pod: Pod
    let run: ContainerRun
  }

  let repository: ResticRepository
  let kubelet: LocalKubelet
  /// The present sync of each app.
  var jobs: [App: String] = [:]
  var movers: [MoverPod] = []
  var unlocks: [UnlockPod] = []
  var departed: [ClusterView.DepartedPod] = []
  var monitor: UnlockMonitor
  var records: [RepositoryIdentity: (json: JSONValue, version: Int)] = [:]
  var notices: [UnlockNotice] = []
  /// What the clock is ahead of that of this machine by, in place of waiting.
  var ahead = Duration.zero
  var serial = 0
  private let room: GuardedFolder
  private var folder: KitFolder { room.folder }
  private let make: (_ identity: String) -> UnlockMonitor

  /// - Parameters:
  ///   - repository: What all apps back up to.
  ///   - apps: These, for their Secrets.
  ///   - settings: What mountmon may do.
  ///   - mapsExitCodes: Whether movers end as those of restic 0.17 and later.
  ///   - body: What happens in it.
  /// - Throws: What the body throws, or what the kit could not do.
  static func with(
    _ repository: ResticRepository, apps: [App] = [App()],
    settings: MonitorSettings = enabled(), mapsExitCodes: Bool = false,
    _ body: (LocalCluster) async throws -> Void
  ) async throws {
    let cluster = try LocalCluster(repository, apps, settings, mapsExitCodes)
    do {
      try await body(cluster)
      await cluster.remove()
    } catch {
      await cluster.remove()
      throw error
    }
  }

  static func enabled() -> MonitorSettings {
    var settings = MonitorSettings()
    settings.isEnabled = true
    return settings
  }

  private init(
    _ repository: ResticRepository, _ apps: [App], _ settings: MonitorSettings, _ maps: Bool
  ) throws {
    self.repository = repository
    room = try GuardedFolder()
    let folder = room.folder
    var secrets: [String: [String: String]] = [:]
    for app in apps {
      secrets["\(app.namespace)/\(app.secret)"] = repository.secret(address: app.address)
      _ = try folder.folder(app.claim)
      try folder.write("\(app.claim)/file", "data of \(app.name)\n")
      _ = try folder.folder("volsync-\(app.name)-cache")
    }
    let path = repository.path
    kubelet = LocalKubelet(secrets: secrets, entry: MoverEntry(mapsExitCodes: maps)) {
      volume, _ in
      if let nfs = volume["nfs"] {
        let isRight =
          nfs["server"] == "truenas.rafaribe.com" && nfs["path"] == "/mnt/storage-0/volsync"
        return isRight ? path : nil
      }
      return volume["persistentVolumeClaim"]?["claimName"]?.stringValue.map {
        "\(folder.path)/\($0)"
      }
    }
    // The machine of this test is its only node, and what is gone from it is gone.
    var policy = LockPolicy()
    policy.departure = .zero
    var budget = UnlockBudget()
    budget.initialPause = .milliseconds(10)
    budget.longestPause = .milliseconds(10)
    budget.tries = 100
    make = { [policy, budget] identity in
      UnlockMonitor(settings: settings) { _, settings in
        UnlockMachine(
          monitor: "main", identity: identity, settings: settings, policy: policy, budget: budget)
      }
    }
    monitor = make("life-0")
  }

  /// The controller dies, and another one begins with what the cluster has.
  func restart() {
    serial += 1
    monitor = make("life-\(serial)")
  }

  func remove() async {
    for mover in movers { await mover.run.remove() }
    for unlock in unlocks { await unlock.run.remove() }
    await room.remove()
  }

  var now: Tick { Tick(nanoseconds: Self.time(CLOCK_MONOTONIC)) + ahead }
  var wall: Timestamp { .epoch + .nanoseconds(Self.time(CLOCK_REALTIME)) + ahead }

  private static func time(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  // MARK: VolSync

  /// Whether the backups of an app go on (and hold their lock) until this is taken back.
  func setSlow(_ isSlow: Bool, _ app: App) throws {
    let path = "\(folder.path)/\(app.claim)/.slow"
    if isSlow { try folder.write("\(app.claim)/.slow", "") } else { unlink(path) }
  }

  /// Starts the next pod of an app's sync.
  @discardableResult
  func startMover(_ app: App = App()) async throws -> MoverPod {
    serial += 1
    let uid = jobs[app] ?? "job-\(serial)"
    jobs[app] = uid
    let pod = app.pod("\(app.jobName)-p\(serial)", jobUID: uid)
    let run = try await kubelet.start(pod.json)
    let mover = MoverPod(app: app, pod: pod, jobUID: uid, run: run)
    movers.append(mover)
    return mover
  }

  /// Starts a pod, and stops its restic while it holds a lock of this kind.
  func stopMover(_ app: App = App(), atLock isExclusive: Bool) async throws -> (MoverPod, String) {
    for _ in 0..<20 {
      let before = Set(repository.lockIDs)
      let mover = try await startMover(app)
      if let lock = await repository.stop(mover.run, atLock: isExclusive, besides: before) {
        return (mover, lock)
      }
      // It was too fast, and may not have failed.
      guard await mover.run.wait() == 0 else { throw KitFault("failed: \(mover.run.output)") }
      await endSync(of: app)
    }
    throw KitFault("a mover of \(app.name) was always over before it could be stopped")
  }

  /// Runs a pod to its end; after one that did well, the sync is over and its Job is gone.
  ///
  /// - Returns: Its exit code and log.
  @discardableResult
  func runMover(_ app: App = App()) async throws -> (code: Int32, log: String) {
    let mover = try await startMover(app)
    guard let code = await mover.run.wait(within: .seconds(120)) else {
      throw KitFault("\(mover.run.host) does not end: \(mover.run.output)")
    }
    let log = mover.run.output
    if code == 0 { await endSync(of: app) }
    return (code, log)
  }

  /// The Job of an app's sync goes, with its pods.
  func endSync(of app: App) async {
    jobs[app] = nil
    for mover in movers where mover.app == app {
      departed.append(
        ClusterView.DepartedPod(
          namespace: app.namespace, name: mover.run.host, host: mover.run.host, node: "node-1",
          grace: .zero, gone: wall))
      await mover.run.remove()
    }
    movers.removeAll { $0.app == app }
  }
}
