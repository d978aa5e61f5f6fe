import Pacing
import ResticKit
import SimulationKit
import Testing

@testable import ResticUnlock

@Suite(.timeLimit(.minutes(20))) struct `A live backup` {
  struct Ending {
    var seed: UInt64
    var modes: [String]
    var violation: String?
  }

  @Test func `survives all that mountmon does beside it`() async throws {
    let seeds = Seeds.upTo(8)
    var counts: [String: Int] = [:]
    try await withThrowingTaskGroup(of: Ending.self) { group in
      var rest = seeds[...]
      // Eight at a time: the machine is to be busy, not to stand still.
      for seed in rest.prefix(8) { group.addTask { try await Self.live(seed) } }
      rest = rest.dropFirst(8)
      while let ending = try await group.next() {
        if let seed = rest.popFirst() { group.addTask { try await Self.live(seed) } }
        for mode in ending.modes { counts[mode, default: 0] += 1 }
        #expect(
          ending.violation == nil,
          "\(Seeds.replay(of: ending.seed))\n\(ending.violation ?? "")")
      }
    }
    // No empty worlds.
    for mode in ["as-host", "inspect", "unlock"] where seeds == Array(1...8) {
      #expect(counts[mode, default: 0] > 0, "\(counts)")
    }
  }

  private static func live(_ seed: UInt64) async throws -> Ending {
    var random = SeededGenerator(seed: seed)
    var settings = LocalCluster.enabled()
    settings.removesFailedJobs = random.chance(0.3)
    settings.unlock.allowsRemoveAll = random.chance(0.3)
    let hasInvalid = settings.unlock.allowsRemoveAll && random.chance(0.5)
    let hasOld = random.chance(0.4)
    let maps = random.chance(0.5)
    var ending = Ending(seed: seed, modes: [])
    try await ResticRepository.with { repository in
      try await LocalCluster.with(
        repository, apps: BackupWorld.apps, settings: settings, mapsExitCodes: maps
      ) { cluster in
        let world = BackupWorld(cluster, random)
        do {
          if hasInvalid { try await repository.writeInvalidLock() }
          if hasOld { try await repository.writeLock(of: "ghost", pid: 9, age: .seconds(3600)) }
          for _ in 0..<18 where world.violation == nil {
            try await world.step()
            try await world.look()
          }
          if world.violation == nil { try await world.calm() }
          if world.violation == nil { try await repository.check() }
        } catch {
          world.fail("\(error)")
        }
        await world.remove()
        ending.modes = cluster.modes
        ending.violation = world.violation
      }
    }
    return ending
  }
}
