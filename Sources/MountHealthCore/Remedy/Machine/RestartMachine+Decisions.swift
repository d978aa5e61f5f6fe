import Pacing
import TimeText

extension RestartMachine {
  /// What is the next step? Asked anew on every turn.
  mutating func decide(at now: Tick) -> Decision {
    guard policy.isEnabled || claim != nil else { return .rest(.disabled(.notEnabled), until: nil) }
    switch identity {
    case .unknown: return .rest(.holding(.starting), until: nil)
    case .notInCluster: return .rest(.disabled(.notInCluster), until: nil)
    case .fault(let words): return .rest(.holding(.identityUnknown(words)), until: nil)
    case .pod(let me): return decide(as: me, at: now)
    }
  }

  private mutating func decide(as me: PodIdentity, at now: Tick) -> Decision {
    if isStopping { return decideStopping(as: me, at: now) }
    if let claim, let asked = claim.asked {
      return confirm(claim, asked: asked, as: me, at: now)
    }
    if let decision = preparePod(as: me, at: now) { return decision }
    if let decision = prepareAccess(as: me, at: now) { return decision }
    if let late = lateWrite, late <= now {
      lateWrite = nil
      record = nil
    }
    if record == nil { return .send(.readRecord(name: recordName), preparing) }
    if let claim, claim.isGivenUp { return withdraw(claim, as: me, at: now) }
    let due = dueMounts(at: now)
    if policy.isEnabled, !due.isEmpty { return advance(for: due, as: me, at: now) }
    attempt = nil
    return decideAtEase(as: me, at: now)
  }

  /// No restart is called for now.
  private mutating func decideAtEase(as me: PodIdentity, at now: Tick) -> Decision {
    if let claim { return withdraw(claim, as: me, at: now) }
    if isWell, let decision = settle(as: me, at: now) { return decision }
    return .rest(peace(at: now), until: nil)
  }

  /// The state in which nothing is to be done.
  func peace(at now: Tick) -> RestartState {
    let asking = mounts.filter(\.wantsRemedy)
    guard let since = asking.compactMap(\.unhealthySince).min() else { return .armed }
    let due = since + policy.restartDelay
    if due <= now { return .acting(.repairing) }
    return .pending(mounts: asking.map(\.label), since: since, due: due)
  }

  /// The state while facts are gathered: what held the restart before is shown until it is known
  /// better.
  var preparing: RestartState {
    switch state {
    case .armed, .pending, .acting(.repairing): .acting(.checking)
    case .disabled: .holding(.starting)
    case .holding, .acting, .waitingForPodToGo, .spent: state
    }
  }

  // MARK: The pod

  /// Looks at the own pod where it is not known, and every few minutes where it is no pod to be
  /// replaced.
  private mutating func preparePod(as me: PodIdentity, at now: Tick) -> Decision? {
    guard let pod else { return .send(.readPod(name: me.name), preparing) }
    guard let trouble = fault(of: pod.facts, as: me) else {
      guard pod.facts?.isTerminating == true else { return nil }
      return look(again: .seconds(30), after: pod, as: me, .waitingForPodToGo, at: now)
    }
    return look(again: Self.longestPause, after: pod, as: me, .holding(trouble), at: now)
  }

  func look(
    again pause: Duration, after pod: PodReading, as me: PodIdentity, _ state: RestartState,
    at now: Tick
  ) -> Decision {
    let due = pod.at + pause
    return due > now ? .rest(state, until: due) : .send(.readPod(name: me.name), state)
  }

  /// Why this pod is none to be replaced.
  private func fault(of facts: PodFacts?, as me: PodIdentity) -> RestartReason? {
    guard let facts else { return .podUnknown(name: me.name) }
    if facts.uid != me.uid { return .podMismatch(expected: me.uid, found: facts.uid) }
    guard policy.strategy != .exit else { return nil }
    guard let owner = facts.owner else { return .barePod }
    return owner.replacesPods ? nil : .unsupportedOwner(kind: owner.kind)
  }

  /// The name of the Lease with the record.
  var recordName: String {
    guard let facts = pod?.facts else { return "" }
    return facts.workload.recordName
  }

  // MARK: Access

  private func prepareAccess(as me: PodIdentity, at now: Tick) -> Decision? {
    switch access {
    case .allowed: return nil
    case .unknown:
      if accessDue <= now { return .send(.reviewAccess(permissions(as: me)), preparing) }
      return .rest(preparing, until: accessDue)
    case .refused(let permissions):
      let state = RestartState.holding(.accessRefused(permissions))
      guard accessDue <= now else { return .rest(state, until: accessDue) }
      return .send(.reviewAccess(self.permissions(as: me)), state)
    }
  }

  /// All that is asked for, whether it is needed or only wished.
  private func permissions(as me: PodIdentity) -> [RestartPermission] {
    let record: [RestartPermission] = [
      .readPods, .readRecord(name: recordName), .createRecord, .updateRecord(name: recordName),
      .createEvents,
    ]
    return switch policy.strategy {
    case .evict: record + [.evict(pod: me.name)]
    case .delete: record + [.evict(pod: me.name), .delete(pod: me.name)]
    case .exit: record
    }
  }

  /// What is missing of what is needed.
  func missing(_ refused: Set<RestartPermission>, as me: PodIdentity) -> [RestartPermission] {
    let evict = RestartPermission.evict(pod: me.name)
    let delete = RestartPermission.delete(pod: me.name)
    return permissions(as: me).filter { permission in
      guard refused.contains(permission) else { return false }
      switch permission {
      case .createEvents: return false
      // A Lease that is there needs no creation; where it is not, creating it is tried.
      case .createRecord: return false
      case .evict: return policy.strategy == .evict || refused.contains(delete)
      case .delete: return refused.contains(evict)
      case .readPods, .readRecord, .updateRecord: return true
      }
    }
  }
}
