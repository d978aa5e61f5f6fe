import Foundation
import Synchronization
import Testing

@testable import MountHealthCore

extension Mount {
  /// A real mount that is looked at several times a second.
  fileprivate static func live(
    _ folder: TemporaryFolder, _ change: (inout Mount) -> Void = { _ in }
  ) throws -> Mount {
    var mount = Mount(
      path: try MountPath(folder.path), probe: Probe(.canary(try CanaryPath(".health-check"))),
      interval: .milliseconds(200), timeout: .seconds(5),
      policy: HealthPolicy(startupGrace: .zero, flapWindow: .zero))
    change(&mount)
    return mount
  }
}

@Suite(.timeLimit(.minutes(2))) struct `A mount monitor` {
  private func health(_ monitor: MountMonitor) -> Health? { monitor.statuses().first?.health }

  @Test func `sees a canary go and come back`() async throws {
    let folder = try TemporaryFolder()
    try folder.write("x", to: ".health-check")
    let monitor = try MountMonitor(mounts: [try .live(folder)])
    let changes = monitor.changes()
    async let end: Void = monitor.run()
    #expect(try await eventually { health(monitor) == .healthy })
    try folder.remove(".health-check")
    #expect(try await eventually { health(monitor) == .unhealthy })
    let status = try #require(monitor.statuses().first)
    #expect(status.verdict == .missing)
    #expect(
      status.lastError
        == "open \(folder.path)/.health-check: No such file or directory (ENOENT)")
    try folder.write("x", to: ".health-check")
    #expect(try await eventually { health(monitor) == .healthy })
    #expect(monitor.healthCounts == [.healthy: 1])
    monitor.stop()
    try await end
    var healths: [Health] = []
    for await change in changes { healths.append(change.health) }
    #expect(healths == [.healthy, .degraded, .unhealthy, .healthy])
  }

  @Test func `tells where its mounts are`() async throws {
    let folder = try TemporaryFolder()
    try folder.write("x", to: ".health-check")
    let monitor = try MountMonitor(mounts: [try .live(folder)])
    async let end: Void = monitor.run()
    #expect(try await eventually { monitor.statuses().first?.entry != nil })
    let table = try MountTableFile().read(at: .now())
    #expect(monitor.statuses().first?.entry == table.mount(containing: folder.path))
    monitor.stop()
    try await end
  }

  @Test func `shows that it is alive, and when something became known`() async throws {
    let folder = try TemporaryFolder()
    let monitor = try MountMonitor(mounts: [try .live(folder)])
    #expect(monitor.signsOfLife == MountMonitor.Vitals())
    async let end: Void = monitor.run()
    #expect(try await eventually { monitor.signsOfLife.lastTurn != nil })
    let first = monitor.revision
    #expect(try await eventually { monitor.revision != first })
    #expect(monitor.signsOfLife.workerRestarts == 0)
    monitor.stop()
    try await end
  }

  @Test func `takes a new configuration`() async throws {
    let folders = try (0..<3).map { _ in try TemporaryFolder() }
    for folder in folders { try folder.write("x", to: ".health-check") }
    let monitor = try MountMonitor(mounts: [try .live(folders[0])])
    async let end: Void = monitor.run()
    #expect(try await eventually { health(monitor) == .healthy })
    let since = monitor.statuses().first?.since
    monitor.configure(try folders.map { try .live($0) })
    #expect(try await eventually { monitor.healthCounts == [.healthy: 3] })
    #expect(monitor.statuses().first?.since == since)
    monitor.configure([])
    #expect(try await eventually { monitor.statuses().isEmpty })
    monitor.stop()
    try await end
  }

  @Test func `ends at once when it is stopped, or its task cancelled`() async throws {
    let clock = ContinuousClock()
    for cancels in [true, false] {
      let folder = try TemporaryFolder()
      let monitor = try MountMonitor(mounts: [try .live(folder) { $0.interval = .seconds(3600) }])
      let task = Task { try await monitor.run() }
      #expect(try await eventually { health(monitor) != .unknown })
      let took = try await clock.measure {
        if cancels { task.cancel() } else { monitor.stop() }
        try await task.value
      }
      #expect(took < .seconds(4))
    }
  }

  @Test func `may be stopped before it runs, and more than once`() async throws {
    let monitor = try MountMonitor(mounts: [])
    monitor.stop()
    monitor.stop()
    try await monitor.run()
    monitor.stop()
  }

  @Test func `runs once`() async throws {
    let monitor = try MountMonitor(mounts: [])
    monitor.stop()
    try await monitor.run()
    await #expect(throws: ErrorNumber(rawValue: EALREADY)) { try await monitor.run() }
  }

  @Test func `ends the streams of its readers, the late ones too`() async throws {
    let monitor = try MountMonitor(mounts: [])
    let early = monitor.changes()
    monitor.stop()
    try await monitor.run()
    for await _ in early { Issue.record("a change of nothing") }
    let late = monitor.changes()
    let reader = Task { for await _ in late {} }
    let ended = Mutex(false)
    let watcher = Task {
      await reader.value
      ended.withLock { $0 = true }
    }
    #expect(try await eventually(within: .seconds(5)) { ended.withLock { $0 } })
    watcher.cancel()
    reader.cancel()
  }

  @Test func `tells its end to observers`() async throws {
    let notices = Mutex<[MonitorNotice]>([])
    let monitor = try MountMonitor(mounts: [])
    monitor.observe { notice in notices.withLock { $0.append(notice) } }
    async let end: Void = monitor.run()
    monitor.stop()
    try await end
    #expect(notices.withLock { $0 } == [.stopped])
  }

  @Test func `says nothing of a mount that its worker cannot look at`() async throws {
    let notices = Mutex<[MonitorNotice]>([])
    let folder = try TemporaryFolder()
    let monitor = try MountMonitor(
      mounts: [try .live(folder)], prober: .worker(command: ["/nonexistent"]))
    monitor.observe { notice in notices.withLock { $0.append(notice) } }
    async let end: Void = monitor.run()
    #expect(try await eventually { monitor.signsOfLife.workerSilentSince != nil })
    #expect(health(monitor) == .unknown)
    #expect(monitor.statuses().first?.verdict == nil)
    monitor.stop()
    try await end
    #expect(
      notices.withLock { $0.first }
        == .worker(.startFailed("start /nonexistent: No such file or directory (ENOENT)")))
  }

  @Test(.enabled(if: canMount, "needs the right to mount"))
  func `sees a mount go long before its next round`() async throws {
    let folder = try TemporaryFolder()
    #expect(succeeds("mount", "-t", "tmpfs", "mountmon-test", folder.path))
    defer { succeeds("umount", folder.path) }
    try folder.write("x", to: ".health-check")
    let mount = try Mount.live(folder) { $0.interval = .seconds(3600) }
    let monitor = try MountMonitor(mounts: [mount])
    async let end: Void = monitor.run()
    #expect(try await eventually { health(monitor) == .healthy })
    #expect(monitor.statuses().first?.isMountPoint == true)
    #expect(succeeds("umount", folder.path))
    #expect(try await eventually { monitor.statuses().first?.verdict == .absent })
    #expect(
      monitor.statuses().first?.lastError
        == "\(folder.path): not a mount point, expected tmpfs from mountmon-test")
    #expect(succeeds("mount", "-t", "tmpfs", "mountmon-test", folder.path))
    try folder.write("x", to: ".health-check")
    #expect(try await eventually { health(monitor) == .healthy })
    monitor.stop()
    try await end
  }
}
