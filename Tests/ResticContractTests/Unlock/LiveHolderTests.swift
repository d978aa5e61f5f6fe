import K8sClient
import ResticKit
import Testing

@testable import ResticUnlock

@Suite(.timeLimit(.minutes(10))) struct `Locks of who lives` {
  static let other = App(namespace: "media", name: "radarr", secret: "radarr-volsync")

  private func with(
    settings: MonitorSettings = LocalCluster.enabled(),
    _ body: (ResticRepository, LocalCluster) async throws -> Void
  ) async throws {
    try await ResticRepository.with { repository in
      try await LocalCluster.with(repository, apps: [App(), Self.other], settings: settings) {
        cluster in
        #expect(try await cluster.runMover().code == 0)
        try await body(repository, cluster)
        try await repository.check()
      }
    }
  }

  private func isWaiting(_ cluster: LocalCluster) -> Bool {
    cluster.states.contains { if case .waiting = $0 { true } else { false } }
  }

  @Test func `stay while the backup of another namespace runs`() async throws {
    try await with { repository, cluster in
      try cluster.setSlow(true, Self.other)
      let live = try await cluster.startMover(Self.other)
      let lock = try #require(await repository.lock(of: live.run))
      #expect(try await cluster.runMover().code != 0)
      try await cluster.settle()
      #expect(isWaiting(cluster), "\(cluster.states)")
      #expect(!cluster.modes.contains { $0 != "inspect" })
      #expect(repository.lockIDs == [lock])

      try cluster.setSlow(false, Self.other)
      #expect(await live.run.wait() == 0, "\(live.run.output)")
      #expect(try await cluster.runMover().code == 0)
      try await cluster.settle()
      #expect(cluster.states.allSatisfy { $0 == .idle })
    }
  }

  @Test func `stay while somebody at a desk holds them`() async throws {
    try await with { repository, cluster in
      let live = try await LockHolder.start(.backup, as: "desk", in: repository)
      #expect(try await cluster.runMover().code != 0)
      for _ in 0..<4 {
        try await cluster.settle()
        #expect(isWaiting(cluster), "\(cluster.states)")
        #expect(repository.lockIDs == [live.lockID])
        cluster.ahead += .seconds(300)
      }
      #expect(!cluster.modes.contains { $0 != "inspect" })
      let code = try await live.finish()
      #expect(code == 0, "\(live.run.output)")
      await live.remove()
      #expect(try await cluster.runMover().code == 0)
    }
  }

  @Test func `stay, with dead ones beside them, until they end`() async throws {
    try await with { repository, cluster in
      try cluster.setSlow(true, Self.other)
      let live = try await cluster.startMover(Self.other)
      let lock = try #require(await repository.lock(of: live.run))
      try cluster.setSlow(true, App())
      let victim = try await cluster.startMover()
      let dead = try #require(await repository.lock(of: victim.run, besides: [lock]))
      await victim.run.kill()
      try cluster.setSlow(false, App())
      #expect(try await cluster.runMover().code != 0)
      try await cluster.settle()
      #expect(live.run.isRunning)
      #expect(repository.lockIDs.contains(lock), "\(cluster.unlockLogs)")

      try cluster.setSlow(false, Self.other)
      _ = await live.run.wait()
      #expect(live.run.output.contains(" saved"), "\(live.run.output)")
      // Its own forget may have met the dead lock.
      _ = try await cluster.runMover()
      try await cluster.settle()
      #expect(!repository.lockIDs.contains(dead), "\(cluster.unlockLogs)")
      #expect(try await cluster.runMover().code == 0)
    }
  }

  @Test func `stay though they are beside one that restic cannot read`() async throws {
    var settings = LocalCluster.enabled()
    settings.unlock.allowsRemoveAll = true
    try await with(settings: settings) { repository, cluster in
      let invalid = try await repository.writeInvalidLock()
      let live = try await LockHolder.start(.backup, as: "desk", in: repository)
      #expect(try await cluster.runMover().code != 0)
      for _ in 0..<4 {
        try await cluster.settle()
        #expect(Set(repository.lockIDs) == [live.lockID, invalid], "\(cluster.unlockLogs)")
        cluster.ahead += .seconds(400)
      }
      #expect(!cluster.modes.contains("remove-all"))
      let code = try await live.finish()
      #expect(code == 0, "\(live.run.output)")
      await live.remove()
    }
  }
}

@Suite(.timeLimit(.minutes(10))) struct `Locks of nobody` {
  /// A dead lock beside one that restic cannot read.
  private func with(
    force: Bool, _ body: (ResticRepository, LocalCluster, _ invalid: String) async throws -> Void
  ) async throws {
    var settings = LocalCluster.enabled()
    settings.unlock.allowsRemoveAll = force
    try await ResticRepository.with { repository in
      try await LocalCluster.with(repository, settings: settings) { cluster in
        #expect(try await cluster.runMover().code == 0)
        let invalid = try await repository.writeInvalidLock()
        let (victim, lock) = try await cluster.stopMover(atLock: true)
        await victim.run.kill()
        #expect(try await cluster.runMover().code != 0)
        try await cluster.settle()
        #expect(!repository.lockIDs.contains(lock), "\(cluster.unlockLogs)")
        #expect(repository.lockIDs == [invalid])
        try await body(repository, cluster, invalid)
        try await repository.check()
      }
    }
  }

  @Test func `that cannot be read stay where force is not allowed`() async throws {
    try await with(force: false) { repository, cluster, invalid in
      for _ in 0..<4 {
        try await cluster.settle()
        cluster.ahead += .seconds(400)
      }
      #expect(cluster.states.contains { if case .refused = $0 { true } else { false } })
      #expect(repository.lockIDs == [invalid])
      #expect(!cluster.modes.contains("remove-all"))
    }
  }

  @Test func `that cannot be read go by force once they stood still`() async throws {
    try await with(force: true) { repository, cluster, invalid in
      #expect(!cluster.modes.contains("remove-all"))
      for _ in 0..<6 where !repository.lockIDs.isEmpty {
        cluster.ahead += .seconds(400)
        try await cluster.settle()
      }
      #expect(cluster.modes.last == "remove-all", "\(cluster.states)")
      #expect(repository.lockIDs.isEmpty)
      #expect(try await cluster.runMover().code == 0)
    }
  }

  @Test func `of this cluster go by restic's own rule once they are old and stood still`()
    async throws
  {
    try await ResticRepository.with { repository in
      try await LocalCluster.with(repository) { cluster in
        #expect(try await cluster.runMover().code == 0)
        let old = try await repository.writeLock(
          of: "unknown", pid: 9, age: .seconds(3600), isExclusive: true)
        #expect(try await cluster.runMover().code == 3)
        try await cluster.settle()
        #expect(repository.lockIDs == [old], "\(cluster.states) \(cluster.unlockLogs)")
        for _ in 0..<6 where !repository.lockIDs.isEmpty {
          cluster.ahead += .seconds(400)
          try await cluster.settle()
        }
        #expect(cluster.modes.last == "unlock", "\(cluster.modes) \(cluster.states)")
        #expect(repository.lockIDs.isEmpty)
        #expect(try await cluster.runMover().code == 0)
        try await repository.check()
      }
    }
  }
}
