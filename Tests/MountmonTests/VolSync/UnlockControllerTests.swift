import JSONValue
import K8sClient
import MountHealthCore
import ResticUnlock
import Synchronization
import Testing
import TimeText

@testable import mountmon

@Suite struct `The shell of unlocks` {
  /// The scene's cluster, whose every call fails; its Job is made again when that is said.
  static func controller(
    _ file: [VolSyncMonitor]? = nil, isJobNew: @escaping @Sendable () -> Bool = { false }
  ) throws -> UnlockController {
    let doors = UnlockDoors(
      follow: { tell in
        let monitors = file == nil ? [UnlockScene.monitor()] : []
        for signal in UnlockScene.beginning(monitors: monitors, isLocked: false) { tell(signal) }
        for signal in failure(isJobNew() ? "uid-job-2" : "uid-job") { tell(signal) }
        try? await Task.sleep(for: .seconds(3600))
      },
      carryOut: { _, _, _ in .failed("nobody there") },
      readLog: { _, _, _ in UnlockScene.log },
      writeStatus: { _ in .failed("nobody there") },
      announce: { _ in }, publish: {}, wall: { UnlockScene.start })
    let setting = VolSyncSetting(
      identity: "mountmon-0_1", home: try Namespace("mountmon"), namespaces: [], monitors: file,
      isDryRun: false)
    let log = Log(
      level: .error, format: .standard(.text), clock: { LogTime(seconds: 0, nanoseconds: 0) }
    ) { _ in }
    return UnlockController(doors, setting, log)
  }

  /// A Job, and its pod that failed.
  private static func failure(_ job: String) -> [UnlockHelm.Signal] {
    var made = UnlockScene.job()
    made[value: "metadata", "uid"] = .string(job)
    var pod = UnlockScene.pod("volsync-src-prowlarr-nfs-\(job)")
    pod[value: "metadata", "ownerReferences"] = [
      [
        "apiVersion": "batch/v1", "kind": "Job", "name": "volsync-src-prowlarr-nfs",
        "uid": .string(job), "controller": true,
      ]
    ]
    return [
      .changed(.jobs(.modified(made), scope: "")), .changed(.pods(.added(pod), scope: "")),
    ]
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

  @Test(arguments: [nil, [UnlockScene.monitor()]] as [[VolSyncMonitor]?])
  func `counts on where it leads again, and nothing twice`(
    _ file: [VolSyncMonitor]?
  ) async throws {
    let isJobNew = Atomic(false)
    let controller = try Self.controller(file) { isJobNew.load(ordering: .relaxed) }
    func detected() -> Int { controller.picture.counts.detected.values.reduce(0, +) }

    try await Self.lead(controller) { !$0.repositories.isEmpty && $0.counts.failedCalls > 0 }
    #expect(detected() == 1)
    #expect(controller.picture.counts.failedCalls > 0)
    #expect(!controller.picture.isSynced, "nothing is known of a cluster that is not followed")

    try await Self.lead(controller) { !$0.repositories.isEmpty }
    #expect(detected() == 1, "the same failure is no news")

    isJobNew.store(true, ordering: .relaxed)
    try await Self.lead(controller) { $0.counts.detected.values.reduce(0, +) == 2 }
    #expect(detected() == 2)
  }
}
