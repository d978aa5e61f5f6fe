import Glibc
import K8sClient
import Pacing
import ResticKit
import SimulationKit
import StackKit
import TimeText

@testable import ResticUnlock

/// Backups of several apps and of somebody at a desk to one repository, at random: they live, die and
/// overlap while mountmon looks at them and runs its Jobs. Restic is real, and so are the processes.
final class BackupWorld {
  /// Who holds a lock for as long as it likes, and must keep it as long as it lives.
  struct Holder {
    var app: App
    let run: ContainerRun
    var lock: String
  }

  static let apps = [
    App(), App(name: "sonarr-nfs"),
    // The same repository by another Secret: nothing but its locks tells that.
    App(namespace: "media", name: "radarr", secret: "radarr-volsync"),
  ]

  let cluster: LocalCluster
  let repository: ResticRepository
  var random: SeededGenerator
  var holders: [Holder] = []
  var desk: LockHolder?
  var story: [String] = []
  var violation: String?

  init(_ cluster: LocalCluster, _ random: SeededGenerator) {
    self.cluster = cluster
    repository = cluster.repository
    self.random = random
  }

  private let began = ContinuousClock.now
  private var past: ClusterSnapshot?

  /// Notes what happened.
  func note(_ words: String) {
    let time = (ContinuousClock.now - began).components
    let tenths = time.attoseconds / 100_000_000_000_000_000
    story.append("\(time.seconds).\(tenths) s  \(words)")
  }

  func fail(_ words: String) {
    guard violation == nil else { return }
    violation =
      words + "\n  " + story.joined(separator: "\n  ") + "\nstates: \(cluster.states)\n"
      + cluster.unlockLogs
  }

  /// What must be at any time.
  func check() {
    for holder in holders where !repository.lockIDs.contains(holder.lock) {
      // It may have died by itself, which is for its end to judge.
      if holder.run.isRunning { fail("the lock of \(holder.run.host), which lives, is gone") }
    }
    if let desk, desk.isRunning, !repository.lockIDs.contains(desk.lockID) {
      fail("the lock of the desk, which lives, is gone")
    }
  }

  /// Looks, now and then at what was some time ago.
  func look() async throws {
    let isLate = random.chance(0.25)
    try await cluster.look(by: isLate ? past : nil)
    if !isLate { past = cluster.snapshot() }
    check()
    let busy = cluster.unlocks.filter { $0.run.isRunning }
      .map { $0.unlock.job.metadata.labels[OwnJob.repositoryLabel] }
    if Set(busy).count != busy.count { fail("two unlockers of one repository") }
  }

  private func running(_ app: App) -> [LocalCluster.MoverPod] {
    cluster.movers.filter { $0.app == app && $0.run.isRunning }
  }

  /// While all locks are being removed, nobody may come: whoever came between the list and the
  /// removal would lose theirs, and restic has nothing against that.
  private var isClosed: Bool {
    cluster.unlocks.contains { $0.unlock.mode == .removeAll && $0.run.isRunning }
  }

  /// Puts the cluster's clock forward, as restic's cannot be: so never by so much that what restic takes
  /// for young is old.
  private func jump(by seconds: Int, upTo limit: Int) {
    cluster.ahead = max(cluster.ahead, min(.seconds(limit), cluster.ahead + .seconds(seconds)))
  }

  /// Lets one thing happen.
  func step() async throws {
    for app in Self.apps where running(app).isEmpty {
      // A sync that did well is over.
      guard let last = cluster.movers.last(where: { $0.app == app }), last.run.code == 0 else {
        continue
      }
      note("\(app.name): the sync is over")
      await cluster.endSync(of: app)
    }
    let app = random.pick(Self.apps)
    switch random.number(0...11) {
    case 0, 1: if running(app).isEmpty, !isClosed { try await startMover(app) }
    case 2, 3: if running(app).isEmpty, !isClosed { try await startHolder(app) }
    case 4:
      if let holder = holders.randomElement(using: &random), random.chance(0.5) {
        try await finish(holder)
      }
    case 5: if let mover = running(app).last { await kill(mover) }
    case 6: if running(app).isEmpty, !isClosed { try await killAtExclusiveLock(app) }
    case 7: try await useDesk()
    case 8:
      if running(app).isEmpty, cluster.jobs[app] != nil, random.chance(0.4) {
        note("\(app.name): its Job is made anew")
        await cluster.endSync(of: app)
      }
    case 9:
      // So that what stands still for long is known to.
      jump(by: random.number(60...300), upTo: 500)
    case 10:
      note("the controller dies")
      cluster.restart()
    default:
      let pause = random.time(1...400)
      try await Task.sleep(for: pause)
    }
    check()
  }

