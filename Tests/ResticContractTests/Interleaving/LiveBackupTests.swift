import Pacing
import ResticKit
import SimulationKit
import Testing

@testable import ResticUnlock

@Suite(.timeLimit(.minutes(20))) struct `Simulation of a live backup` {
  @Test(arguments: Seeds.upTo(8))
  func `survives all that mountmon does beside it`(_ seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    var settings = LocalCluster.enabled()
    settings.removesFailedJobs = random.chance(0.3)
    settings.unlock.allowsRemoveAll = random.chance(0.3)
    let hasInvalid = settings.unlock.allowsRemoveAll && random.chance(0.5)
    let maps = random.chance(0.5)
    let start = random
    try await ResticRepository.with { repository in
      try await LocalCluster.with(
        repository, apps: BackupWorld.apps, settings: settings, mapsExitCodes: maps
      ) { cluster in
        let world = BackupWorld(cluster, start)
        do {
          try await live(world, hasInvalid: hasInvalid)
        } catch {
          world.fail("\(error)")
        }
        await world.remove()
        print("SEED \(seed)\n  \(world.story.joined(separator: "\n  "))\n \(cluster.modes)")
        #expect(world.violation == nil, "\(Seeds.replay(of: seed))\n\(world.violation ?? "")")
        try await repository.check()
      }
    }
  }

  private func live(_ world: BackupWorld, hasInvalid: Bool) async throws {
    if hasInvalid { try await world.repository.writeInvalidLock() }
    for _ in 0..<16 where world.violation == nil {
      try await world.step()
      try await world.look()
    }
    if world.violation == nil { try await world.calm() }
  }
}
