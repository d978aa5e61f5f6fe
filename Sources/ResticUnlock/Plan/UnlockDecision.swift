import K8sClient
import TimeText

/// Chooses what is to be done about the locks of a repository: the least that helps.
struct UnlockDecision {
  typealias Choice = (UnlockPlan.Action, String)

  let evidence: RepositoryEvidence
  let purpose: UnlockPurpose
  let access: RepositoryAccess
  let settings: UnlockSettings
  let policy: LockPolicy

  private var locks: [LockJudgement] { evidence.locks }
  private func are(_ verdicts: LockVerdict...) -> [LockJudgement] {
    locks.filter { verdicts.contains($0.verdict) }
  }

  mutating func decide() -> Choice {
    if evidence.isListed, locks.isEmpty { return (.nothing, "no lock is left") }
    if let mover = evidence.active.first {
      return (
        .wait(until: nil),
        "\(mover.namespace)/\(mover.name) uses the repository (\(mover.activity)); nothing is "
          + "removed while it may hold a lock"
      )
    }
    if let live = are(.live).first {
      return (.wait(until: nil), "\(live.lock.title) may be held: \(live.reasons.first ?? "")")
    }
    return evidence.isListed ? decideByList() : decideByLog()
  }

  /// One lock is known, or none: by the log of who met it.
  private func decideByLog() -> Choice {
    if let only = locks.first, locks.count == 1, let id = only.lock.id {
      switch only.verdict {
      case .stale where canBecome(only), .dead where canBecome(only):
        return become(only, [id])
      case .stale: return unlock([only], "\(only.lock.title) is stale", id: id)
      case .foreign:
        // Looking at it would tell nothing new before that time.
        if let due = only.staleAt, due > evidence.now {
          return (.wait(until: due), only.description)
        }
      case .dead, .live, .invalid, .unknown: break
      }
    }
    if access.pod == nil, access.secretNames.isEmpty || settings.image == nil {
      // VolSync removes no lock that is younger, so asking it early does no harm and no good.
      let due = locks.compactMap(\.staleAt).max()
      if let due, due > evidence.now {
        return (.wait(until: due), "no pod is left from which to look; a lock is stale by then")
      }
      if due == nil, access.source != nil {
        return (.wait(until: nil), "no pod is left from which to look, and no lock's age is known")
      }
      return ask("no pod is left from which to look") ?? noWay
    }
    return run(.inspect, [], "which locks there are has to be seen first")
  }

  private func decideByList() -> Choice {
    let unclear = are(.foreign, .unknown)
    if let first = unclear.first {
      // Its holder may let go of it any time, and others wait for that; and of one that came while the
      // list was made only the next list tells whose it is.
      let due = unclear.map { min($0.staleAt ?? .latest, $0.lock.lastSeen + policy.relook) }.max()
      // By then, whether the same files are still there has to be seen anew.
      if let due, due <= evidence.now {
        return run(.inspect, [], "whether \(first.lock.title) is still there has to be seen")
      }
      return (.wait(until: due), first.description)
    }
    let removable = are(.stale, .dead)
    if let dead = removable.first(where: canBecome) {
      return become(dead, locks.compactMap(\.lock.id))
    }
    if let stale = removable.first(where: { $0.verdict == .stale }) {
      return unlock(removable, "\(stale.lock.title) is stale", id: nil)
    }
    return decideByForce(removable)
  }

  /// What is left cannot be removed by name: restic cannot read it; or its process has the number that
  /// the first process of every container has, and it only has to grow old.
  private func decideByForce(_ dead: [LockJudgement]) -> Choice {
    let invalid = are(.invalid)
    let title = (invalid.first ?? dead.first)?.lock.title ?? "a lock"
    let due = dead.compactMap(\.staleAt).max()
    // Force is for what no time mends.
    guard !invalid.isEmpty else {
      return (.wait(until: due), "\(title) is dead, and restic can remove it only once it is stale")
    }
    guard settings.allowsRemoveAll else {
      return (
        .refuse,
        "\(title) cannot be read by restic. Only `restic unlock --remove-all` removes it: run it "
          + "by hand while nothing uses the repository, or have unlockJobTemplate.args say so"
      )
    }
    // Whoever lives would have written other files by then.
    let still = locks.filter { $0.verdict == .invalid }.map { $0.lock.firstSeen + policy.stillness }
    if let until = still.max(), until > evidence.now {
      return (.wait(until: until), "\(title) has to be there unchanged for a while first")
    }
    if invalid.contains(where: { $0.lock.stillness < policy.stillness }) {
      return run(.inspect, [], "whether \(title) is still there has to be seen")
    }
    return run(
      .removeAll, locks.compactMap(\.lock.id),
      "\(title) can be removed in no other way, and every lock is dead or cannot be read")
  }

  /// As a host that is dead, restic removes its locks and, as always, those that are stale: also where
  /// its clock would not call them so yet.
  private func become(_ dead: LockJudgement, _ expected: [String]) -> Choice {
    let reason = "the holder of \(dead.lock.title) is gone"
    if settings.prefersVolSync, dead.verdict == .stale, let choice = ask(reason) { return choice }
    return run(.unlockAs(host: dead.lock.host ?? ""), expected, reason)
  }

  /// Whether a Job can pass for the host of a dead lock.
  private func canBecome(_ judgement: LockJudgement) -> Bool {
    guard judgement.isHolderGone, judgement.lock.pid != 1, let host = judgement.lock.host,
      (try? Namespace(host)) != nil
    else { return false }
    return access.pod?[flag: "spec", "hostNetwork"] != true
  }

  private func unlock(_ locks: [LockJudgement], _ reason: String, id: String?) -> Choice {
    let choice = run(.unlock, id.map { [$0] } ?? self.locks.compactMap(\.lock.id), reason)
    guard settings.prefersVolSync || choice.0 == .refuse else { return choice }
    return ask(reason) ?? choice
  }

  private func ask(_ reason: String) -> Choice? {
    guard let source = access.source, source.usesRestic, !source.isPaused,
      let namespace = source.metadata.namespace?.description,
      let name = source.metadata.name?.description
    else { return nil }
    let owner = Mover.Owner(
      kind: .source, namespace: namespace, name: name, uid: source.metadata.uid)
    return (.ask(owner, token: purpose.jobName), "\(reason); VolSync is asked to unlock")
  }

  private func run(_ mode: UnlockJob.Mode, _ expected: [String], _ reason: String) -> Choice {
    let cloning = JobCloning(purpose: purpose, settings: settings)
    if let pod = access.pod {
      guard let job = cloning.job(from: pod, mode: mode, expected: expected) else { return noWay }
      return (.run(job), reason)
    }
    let names = access.secretNames
    guard !names.isEmpty else { return noWay }
    let name = names[max(0, purpose.attempt - 1) % names.count]
    guard let job = cloning.job(secret: name, mode: mode, expected: expected) else { return noWay }
    return (.run(job), "\(reason); no pod is left, so its Secret is taken to be \(name)")
  }

  private var noWay: Choice {
    (
      .refuse,
      "no pod of the failed mover is left to take the way to the repository from, and neither an "
        + "image in unlockJobTemplate nor a ReplicationSource that could be asked is there"
    )
  }
}
