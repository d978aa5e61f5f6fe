import Foundation
import JSONValue
import Pacing
import StackDrain
import Synchronization
import Testing

@testable import mountmon

/// A monitor that takes commands over its socket, as `pool run` has it.
private final class Running {
  let world: FakeRoom
  let monitor: PoolMonitor
  private let control: HTTPServer

  init(_ world: FakeRoom) async throws {
    self.world = world
    world.isLocked = true
    let room = try world.room()
    let monitor = try PoolMonitor(room, world.log)
    self.monitor = monitor
    let ledger = world.disk
    Task.detached { await monitor.run(from: ledger) }
    let path = room.records.socketPath
    try PrivateSocket.makeRoom(at: path)
    let routes = PoolRoutes(monitor, room.setup.settings, ServerStatistics())
    let control = HTTPServer(
      at: try ListenAddress(socket: path), serving: HTTPService(routes.control))
    self.control = control
    Thread.detachNewThread {
      try? control.run { _ in PrivateSocket.restrict(path) }
    }
    let isUp = await onThread {
      eventually(within: 30) {
        let client = try? MonitorClient(socket: path)
        if case .answered(200, _)? = client?.ask("GET", "/healthz/ready") { return true }
        return false
      }
    }
    try #require(isUp, "the control socket does not answer")
  }

  func end() {
    monitor.stop()
    control.stop(within: .zero)
  }
}

@Suite(.timeLimit(.minutes(2))) struct `A command of the pool` {
  @Test func `is taken over the socket, by its owner alone`() async throws {
    let world = FakeRoom()
    let running = try await Running(world)
    defer { running.end() }
    let attributes = try FileManager.default.attributesOfItem(
      atPath: world.folder + "/control")
    #expect(attributes[.posixPermissions] as? Int == 0o600)

    let drained = try await world.run("drain")
    #expect(drained.code == 0, "\(drained)")
    #expect(drained.out + drained.err == "")
    #expect(world.stack.isOff)
    #expect(world.disk.state.isDrainedByHand)

    let status = try await world.run("status", "--output", "json")
    #expect(status.code == 0)
    let document = try JSONValue(parsing: Array(status.out.utf8))
    #expect(document["source"]?.stringValue == "monitor")
    #expect(document["reason"]?.stringValue == "the stack is drained")
    #expect(document["debts"]?.arrayValue?.count == 3)

    let resumed = try await world.run("resume", "--timeout", "30s")
    #expect(resumed.code == 0, "\(resumed)")
    #expect(world.stack.isWhole)

    #expect(try await world.run("hold", "--for", "2h").code == 0)
    #expect(world.disk.state.hold?.length == .seconds(7200))
    #expect(try await world.run("hold", "--release").code == 0)
    #expect(world.disk.state.hold == nil)
    #expect(try await world.run("choose", "local").code == 0)
    #expect(world.disk.state.mode == .local)
    let forgotten = try await world.run("forget", "container:nobody")
    #expect(forgotten.code == 2)
    #expect(
      forgotten.err
        == "mountmon pool forget: refused: nothing is owed to container:nobody\n")
  }

  @Test func `is refused or given up with a reason`() async throws {
    let world = FakeRoom()
    let running = try await Running(world)
    defer { running.end() }
    world.pool(isThere: false)
    #expect(await waits { world.stack.isOff })
    let refused = try await world.run("resume")
    #expect(refused.code == 2)
    #expect(
      refused.err
        == "mountmon pool resume: refused: the pool is unmounted: /mnt/pool: not mounted\n")
    world.pool(isThere: true)
    #expect(await waits { world.stack.isWhole && world.disk.debts.isEmpty })
    world.change { $0.mute = ["plex"] }
    // It has to be under way, for what is not over to be told.
    #expect(try await world.run("drain", "--no-wait").code == 0)
    #expect(await waits { running.monitor.view.picture.run != nil })
    let late = try await world.run("drain", "--timeout", "1s")
    #expect(late.code == 4)
    #expect(late.err.contains("not over in time: drain: "), "\(late.err)")
    #expect(late.err.contains("the monitor goes on with it"))
    #expect(try await world.run("drain", "--no-wait").code == 0)
  }

  @Test func `of two people is heard from both`() async throws {
    let world = FakeRoom()
    let running = try await Running(world)
    defer { running.end() }
    world.slow(.milliseconds(30))
    let codes = await withTaskGroup(of: Int32.self) { group in
      for _ in 0..<2 {
        group.addTask { (try? await world.run("drain").code) ?? -1 }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(codes == [0, 0])
    #expect(world.stack.isOff)
  }

  @Test func `is carried out here where no monitor runs, with its lock`() async throws {
    let world = FakeRoom()
    let drained = try await world.run("drain")
    #expect(drained.code == 0, "\(drained)")
    #expect(world.stack.isOff)
    #expect(world.isLocked)
    #expect(world.disk.state.isDrainedByHand)
    world.isLocked = false
    let resumed = try await world.run("resume")
    #expect(resumed.code == 0, "\(resumed)")
    #expect(world.stack.isWhole)
    world.isLocked = false
    #expect(try await world.run("hold", "--for", "1h").code == 0)
    #expect(world.disk.state.hold != nil)
  }

  @Test func `is not carried out without the lock`() async throws {
    let world = FakeRoom()
    world.isLocked = true
    let drained = try await world.run("drain")
    #expect(drained.code == 2)
    #expect(drained.err.contains("lock: held by process 4711"))
    #expect(drained.err.contains("it takes no commands on \(world.folder)/control"))
    #expect(world.stack.isWhole)
  }

  @Test func `is only planned with --dry-run`() async throws {
    let world = FakeRoom()
    let drain = try await world.run("drain", "--dry-run")
    #expect(drain.code == 0)
    #expect(
      drain.out == """
        asked for by hand
        1. pause download clients
           1  pause client:transmission, at most 3s: 1 unit runs
        2. wait for what is being written
           2  settle stack:stack, at most 3s: what is being written may still come through
        3. stop containers, those that need others first
           3  stop container:db (30s to end by itself) after 4, at most 50s: label test.uses
           4  stop container:plex (30s to end by itself), at most 50s: label test.uses
        4. kill what still runs
           5  kill container:db, at most 15s: if it still runs
           6  kill container:plex, at most 15s: if it still runs
        5. look whether all came out as planned
           7  verify stack:stack, at most 2m: answers are not proof

        """)
    let json = try await world.run("plan", "--for", "drain", "--output", "json")
    let plan = try JSONValue(parsing: Array(json.out.utf8)).decode(DrainPlan.self)
    #expect(plan.steps.count == 7)
    let resume = try await world.run("plan")
    #expect(resume.out == "nothing to do: the pool is healthy\n")
    #expect(world.stack.isWhole)
    #expect(world.stack.calls == [])
    #expect(!world.isLocked)
    #expect(world.disk.isNew)
  }

  @Test func `that checks says how the pool is, by its code as well`() async throws {
    let world = FakeRoom()
    let well = try await world.run("check", "--output", "nagios")
    #expect(well.code == 0)
    #expect(
      well.out == """
        POOL OK - /mnt/pool healthy, 1 of 2 drives usable | usable=1;2:;1:;0;2
        Fast_8TB_3: not attached

        """)
    world.pool(isThere: false)
    let gone = try await world.run("-c")
    #expect(gone.code == 2)
    #expect(
      gone.out.hasPrefix("POOL      /mnt/pool is unmounted\n          /mnt/pool: not mounted\n"))
    #expect(world.stack.isWhole && world.disk.isNew && !world.isLocked)
  }

  @Test func `that shows the state says how old it is where no monitor runs`() async throws {
    let world = FakeRoom()
    let new = try await world.run()
    #expect(new.code == 0)
    #expect(new.out == "POOL      /mnt/pool is unknown\nSTACK     mode none, chosen by autostart\n")
    #expect(
      new.err == "mountmon pool status: no monitor runs: this is the ledger, nothing was ever "
        + "written there; nobody looks at the pool\n")
    _ = try await world.run("hold", "--for", "2h")
    let held = try await world.run("--status")
    #expect(held.out.contains("HELD      for "))
    #expect(held.err.contains("this is the ledger, last written "))
  }

  @Test(arguments: [
    (["hold"], "expected --for DURATION, or --release"),
    (["hold", "--for", "1h", "--release"], "--for and --release exclude each other"),
    (["hold", "--for", "0s"], "--for: 0s is not allowed, expected 1s to a year"),
    (["forget", "plex"], "\"plex\" is no target, expected one such as client:sabnzbd"),
  ])
  func `that makes no sense is told what was expected`(
    _ words: [String], _ fault: String
  ) async throws {
    let world = FakeRoom()
    guard
      case .run(let command) = MountmonCommands.decide(
        ["pool"] + words, build: .sample, style: .plain)
    else {
      Issue.record("it is not understood")
      return
    }
    let program = PoolProgram(command: command, host: try world.host())
    #expect(await onThread { program.run() } == 2)
    #expect(world.complained.withLock { $0 } == "mountmon pool \(words[0]): \(fault)\n")
  }
}

