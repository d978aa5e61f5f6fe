import K8sClient
import Pacing
import Testing
import TimeText

@testable import ResticUnlock

@Suite struct `A monitor is settled` {
  private func monitor(
    _ change: (inout MonitorSettings) -> Void = { _ in }
  ) -> UnlockMonitor {
    var settings = MonitorSettings()
    settings.isEnabled = true
    change(&settings)
    return UnlockMonitor(settings: settings) { _, settings in
      UnlockMachine(monitor: "main", identity: "one", settings: settings)
    }
  }

  private var failing: ClusterSnapshot {
    ClusterSnapshot(
      view: ClusterView(
        pods: [Objects.pod(exit: 11)], jobs: [Objects.job(failed: 1)], now: Objects.start))
  }

  @Test func `not before it saw the cluster, and at once where nothing failed`() {
    var monitor = monitor()
    #expect(!monitor.isSettled)
    let empty = ClusterSnapshot(view: ClusterView(pods: [], now: Objects.start))
    _ = monitor.handle(.seen(empty), at: .zero, wall: Objects.start)
    #expect(monitor.isSettled)
  }

  @Test func `not while a log is to be read, unless that fails and fails`() {
    var monitor = monitor()
    let uid = FailedMover.all(
      pods: failing.view.pods, jobs: [], rules: MoverRules())[0].podUID
    var now = Tick.zero
    var reads = 0
    var effects = monitor.handle(.seen(failing), at: now, wall: Objects.start)
    for _ in 1...3 {
      reads += effects.count
      #expect(!monitor.isSettled)
      _ = monitor.handle(.logFailed(uid), at: now, wall: Objects.start)
      now = max(now, monitor.alarm ?? now)
      effects = monitor.handle(.tick, at: now, wall: Objects.start)
    }
    #expect(reads == 3 && monitor.isSettled)
  }

  @Test func `not while anything is called for, and with what has to wait`() throws {
    var monitor = monitor { $0.isDryRun = true }
    let uid = FailedMover.all(
      pods: failing.view.pods, jobs: [], rules: MoverRules())[0].podUID
    _ = monitor.handle(.seen(failing), at: .zero, wall: Objects.start)
    let log = LogTail(Logs.shared)
    let effects = monitor.handle(.log(uid, log), at: .zero, wall: Objects.start)
    guard case .send(let name, let id, .readRecord, _)? = effects.last else {
      return #expect(Bool(false), "\(effects)")
    }
    #expect(!monitor.isSettled)
    _ = monitor.handle(
      .answered(name, id, .record(nil, version: nil)), at: .zero, wall: Objects.start)
    #expect(monitor.isSettled)
    let machine = try #require(monitor.machines.values.first)
    #expect(machine.failures.count == 1 && machine.attempts.isEmpty)
    #expect(machine.locks.judged.count == 1 && !machine.locks.isListed)
  }

  @Test func `only once places are given to as many as may have one`() {
    var monitor = monitor { $0.maxConcurrentUnlocks = 2 }
    var view = ClusterView(pods: [], now: Objects.start)
    view.nodes["node-1"] = .ready(since: .earliest)
    for index in 1...5 {
      let restic = Objects.restic(secret: "secret-\(index)")
      view.pods.append(
        Objects.pod("pod-\(index)", jobUID: "uid-\(index)", exit: 11, container: restic))
    }
    var effects = monitor.handle(
      .seen(ClusterSnapshot(view: view)), at: .zero, wall: Objects.start)
    var logs = 0
    var made: Set<RepositoryIdentity> = []
    while !effects.isEmpty {
      var next: [UnlockMonitor.Effect] = []
      for effect in effects {
        let event: UnlockMonitor.Event
        switch effect {
        case .readLog(let uid, _, _, _):
          logs += 1
          event = .log(uid, LogTail("unable to create lock in backend: x\n"))
        case .send(let name, let id, .readRecord, _):
          event = .answered(name, id, .record(nil, version: nil))
        case .send(let name, let id, .writeRecord, _):
          event = .answered(name, id, .written(version: "1"))
        case .send(let name, let id, .create, _):
          made.insert(name)
          event = .answered(name, id, .done)
        case .send, .tell: continue
        }
        next += monitor.handle(event, at: .zero, wall: Objects.start)
      }
      effects = next
    }
    #expect(logs == 5 && made.count == 2 && !monitor.isSettled)
    #expect(monitor.machines.values.count { $0.state == .queued } == 3)
  }

  @Test func `and reads each log once, a few at a time`() {
    var monitor = monitor()
    var snapshot = failing
    snapshot.view.pods = (1...9).map { Objects.pod("pod-\($0)", exit: 1) }
    var open = monitor.handle(.seen(snapshot), at: .zero, wall: Objects.start)
    #expect(open.count == UnlockMonitor.maximumReads)
    var read: [UID] = []
    while case .readLog(let uid, _, _, _)? = open.first {
      open.removeFirst()
      read.append(uid)
      // Nothing of a lock in it: that is remembered, too.
      open += monitor.handle(.log(uid, LogTail("no space left\n")), at: .zero, wall: Objects.start)
    }
    #expect(read.count == 9 && Set(read).count == 9 && monitor.isSettled)
    let again = monitor.handle(.seen(snapshot), at: .zero, wall: Objects.start)
    #expect(again.isEmpty && monitor.machines.isEmpty)
  }

  @Test func `when it is to do nothing`() {
    var monitor = monitor { $0.isEnabled = false }
    _ = monitor.handle(.seen(failing), at: .zero, wall: Objects.start)
    #expect(monitor.isSettled)
  }
}
