import K8sClient
import Pacing
import ResticUnlock
import TimeText

extension UnlockHelm {
  mutating func tell(
    _ key: MonitorKey, _ event: UnlockMonitor.Event, at now: Tick, wall: Timestamp,
    _ deeds: inout [Deed]
  ) {
    guard let effects = seats[key]?.handle(event, at: now, wall: wall) else { return }
    carry(effects, of: key, at: now, wall: wall, &deeds)
  }

  mutating func carry(
    _ effects: [UnlockMonitor.Effect], of key: MonitorKey, at now: Tick, wall: Timestamp,
    _ deeds: inout [Deed]
  ) {
    for effect in effects {
      switch effect {
      case .readLog(let uid, let namespace, let pod, let options):
        deeds.append(.readLog(key, uid, namespace: namespace, pod: pod, options))
      case .send(let repository, let id, let call, _) where !call.isRead && !isReady:
        // Who may have come meanwhile is not known.
        let answer = UnlockAnswer.failed("the cluster is not followed at the moment")
        tell(key, .answered(repository, id, answer), at: now, wall: wall, &deeds)
      case .send(let repository, let id, let call, let deadline):
        deeds.append(.call(key, repository, id, call, deadline: deadline))
      case .tell(let repository, let notice):
        note(notice, of: repository, by: key, at: wall, &deeds)
      }
    }
  }

  private mutating func note(
    _ notice: UnlockNotice, of repository: RepositoryIdentity, by key: MonitorKey,
    at wall: Timestamp, _ deeds: inout [Deed]
  ) {
    if case .detected(let failure) = notice, let owner = failure.owner {
      note(owner, of: repository)
    }
    // What another life has told is not told again, and not counted.
    guard seats[key]?.note(notice, of: repository, at: wall) == true else { return }
    count(notice, of: repository)
    tellStory(.notice(notice, repository), of: key, at: wall, &deeds)
  }

  /// An object that was made again takes the place of the one that is gone.
  private mutating func note(_ owner: Mover.Owner, of repository: RepositoryIdentity) {
    var known = owners[repository] ?? []
    let index = known.firstIndex {
      ($0.kind, $0.namespace, $0.name) == (owner.kind, owner.namespace, owner.name)
    }
    if let index {
      known[index].uid = owner.uid ?? known[index].uid
    } else {
      known.append(owner)
    }
    owners[repository] = known.suffix(16)
    guard owners.count > Self.ownersLimit else { return }
    let present = Set(seats.values.flatMap(\.monitor.machines.keys))
    owners = owners.filter { $0.key == repository || present.contains($0.key) }
  }

  mutating func tellStory(
    _ subject: UnlockTale.Subject, of key: MonitorKey, at wall: Timestamp, _ deeds: inout [Deed]
  ) {
    let regarding: [Mover.Owner] =
      switch subject {
      case .notice(_, let repository): owners[repository] ?? []
      case .rot(let rot): [rot.owner]
      }
    guard let tale = UnlockTale(subject, monitor: key, regarding: regarding) else { return }
    deeds.append(.tell(tale))
    guard tale.level > .debug else { return }
    journal.append(UnlockPicture.Entry(time: wall, level: tale.level, text: tale.text))
    if journal.count > Self.journalLimit { journal.removeFirst() }
  }

  private mutating func count(_ notice: UnlockNotice, of repository: RepositoryIdentity) {
    let owner = owners[repository]?.first
    let object = owner?.name ?? ""
    let subject = UnlockCounts.Subject(
      namespace: owner?.namespace ?? "", app: SecretNames.app(of: object), object: object)
    switch notice {
    case .detected(let failure):
      let own = UnlockCounts.Subject(
        namespace: failure.namespace, app: SecretNames.app(of: failure.owner?.name ?? ""),
        // Jobs of a CronJob have another name each time: a series for each would never end.
        object: failure.owner?.name ?? "")
      counts.detected[.init(subject: own, sign: failure.sign.source.label), default: 0] += 1
    case .made(_, let mode):
      if mode != "inspect" { counts.created[subject, default: 0] += 1 }
    case .ended(let attempt, _) where attempt.mode != "inspect":
      if attempt.outcome == .healed { counts.succeeded[subject, default: 0] += 1 }
      if [.failed, .informed, .lost].contains(attempt.outcome) {
        counts.failed[subject, default: 0] += 1
      }
    case .ended, .began, .removed, .changed: break
    }
  }

  mutating func tellComplaints(at wall: Timestamp, _ deeds: inout [Deed]) {
    let complaints = Set(self.complaints)
    for complaint in complaints.subtracting(toldComplaints).sorted() {
      deeds.append(
        .tell(UnlockTale(.warn, "cannot read all of the cluster", ["error": .string(complaint)])))
    }
    toldComplaints = complaints
  }

  func tellSettings(_ key: MonitorKey, _ deeds: inout [Deed]) {
    for fault in seats[key]?.fault?.faults ?? [] {
      deeds.append(
        .tell(
          UnlockTale(
            .error, "bad settings, nothing is done until they are mended",
            ["monitor": .string(key.description), "error": .string(fault.description)])))
    }
  }
}