  private func startMover(_ app: App) async throws {
    try cluster.setSlow(false, app)
    let mover = try await cluster.startMover(app)
    note("\(mover.run.host) starts")
    guard random.chance(0.6) else { return }
    // What it met is dealt with while the others go on.
    note("\(mover.run.host) ended: \(await mover.run.wait(within: .seconds(60)) ?? -1)")
    for _ in 0..<random.number(2...10) where violation == nil {
      try await look()
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  private func startHolder(_ app: App) async throws {
    let before = Set(repository.lockIDs)
    try cluster.setSlow(true, app)
    let mover = try await cluster.startMover(app)
    note("\(mover.run.host) starts, slow")
    guard let lock = await repository.lock(of: mover.run, besides: before) else {
      note("\(mover.run.host) ended: \(mover.run.code ?? -1)")
      return try cluster.setSlow(false, app)
    }
    note("\(mover.run.host) holds \(lock.prefix(8))")
    holders.append(Holder(app: app, run: mover.run, lock: lock))
  }

  /// A backup that lived is whole, whatever becomes of the tidying after it.
  private func finish(_ holder: Holder) async throws {
    check()
    try cluster.setSlow(false, holder.app)
    holders.removeAll { $0.run === holder.run }
    guard let code = await holder.run.wait(within: .seconds(60)) else {
      return fail("\(holder.run.host) does not end")
    }
    note("\(holder.run.host) finished: \(code)")
    let log = holder.run.output
    let isLocked = log.contains("unable to create lock in backend")
    if !log.contains(" saved") || (code != 0 && !isLocked) {
      fail("\(holder.run.host) ended with \(code): \(log)")
    }
  }

  private func kill(_ mover: LocalCluster.MoverPod) async {
    check()
    holders.removeAll { $0.run === mover.run }
    await mover.run.kill()
    try? cluster.setSlow(false, mover.app)
    note("\(mover.run.host) is killed: \(repository.lockIDs.map { $0.prefix(8) })")
  }

  private func killAtExclusiveLock(_ app: App) async throws {
    try cluster.setSlow(false, app)
    let before = Set(repository.lockIDs)
    let mover = try await cluster.startMover(app)
    let lock = await repository.stop(mover.run, atLock: true, besides: before)
    note("\(mover.run.host) stands at its forget: \(lock?.prefix(8) ?? "no lock")")
    // It lives on for a while, for others to meet.
    for _ in 0..<random.number(0...3) where lock != nil {
      if !repository.lockIDs.contains(lock ?? "") { fail("the lock of a live forget is gone") }
      try await look()
    }
    if lock != nil, random.chance(0.3) {
      mover.run.send(SIGCONT, to: "restic")
      note("\(mover.run.host) goes on")
    } else if lock != nil {
      await kill(mover)
    }
  }

  private func useDesk() async throws {
    guard let desk else {
      if isClosed || random.chance(0.5) { return }
      // Where an exclusive lock is in the way, there is no work at the desk.
      self.desk = try? await LockHolder.start(.backup, as: "desk", in: repository)
      return note("the desk holds \(self.desk?.lockID.prefix(8) ?? "nothing")")
    }
    try await leaveDesk(desk)
  }

  private func leaveDesk(_ desk: LockHolder) async throws {
    check()
    let code = try await desk.finish()
    note("the desk is left: \(code ?? -1)")
    if code != 0 { fail("the backup of the desk ended with \(code ?? -1): \(desk.run.output)") }
    await desk.remove()
    self.desk = nil
  }

  /// All who live come to their ends; what is left by the dead has to go.
  func calm() async throws {
    for holder in holders { try await finish(holder) }
    if let desk { try await leaveDesk(desk) }
    for mover in cluster.movers {
      mover.run.send(SIGCONT, to: "restic")
      _ = await mover.run.wait(within: .seconds(60))
    }
    for round in 1...8 where violation == nil {
      try await cluster.settle()
      var codes: [Int32] = []
      for app in Self.apps { codes.append(try await cluster.runMover(app).code) }
      try await cluster.settle()
      note("calm \(round): \(codes), locks \(repository.lockIDs.map { $0.prefix(8) })")
      if codes.allSatisfy({ $0 == 0 }), repository.lockIDs.isEmpty { return }
      jump(by: 400, upTo: 1700)
    }
    fail("what the dead left is still there: \(repository.lockIDs)")
  }

  func remove() async {
    await desk?.remove()
  }
}
