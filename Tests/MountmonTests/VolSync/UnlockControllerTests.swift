import K8sClient
import MountHealthCore
import ResticUnlock
import Testing
import TimeText

@testable import mountmon

@Suite struct `The shell of unlocks` {
  /// The scene's cluster, whose every call fails.
  private static func controller() throws -> UnlockController {
    let doors = UnlockDoors(
      follow: { tell in
        for signal in UnlockScene.beginning() { tell(signal) }
        try? await Task.sleep(for: .seconds(3600))
      },
      carryOut: { _, _, _ in .failed("nobody there") },
      readLog: { _, _, _ in UnlockScene.log },
      writeStatus: { _ in .failed("nobody there") },
      announce: { _ in }, publish: {}, wall: { UnlockScene.start })
    let setting = VolSyncSetting(
      identity: "mountmon-0_1", home: try Namespace("mountmon"), namespaces: [], monitors: nil,
      isDryRun: false)
    let log = Log(
      level: .error, format: .standard(.text), clock: { LogTime(seconds: 0, nanoseconds: 0) }
    ) { _ in }
    return UnlockController(doors, setting, log)
  }

  /// Leads until something holds.
  private static func lead(
    _ controller: UnlockController, until holds: (UnlockPicture) -> Bool
  ) async throws {
    let work = Task { await controller.run() }
    for _ in 0..<3000 where !holds(controller.picture) {
      try await Task.sleep(for: .milliseconds(10))
    }
    work.cancel()
    await work.value
  }

  @Test func `counts on where it leads again`() async throws {
    let controller = try Self.controller()
    try await Self.lead(controller) { $0.counts.detected.values.contains(1) }
    #expect(controller.picture.counts.detected.values.reduce(0, +) == 1)
    #expect(controller.picture.counts.failedCalls > 0)
    #expect(!controller.picture.isSynced, "nothing is known of a cluster that is not followed")

    try await Self.lead(controller) { $0.counts.detected.values.contains(2) }
    #expect(controller.picture.counts.detected.values.reduce(0, +) == 2)
  }
}
