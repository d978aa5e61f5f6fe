import K8sClient
import TimeText

@testable import ResticUnlock

extension UnlockWorld {
  /// VolSync is told to unlock: the pod template changes, so a Job that is there is made anew.
  func ask(_ owner: Mover.Owner, _ token: String, _ version: ResourceVersion?) -> UnlockAnswer {
    guard let index = sources.firstIndex(where: { $0.name == owner.name }) else { return .gone }
    guard version?.description == String(sources[index].version) else { return .conflict }
    sources[index].unlock = token
    sources[index].version += 1
    count("ask")
    if let uid = sources[index].jobUID { recreate(index, uid) }
    return .done
  }

  /// A mover that was told to unlocks by age, whoever holds the lock.
  func unlockAsAsked(_ pod: MoverPod, _ secret: String) {
    let source = sources[pod.source]
    guard let token = source.unlock, token != source.lastUnlocked else { return }
    let clock = clock(of: pod.node)
    for lock in locks[secret] ?? []
    where lock.isReadable && clock - lock.written > .seconds(1800) {
      if living.contains(lock.holder), climate.skew <= 300 {
        fail("VolSync was asked, and removes a live lock: \(lock)")
      }
      locks[secret]?.removeAll { $0.id == lock.id }
      count("asked and removed")
    }
  }

  /// Which Jobs a controller that lives has seen.
  func noteShown(_ index: Int) {
    let known = Set(replicas[index]?.monitor.machines.keys.map(\.hash) ?? [])
    for (name, unlock) in unlocks {
      guard let label = unlock.job.metadata.labels[OwnJob.repositoryLabel], known.contains(label),
        unlock.job.metadata.annotations["homelab.rafaribe.com/mode"] != "inspect"
      else { continue }
      truth.made.insert(name)
    }
  }

  /// What is told has to be so.
  func compare(_ notice: UnlockNotice, of repository: RepositoryIdentity) {
    status.note(notice, of: repository, at: wall)
    switch notice {
    case .detected(let failure):
      truth.detected.insert(failure.jobUID.map { "job:\($0)" } ?? failure.key)
    case .ended(let attempt, _) where attempt.outcome == .healed && attempt.mode != "ask":
      // A Job is gone an hour after its end, and was healed then.
      if let unlock = unlocks[attempt.job], !unlock.hasHealed, unlock.mode != "inspect" {
        fail("says that \(attempt.job) left no lock, and it did")
      }
      truth.healed.insert(attempt.job)
    case .made, .began, .ended, .removed, .changed: break
    }
  }

  func checkCounters() {
    let monitor = status.monitor
    let counts = VolSyncMonitor.Counter.allCases.map { "\($0.rawValue) \(monitor[$0])" }
    let made = monitor[.unlocksCreated]
    if made != truth.made.count { fail("\(counts), made \(truth.made.count)") }
    if monitor[.lockErrorsDetected] != truth.detected.count {
      fail("\(counts), detected \(truth.detected.count)")
    }
    if monitor[.unlocksSucceeded] + monitor[.unlocksFailed] > made { fail("\(counts)") }
    if monitor[.unlocksSucceeded] > truth.healed.count {
      fail("\(counts), healed \(truth.healed.count)")
    }
    if monitor[.failedJobsRemoved] > truth.removed { fail("\(counts), removed \(truth.removed)") }
  }
}

extension UnlockWorld.UnlockPod {
  var mode: String { job.metadata.annotations["homelab.rafaribe.com/mode"] ?? "" }
}
