import JSONValue
import K8sClient
import Pacing
import SimulationKit
import TimeText

@testable import ResticUnlock

extension UnlockWorld {
  func beginReplica(_ index: Int) {
    epoch += 1
    let identity = "replica-\(epoch)"
    let seed = random.next()
    let monitor = UnlockMonitor(settings: settings) { name, settings in
      UnlockMachine(monitor: "main", identity: identity, settings: settings, seed: seed)
    }
    replicas[index] = Replica(monitor: monitor, epoch: epoch)
    plan(.look(index, epoch: epoch), in: seconds(1...5))
  }

  /// What informers show, which may be some seconds old by the time that it is acted upon.
  func look(_ index: Int, _ epoch: Int) {
    guard replicas[index]?.epoch == epoch else { return }
    tell(index, .seen(snapshot()))
    noteShown(index)
    plan(.look(index, epoch: epoch), in: isCalm ? seconds(60...85) : seconds(2...120))
  }

  func tell(_ index: Int, _ event: UnlockMonitor.Event) {
    guard violation == nil, var replica = replicas[index] else { return }
    replicas[index] = nil
    let effects = replica.monitor.handle(event, at: now, wall: wall)
    let active = replica.monitor.machines.values.count { $0.isGranted }
    if active > settings.maxConcurrentUnlocks { fail("\(active) unlocks at a time") }
    if let alarm = replica.monitor.alarm, replica.alarm.map({ alarm < $0 }) ?? true {
      replica.alarm = alarm
      agenda.plan(.alarm(index, epoch: replica.epoch), at: max(alarm, now + .milliseconds(1)))
    }
    replicas[index] = replica
    for effect in effects { carryOut(effect, index, replica.epoch) }
  }

  private func carryOut(_ effect: UnlockMonitor.Effect, _ index: Int, _ epoch: Int) {
    switch effect {
    case .readLog(let uid, _, let name, _):
      let log = pods[name].map { LogTail($0.log) }
      let isLost = !isCalm && random.chance(climate.loss)
      plan(.log(index, epoch: epoch, uid, isLost ? nil : log), in: random.time(20...3000))
    case .send(let repository, let id, let call, let deadline):
      callCount += 1
      note("replica \(index) call \(call)")
      send(call, repository, id, index, epoch, deadline)
    case .tell(let repository, let notice):
      note("replica \(index): \(notice)")
      compare(notice, of: repository)
      switch notice {
      case .detected(let failure):
        if failure.jobName.hasPrefix(OwnJob.namePrefix) { fail("takes its own Job for a mover") }
      case .ended(let attempt, _): count("\(attempt.outcome)")
      case .removed: count("removed")
      case .changed(.givenUp): count("given up")
      case .changed(.refused): count("refused")
      case .began, .made, .changed: break
      }
    }
  }

  private func send(
    _ call: UnlockCall, _ repository: RepositoryIdentity, _ id: UInt64, _ index: Int, _ epoch: Int,
    _ deadline: Tick
  ) {
    var fate = Fate.fine
    if let sweep = climate.sweep {
      if callCount == sweep.call || (sweep.forEver && !isCalm && callCount > sweep.call) {
        fate = sweep.fate
        sweptCount += 1
      }
    } else if !isCalm {
      if random.chance(climate.loss) { fate = random.pick([.lost, .unheard]) }
      if random.chance(climate.late) { fate = .late }
      if random.chance(climate.refusal) { fate = .refused }
    }
    if fate == .refused {
      let answer = Item.answer(index, epoch: epoch, repository, id, .refused("no quota"))
      return plan(answer, in: random.time(5...500))
    }
    let errand = Errand(
      replica: index, epoch: epoch, repository: repository, id: id, call: call,
      isHeard: fate == .fine)
    switch fate {
    case .fine, .unheard: plan(.arrive(errand), in: random.time(5...4000))
    case .late: plan(.arrive(errand), in: random.time(5000...70_000))
    case .lost, .refused: break
    }
    if fate != .fine {
      let pause = max(.milliseconds(1), deadline - now)
      let answer = Item.answer(index, epoch: epoch, repository, id, .failed("no answer"))
      if random.chance(0.7) { plan(answer, in: pause) }
    }
  }

  func arrive(_ errand: Errand) {
    let answer = execute(errand.call, errand.repository)
    guard errand.isHeard else { return }
    plan(
      .answer(errand.replica, epoch: errand.epoch, errand.repository, errand.id, answer),
      in: random.time(1...500))
  }