@Suite struct `The socket of a monitor` {
  @Test func `takes the place of one that was left behind, and of nothing else`() async throws {
    let world = FakeRoom()
    let path = world.folder + "/control"
    try PrivateSocket.makeRoom(at: path)
    let first = HTTPServer(at: try ListenAddress(socket: path), serving: HTTPService(.example))
    Thread.detachNewThread { try? first.run { _ in } }
    #expect(eventually(within: 30) { FileManager.default.fileExists(atPath: path) })
    // The file stays when its process is killed.
    try PrivateSocket.makeRoom(at: path)
    #expect(!FileManager.default.fileExists(atPath: path))
    first.stop(within: .zero)
    try Data("precious".utf8).write(to: URL(filePath: path))
    #expect(throws: (any Error).self) { try PrivateSocket.makeRoom(at: path) }
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test func `has a path that is not too long`() {
    #expect(throws: ServerError.self) {
      try ListenAddress(socket: "/" + String(repeating: "x", count: 200))
    }
  }

  @Test(arguments: [
    PoolCommand.drain, .resume, .release, .hold(.seconds(7200)), .choose(.local, .manual),
    .forget(ToyStack.target(.client, "a b&c=d%/ü")),
  ])
  func `carries commands as they are`(_ command: PoolCommand) {
    let question = HTTPQuestion(method: .post, target: command.requestTarget)
    let name = String(question.path.split(separator: "/").last ?? "")
    #expect(PoolCommand(name, Query(question.query ?? "")) == command)
  }

  @Test(arguments: [
    ("hold", ""), ("hold", "seconds=0"), ("hold", "seconds=-5"), ("hold", "seconds=99999999999999"),
    ("forget", "target=plex"), ("forget", "target=container:"), ("choose", "mode=all"),
    ("choose", "mode"), ("explode", ""),
  ])
  func `takes no nonsense`(_ name: String, _ query: String) {
    #expect(PoolCommand(name, Query(query)) == nil)
  }
}
