import Glibc
import JSONValue
import K8sClient
import ResticKit
import StackKit
import Testing

@testable import ResticUnlock

/// A repository that is reached by HTTP: `rclone serve restic`.
@Suite(.timeLimit(.minutes(10))) struct `A served repository` {
  @Test func `is unlocked as one in a folder`() async throws {
    try await with { server, app, repository, cluster in
      #expect(try await cluster.runMover(app).code == 0)
      let (victim, lock) = try await cluster.stopMover(app, atLock: true)
      await victim.run.kill()
      let (code, log) = try await cluster.runMover(app)
      #expect(code == 3)
      #expect(log.contains("storage ID \(lock.prefix(8))"))
      try await cluster.settle()
      #expect(cluster.modes == ["as-host"], "\(cluster.unlockLogs)")
      #expect(repository.lockIDs.isEmpty, "\(cluster.unlockLogs)")
      #expect(try await cluster.runMover(app).code == 0)
    }
  }

  @Test func `that falls silent in the middle is not said to be unlocked`() async throws {
    try await with { server, app, repository, cluster in
      let (unlock, lock, started) = try await stopInTheMiddle(app, repository, cluster)
      await server.kill()
      started.run.send(SIGCONT, to: "sh")
      // restic tries again for a quarter of an hour; the Job's deadline ends it.
      #expect(await started.run.wait(within: .seconds(2)) == nil || started.run.code != 0)
      await started.run.terminate(grace: .milliseconds(200))
      let report = UnlockReport(LogTail(started.run.output), token: unlock.token)
      #expect(report.code != 0)
      #expect(report.after == nil)
      #expect(!report.isSuccess)
      #expect(repository.lockIDs == [lock])
      await started.run.remove()

      // As soon as it is back, the same story goes well.
      try await server.start()
      try await answers(server, app)
      let (code, log, again) = try await cluster.run(try job(.unlockAs(host: "dead"), [lock], app))
      #expect(code == 0, "\(log)")
      #expect(again.isSuccess)
    }
  }

  /// Begins an unlock Job, and stops its script between its first list and its unlock. It is fast: one
  /// that was over by then is begun anew.
  private func stopInTheMiddle(
    _ app: App, _ repository: ResticRepository, _ cluster: LocalCluster
  ) async throws -> (UnlockJob, String, LocalCluster.UnlockPod) {
    for _ in 0..<20 {
      let lock = try await repository.writeLock(of: "dead", pid: 77, age: .seconds(60))
      let unlock = try job(.unlockAs(host: "dead"), [lock], app)
      let started = try await cluster.start(unlock)
      while started.run.isRunning, !started.run.output.contains("begin before") {
        try await Task.sleep(for: .milliseconds(1))
      }
      started.run.send(SIGSTOP, to: "sh")
      // What it had begun goes on to its end.
      let isStill = await holds {
        started.run.processes(named: "restic").allSatisfy { !ProcessTable.isAlive($0) }
      }
      if isStill, repository.lockIDs == [lock], !started.run.output.contains("unlocked") {
        return (unlock, lock, started)
      }
      await started.run.kill()
      await started.run.remove()
    }
    throw KitFault("no unlock was stopped in its middle")
  }

  @Test func `that is not there is not said to be unlocked`() async throws {
    try await with { server, app, repository, cluster in
      let lock = try await repository.writeLock(of: "dead", pid: 77, age: .seconds(60))
      await server.kill()
      let unlock = try job(.unlock, [lock], app)
      let started = try await cluster.start(unlock)
      _ = await started.run.wait(within: .seconds(3))
      await started.run.terminate(grace: .milliseconds(200))
      let report = UnlockReport(LogTail(started.run.output), token: unlock.token)
      #expect(started.run.code != 0, "\(started.run.output)")
      #expect(report.before == nil && report.after == nil && report.unlockCode == nil)
      #expect(!report.isSuccess)
      #expect(repository.lockIDs == [lock])
      await started.run.remove()
    }
  }

  private func job(_ mode: UnlockJob.Mode, _ expected: [String], _ app: App) throws -> UnlockJob {
    try Planned.job(mode, expecting: expected, app: app)
  }

  private func with(
    _ body: (ServedProgram, App, ResticRepository, LocalCluster) async throws -> Void
  ) async throws {
    try await ResticRepository.with { repository in
      let port = try FreePort.take()
      let log = try GuardedFolder()
      let server = ServedProgram(
        ["/usr/bin/rclone", "serve", "restic", "--addr", "127.0.0.1:\(port)", repository.path],
        environment: ["RCLONE_CONFIG": "/dev/null"], log: log.path + "/log")
      var app = App()
      app.address = "rest:http://127.0.0.1:\(port)/"
      do {
        try await server.start()
        try await answers(server, app)
        try await LocalCluster.with(repository, apps: [app]) { [app] cluster in
          try await body(server, app, repository, cluster)
        }
        try await repository.check()
      } catch {
        server.end()
        await log.remove()
        throw error
      }
      server.end()
      await log.remove()
    }
  }

  private func answers(_ server: ServedProgram, _ app: App) async throws {
    let port = Int(app.address.split(separator: ":").last?.dropLast() ?? "") ?? 0
    let isThere = await holds { LoopbackPort.isOpen(port) }
    guard isThere else { throw KitFault("rclone does not serve: \(server.output)") }
  }
}

/// TCP ports of this machine.
enum LoopbackPort {
  static func isOpen(_ port: Int) -> Bool {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = address(port)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withPointer(to: &address) { connect(socket, $0, size) } == 0
  }

  private static func address(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func withPointer<Result>(
    to address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
  ) -> Result {
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
    }
  }
}