  private func execute(_ call: UnlockCall, _ repository: RepositoryIdentity) -> UnlockAnswer {
    switch call {
    case .readRecord:
      guard let found = records[repository] else { return .record(nil, version: nil) }
      guard let record = UnlockRecord(found.json) else {
        fail("its own record is refused: \(found.json)")
        return .gone
      }
      return .record(record, version: String(found.version))
    case .writeRecord(let record, let version):
      let found = records[repository]?.version
      guard version == found.map(String.init) else { return .conflict }
      serial += 1
      records[repository] = (record.json, serial)
      return .written(version: String(serial))
    case .create(let unlock): return create(unlock)
    case .ask(let owner, let token, let version): return ask(owner, token, version)
    case .readReport(_, let name):
      guard let log = unlocks[name]?.log else { return .gone }
      return .report(UnlockReport(LogTail(log), token: name))
    case .removeJob(_, _, let uid):
      guard let index = sources.firstIndex(where: { $0.jobUID == uid.description }) else {
        return .conflict
      }
      if pods.values.contains(where: { $0.jobUID == uid.description && $0.exit == nil }) {
        fail("removes a Job whose pod runs")
      }
      truth.removed += 1
      recreate(index, uid.description)
      return .done
    }
  }

  private func create(_ unlock: UnlockJob) -> UnlockAnswer {
    guard unlocks[unlock.name] == nil else { return .done }
    do { _ = try Job(checking: unlock.job.json) } catch { fail("no Job: \(error)") }
    let label = unlock.job.metadata.labels[OwnJob.repositoryLabel]
    let others = unlocks.values.filter {
      !$0.isFinished && $0.job.metadata.labels[OwnJob.repositoryLabel] == label
    }
    if !others.isEmpty { fail("two unlockers of one repository") }
    unlocks[unlock.name] = UnlockPod(job: unlock.job)
    count(unlock.mode.word)
    if !isCalm, random.chance(0.05) {
      unlocks[unlock.name]?.isFailed = true
      plan(.unlockEnds(unlock.name), in: .seconds(600))
    } else {
      plan(.unlock(unlock.name), in: seconds(1...30))
    }
    return .done
  }

  /// The script, with restic's own rules for what is stale.
  func runUnlock(_ name: String) {
    guard let pod = unlocks[name], let container = pod.job.template.containers.first,
      case .secret(let secret, _, _)? = container.variable("RESTIC_PASSWORD")?.source
    else { return fail("an unlock Job without a password") }
    let mode = container.variable(UnlockScript.mode)?.value ?? ""
    let expected = container.variable(UnlockScript.expected)?.value?.split(separator: " ") ?? []
    let clock = clock(of: random.number(0...2))
    let all = locks[secret] ?? []
    var text = "\(name) begin before\n"
    for lock in all {
      text += "\(name) lock \(lock.id)\n"
      guard lock.isReadable else {
        text += "\(name) unreadable \(lock.id)\n"
        continue
      }
      text +=
        "{\n  \"time\": \"\(lock.written.rfc3339(fractionDigits: 3))\",\n"
      text += "  \"exclusive\": \(lock.isExclusive),\n  \"hostname\": \"\(lock.host)\",\n"
      text += "  \"username\": \"\",\n  \"pid\": \(lock.pid)\n}\n"
    }
    text += "\(name) end before\n"
    let strange = all.filter { lock in !expected.contains { lock.id.hasPrefix($0) } }
    if mode != "inspect", !strange.isEmpty {
      text += "\(name) unexpected \(strange[0].id)\n\(name) done 75\n"
      unlocks[name]?.isFailed = true
    } else {
      if mode != "inspect" {
        let host = pod.job.template.hostname ?? "other"
        for lock in all {
          let isStale = clock - lock.written > .seconds(1800)
          let isGone = isStale || (lock.host == host && lock.pid != 1)
          guard mode == "remove-all" || (lock.isReadable && isGone) else { continue }
          if living.contains(lock.holder) { fail("removes a live lock: \(lock)") }
          locks[secret]?.removeAll { $0.id == lock.id }
          count("lock removed")
        }
        text += "\(name) unlocked 0\n"
      }
      text += "\(name) begin after\n"
      unlocks[name]?.hasHealed = locks[secret]?.isEmpty ?? true
      for lock in locks[secret] ?? [] { text += "\(name) lock \(lock.id)\n" }
      text += "\(name) end after\n\(name) done 0\n"
    }
    unlocks[name]?.log = text
    plan(.unlockEnds(name), in: seconds(1...5))
  }
}
