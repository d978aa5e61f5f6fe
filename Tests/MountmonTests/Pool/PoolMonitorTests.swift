import Pacing
import StackDrain
import Synchronization
import Testing

@testable import mountmon

@Suite(.timeLimit(.minutes(2))) struct `The shell of a pool's monitor` {
  /// Runs a monitor in a world, and ends it whatever happens.
  private func withMonitor(
    in world: FakeRoom, _ body: (PoolMonitor) async throws -> Void
  ) async throws {
    let monitor = try PoolMonitor(try world.room(), world.log)
    let ledger = world.disk
    let work = Task { await monitor.run(from: ledger) }
    do {
      try await body(monitor)
    } catch {
      Issue.record(error)
    }
    monitor.stop()
    await work.value
    #expect(world.isClosed)
  }

  @Test func `drains when the pool goes, and brings back what it took`() async throws {
    let world = FakeRoom()
    try await withMonitor(in: world) { monitor in
      #expect(await waits { monitor.view.picture.isReady })
      world.pool(isThere: false)
      #expect(await waits { world.stack.isOff })
      #expect(await waits { world.disk.state.mode == .poolDegraded })
      world.pool(isThere: true)
      #expect(await waits { world.stack.isWhole })
      #expect(await waits { world.disk.state.mode == .full && world.disk.debts.isEmpty })
      #expect(await waits { world.shown.last == "full healthy" })
      #expect(await waits { world.notes.contains("[INFO] Stack mode: full (auto-upgrade)") })
    }
  }

  @Test func `ends at once in the middle of a drain, and the next one goes on`() async throws {
    let world = FakeRoom()
    try await withMonitor(in: world) { monitor in
      #expect(await waits { monitor.view.picture.isReady })
      world.change { $0.mute = ["plex"] }
      world.pool(isThere: false)
      #expect(await waits { world.stack.calls.contains("stop db") })
    }
    #expect(world.stack.running.contains("plex"))
    let hasSaid = world.logged.withLock { $0.contains("ending in the middle of a drain") }
    #expect(hasSaid)
    #expect(world.disk.state.openRun?.kind == .drain)
    world.change { $0.mute = [] }
    try await withMonitor(in: world) { _ in
      #expect(await waits { world.stack.isOff })
      world.pool(isThere: true)
      #expect(await waits { world.stack.isWhole })
    }
  }

  @Test func `does nothing while the ledger cannot be written`() async throws {
    let world = FakeRoom()
    try await withMonitor(in: world) { monitor in
      #expect(await waits { monitor.view.picture.isReady })
      #expect(await waits { world.disk.state.mode == .full })
      world.breakDisk("no space left on device")
      world.pool(isThere: false)
      #expect(await waits { monitor.view.picture.ledgerFault != nil })
      #expect(world.stack.isWhole)
      world.breakDisk(nil)
      #expect(await waits { world.stack.isOff })
    }
  }

  @Test func `ends where nobody looks at the pool any more, so that it is started again`()
    async throws
  {
    let world = FakeRoom()
    let told = Atomic(0)
    let monitor = try PoolMonitor(try world.room(), world.log) {
      _ = told.wrappingAdd(1, ordering: .relaxed)
    }
    let ledger = world.disk
    let work = Task { await monitor.run(from: ledger) }
    #expect(await waits { monitor.view.picture.isReady })
    #expect(!monitor.isBlind)
    world.blind("too many open files")
    await work.value
    #expect(monitor.isBlind && told.load(ordering: .relaxed) == 1)
    #expect(monitor.view.picture.judgement?.state == .unknown)
    #expect(
      monitor.view.picture.notReadyReason == "the pool is unknown: too many open files")
    #expect(world.stack.isWhole && world.isClosed)
  }

  @Test func `shows files that are not ahead of the ledger`() async throws {
    let world = FakeRoom()
    try await withMonitor(in: world) { monitor in
      #expect(await waits { monitor.view.picture.isReady })
      #expect(await waits { world.shown.last == "full healthy" })
      world.breakDisk("no space left on device")
      let id = try #require(monitor.command(.choose(.local, .manual)))
      #expect(await waits { monitor.view.picture.ledgerFault != nil })
      world.pool(isThere: false)
      #expect(await waits { world.shown.last == "full unmounted" })
      #expect(!world.shown.contains { $0.hasPrefix("local") })
      #expect(monitor.outcome(of: id)?.entry?.state == .waiting)
      world.pool(isThere: true)
      world.breakDisk(nil)
      #expect(await waits { world.shown.last == "local healthy" })
      #expect(world.disk.state.mode == .local)
    }
  }

  @Test func `takes a choice that another program has written`() async throws {
    let world = FakeRoom()
    try await withMonitor(in: world) { monitor in
      #expect(await waits { monitor.view.picture.isReady })
      world.choose(.choose(.local, .manual))
      #expect(await waits { world.disk.state.startMethod == .manual })
    }
  }
}

@Suite struct `The inbox of a pool's monitor` {
  @Test func `keeps the newest judgement, and hears it first`() {
    let inbox = PoolInbox()
    inbox.send(.recorded(1))
    for _ in 0..<1000 {
      inbox.send(.judged(.gone))
      inbox.send(.timer)
      inbox.send(.stirred)
    }
    inbox.send(.judged(.well))
    inbox.send(.recorded(2))
    #expect(
      inbox.takeAll() == [.judged(.well), .recorded(1), .recorded(2), .stirred, .timer])
    #expect(inbox.takeAll() == [])
  }

  @Test func `has room for so many commands, and no more`() {
    let inbox = PoolInbox()
    for number in 0..<PoolInbox.maximumCommands {
      #expect(inbox.send(.commanded(id: "\(number)", .drain)))
    }
    #expect(!inbox.send(.commanded(id: "one more", .drain)))
    _ = inbox.takeAll()
    #expect(inbox.send(.commanded(id: "again", .drain)))
  }

  @Test func `is only about the end once that is asked for`() {
    let inbox = PoolInbox()
    inbox.send(.judged(.gone))
    inbox.send(.stopping)
    inbox.send(.recorded(1))
    #expect(inbox.takeAll() == [.stopping])
    #expect(inbox.takeAll() == [.stopping])
  }
}
