import K8sClient
import Pacing
import TimeText

@testable import ResticUnlock

extension SmallRepository {
  /// What tells worlds apart: all but the way here, and of the time how long ago the try was claimed.
  struct Key: Hashable {
    struct Replica: Hashable {
      var state: String
      var call: String?
      var pending: Int?
      var created: Int?
      var isGranted: Bool
      var isCalm: Bool
      var locks: [String?]
      var seen: [String]
      var seesMover: Bool
    }

    var replicas: [Replica]
    var outcomes: [String]
    var claimed: Int
    var stray: String?
    var jobs: [Bool?]
    var locks: Set<String>
    var mover: Mover
    var luck: Luck
  }

  var key: Key {
    let claimed = lease.record?.pending.map { machines[0].wall - $0.at } ?? .zero
    return Key(
      replicas: machines.map(\.key), outcomes: lease.outcomes,
      claimed: Int(claimed.components.seconds), stray: strayCall?.words,
      jobs: jobs.sorted { $0.key < $1.key }.map {
        $0.value.isFinished ? nil : $0.value.report != nil
      },
      locks: locks, mover: mover, luck: luck)
  }

  /// Calm weather: what it takes until nothing of the dead is left; or why not.
  func end() -> String? {
    var world = self
    world.luck = Luck(faults: 0, movers: 0, kills: 0)
    if world.mover == .alive { world.make(.moverEnds) }
    if world.strayCall != nil { world.make(.stray) }
    for _ in 0..<400 {
      if world.fault != nil { return world.fault }
      // Of a lock that no mover met since, nobody can know.
      if !world.locks.contains(Self.deadLock), world.machines.allSatisfy({ $0.state == "idle" }) {
        return nil
      }
      let calls = world.machines.indices.filter { world.machines[$0].call != nil }
      if let index = calls.first {
        world.make(.carriedOut(index))
        continue
      }
      for (name, job) in world.jobs where !job.isFinished {
        if job.report == nil { world.make(.jobRuns(name)) }
        world.make(.jobEnds(name))
      }
      world.make(.look(0))
      world.make(.look(1))
      if world.machines.allSatisfy({ $0.call == nil }) { world.make(.time) }
    }
    let states = world.machines.map { "\($0.machine.state)" }
    return "it never ends: \(states) \(world.lease.outcomes) \(world.locks)\n"
      + path.map { "\($0)" }.joined(separator: "\n")
  }
}

extension UnlockTale {
  fileprivate var key: SmallRepository.Key.Replica {
    SmallRepository.Key.Replica(
      state: state, call: call?.words, pending: machine.record?.record.pending?.number,
      created: machine.created, isGranted: machine.isGranted, isCalm: now < machine.calmUntil,
      locks: machine.knowledge.locks.map { $0.id.map { String($0.prefix(8)) } },
      seen: view.unlockJobs.map { "\($0.isFinished)" }, seesMover: view.cluster.pods.count > 2)
  }
}
