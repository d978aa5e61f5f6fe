import JSONValue
import K8sClient
import ResticKit
import Testing

@testable import ResticUnlock

@Suite(.timeLimit(.minutes(10))) struct `A mover that died` {
  @Test(arguments: [false, true])
  func `leaves a lock of its backup, which is removed as its host`(_ maps: Bool) async throws {
    try await ResticRepository.with { repository in
      try await LocalCluster.with(repository, mapsExitCodes: maps) { cluster in
        #expect(try await cluster.runMover().code == 0)
        try cluster.setSlow(true, App())
        let victim = try await cluster.startMover()
        let lock = try #require(await repository.lock(of: victim.run))
        await victim.run.kill()
        #expect(victim.run.code == 137)
        try cluster.setSlow(false, App())

        let (code, log) = try await cluster.runMover()
        #expect(code == (maps ? 11 : 1))
        #expect(log.contains("snapshot"))
        try judge(log, code: code, lock: lock, host: victim.run.host, isExclusive: false)
        try await heal(cluster, lock)
      }
    }
  }

  @Test(arguments: [["backup"], ["prune"]], [false, true])
  func `leaves a lock of its forget or prune, which is removed as its host`(
    _ action: [String], _ maps: Bool
  ) async throws {
    var app = App()
    app.action = action
    try await ResticRepository.with { repository in
      try await LocalCluster.with(repository, mapsExitCodes: maps) { [app] cluster in
        #expect(try await cluster.runMover().code == 0)
        let (victim, lock) = try await cluster.stopMover(app, atLock: true)
        await victim.run.kill()

        let (code, log) = try await cluster.runMover()
        #expect(code == 3)
        try judge(log, code: code, lock: lock, host: victim.run.host, isExclusive: true)
        try await heal(cluster, lock)
      }
    }
  }

  private func judge(
    _ log: String, code: Int32, lock: String, host: String, isExclusive: Bool
  ) throws {
    let sign = try #require(
      LockSign.found(exitCode: Int(code), log: LogTail(log), patterns: LockPatterns()), "\(log)")
    #expect(sign.source == .words(.alreadyLocked))
    let reported = try #require(sign.lock)
    #expect(reported.isExclusive == isExclusive)
    #expect(reported.host == host)
    #expect(reported.storageID == String(lock.prefix(8)))
    #expect((reported.pid ?? 0) > 1)
    #expect(reported.age.map { $0 > .zero && $0 < .seconds(300) } ?? false)
    #expect(reported.user == "root")
  }

  private func heal(_ cluster: LocalCluster, _ lock: String) async throws {
    try await cluster.settle()
    #expect(cluster.modes == ["as-host"], "\(cluster.unlockLogs)")
    let unlock = try #require(cluster.unlocks.last)
    let report = UnlockReport(LogTail(unlock.run.output), token: unlock.unlock.token)
    #expect(report.before?.map(\.id) == [lock])
    #expect(report.isSuccess)
    #expect(cluster.repository.lockIDs.isEmpty)
    #expect(
      cluster.notices.contains {
        if case .ended(let attempt, _) = $0 { attempt.outcome == .healed } else { false }
      })
    let (code, log) = try await cluster.runMover()
    #expect(code == 0, "\(log)")
    try await cluster.settle()
    #expect(cluster.states.allSatisfy { $0 == .idle })
    try await cluster.repository.check()
  }
}
