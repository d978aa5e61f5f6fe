import Pacing
import TimeText

extension RestartMachine {
  /// How long a removal that was agreed to may take to show.
  static let acceptance = Duration.seconds(5)

  /// The claim is there: says what is going to happen, and has the pod removed.
  mutating func remove(
    _ claim: OwnClaim, for due: [MountNeed], as me: PodIdentity, at now: Tick
  ) -> Decision {
    if !claim.isAnnounced {
      self.claim?.isAnnounced = true
      tellRestart(for: due, as: me, at: now)
    }
    self.claim?.asked = now
    self.claim?.askedBy = nextID + 1
    self.claim?.isAccepted = false
    guard policy.strategy != .exit else {
      statistics.restarts[.accepted, default: 0] += 1
      outbox.append(.exit(code: RestartPolicy.exitCode))
      return .again
    }
    let call: RestartCall =
      deletes(claim, as: me)
      ? .delete(name: me.name, uid: me.uid) : .evict(name: me.name, uid: me.uid)
    return .send(call, .acting(.removing))
  }

  private func deletes(_ claim: OwnClaim, as me: PodIdentity) -> Bool {
    guard policy.strategy == .delete else { return false }
    guard !claim.isDeletionNext, case .allowed(let refused) = access else { return true }
    return refused.contains(.evict(pod: me.name))
  }

  /// The pod's removal was asked for: does it go?
  mutating func confirm(
    _ claim: OwnClaim, asked: Tick, as me: PodIdentity, at now: Tick
  ) -> Decision {
    guard policy.strategy != .exit else {
      let again = asked + .seconds(30)
      if again > now { return .rest(.waitingForPodToGo, until: again) }
      self.claim?.asked = nil
      return .again
    }
    guard let pod, pod.request > claim.askedBy else {
      return .send(.readPod(name: me.name), .acting(.confirming))
    }
    guard let facts = pod.facts, facts.uid == me.uid, !facts.isTerminating else {
      return look(again: .seconds(30), after: pod, as: me, .waitingForPodToGo, at: now)
    }
    if claim.isAccepted, now - asked < Self.acceptance {
      let again = min(pod.at + .seconds(1), asked + Self.acceptance)
      if again > now { return .rest(.acting(.confirming), until: again) }
      return .send(.readPod(name: me.name), .acting(.confirming))
    }
    if claim.isAccepted {
      log(.warn, "the API server agreed to remove the pod, and it stays", [])
      _ = failed(.remove, CallFault(.transient, "the pod stays"), at: now)
    }
    self.claim?.asked = nil
    self.claim?.quietFrom = max(claim.quietFrom, now)
    return .again
  }

  /// A removal was not done, or not as far as is known.
  mutating func notRemoved(_ fault: RemovalFault, as me: PodIdentity, at now: Tick) {
    switch fault {
    case .blocked(let message, let retryAfter):
      claim?.asked = nil
      statistics.restarts[.blocked, default: 0] += 1
      let reason = RestartReason.blockedByDisruptionBudget(message)
      let fault = CallFault(.transient, message, retryAfter: retryAfter)
      refused(fault, reason, at: now)
    case .gone:
      // Then there is nothing to be done any more; a look at the pod will show.
      claim?.isAccepted = false
      _ = failed(.remove, CallFault(.rejected, "there is no pod \(me.name)"), at: now)
    case .otherPod:
      claim?.isAccepted = false
      _ = failed(.remove, CallFault(.rejected, "\(me.name) is another pod"), at: now)
    case .unsupported(let words):
      claim?.asked = nil
      statistics.restarts[.refused, default: 0] += 1
      if deleteNext() { return }
      _ = failed(.remove, CallFault(.rejected, words), at: now)
      giveUp(.evictionUnsupported(words), at: now)
    }
  }

  /// The call to remove the pod failed.
  mutating func removalFailed(_ call: RestartCall, _ fault: CallFault, at now: Tick) {
    if fault.mayHaveHappened {
      claim?.mayHaveAsked = true
      claim?.quietFrom = now + Self.afterEffect
    } else {
      claim?.asked = nil
    }
    switch fault.kind {
    case .forbidden:
      statistics.restarts[.refused, default: 0] += 1
      if case .evict = call, deleteNext() { return }
      forgetAccess(at: now)
      _ = failed(.remove, fault, at: now)
      giveUp(.accessRefused([permissionToRemove(by: call)]), at: now)
    case .transient, .rejected:
      statistics.restarts[.failed, default: 0] += 1
      refused(fault, .apiUnavailable("\(call.text): \(fault.words)"), at: now)
    }
  }

  /// The API server agreed to remove the pod.
  mutating func removed() {
    troubles[.remove] = nil
    statistics.restarts[.accepted, default: 0] += 1
    claim?.isAccepted = true
    claim?.mayHaveAsked = true
  }

  /// Goes on to the next try, to deleting in place of evicting, or gives up for now.
  private mutating func refused(_ fault: CallFault, _ reason: RestartReason, at now: Tick) {
    let pause = failed(.remove, fault, at: now)
    log(
      .warn, "the pod was not removed",
      [.init("error", .text(reason.text)), .init("nextTry", .duration(pause.until - now))])
    guard pause.endsBurst else {
      self.pause = Pause(reason: reason, until: pause.until, isShort: true)
      return
    }
    if deleteNext() { return }
    giveUp(reason, until: pause.until)
  }

  /// Has the pod deleted in place of evicted, if that is allowed and was not tried.
  private mutating func deleteNext() -> Bool {
    guard policy.strategy == .delete, let claim, !claim.isDeletionNext,
      case .allowed(let refused) = access, !refused.contains(.delete(pod: claim.claim.pod))
    else { return false }
    self.claim?.isDeletionNext = true
    troubles[.remove]?.tries = 0
    log(.warn, "the pod cannot be evicted, it will be deleted", [])
    return true
  }

  private mutating func giveUp(_ reason: RestartReason, at now: Tick) {
    let bursts = troubles[.remove]?.bursts ?? 1
    let pause = RestartPolicy.betweenBursts.pause(after: max(bursts, 1), using: &generator)
    giveUp(reason, until: now + pause)
  }

  private mutating func giveUp(_ reason: RestartReason, until: Tick) {
    pause = Pause(reason: reason, until: until)
    attempt = nil
    claim?.isGivenUp = true
  }

  private func permissionToRemove(by call: RestartCall) -> RestartPermission {
    guard case .delete(let name, _) = call else {
      if case .evict(let name, _) = call { return .evict(pod: name) }
      return .readPods
    }
    return .delete(pod: name)
  }
}
