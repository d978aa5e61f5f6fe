import JSONValue
import K8sClient
import Pacing
import TimeText

@testable import ResticUnlock

/// One repository with the lock of a dead mover, one mover that may live, two controllers that both
/// think that they lead, and all that can happen next.
struct SmallRepository {
  /// What can happen.
  enum Move: Hashable {
    /// A controller sees what is there.
    case look(Int)
    /// The call of a controller is carried out, and answered.
    case carriedOut(Int)
    /// It is carried out, or not, and no answer comes.
    case unheard(Int), lost(Int)
    /// No answer comes, and it is carried out later.
    case late(Int), stray
    /// An unlock Job begins, does its work, ends.
    case jobRuns(String), jobEnds(String)
    /// Another mover takes its lock, gives it back, or dies on it.
    case moverStarts, moverEnds, moverDies
    /// A controller is killed, and another one takes its place.
    case kill(Int)
    case time
  }

  /// What is left of what may go wrong.
  struct Luck: Hashable {
    var faults = 2
    var movers = 1
    var kills = 1
  }

  struct Job: Hashable {
    var mode: UnlockJob.Mode
    var expected: [String]
    var report: UnlockReport?
    var isFinished = false
  }

  enum Mover: Hashable {
    case none, alive, dead
  }

  static let deadLock = "1a12470f"
  static let liveLock = "22222222"
  static let liveHost = "volsync-src-app-live"

  var machines: [UnlockTale] = []
  var lease = LeaseOfTale()
  /// A call that nobody waits for any more, and that comes through all the same.
  var strayCall: UnlockCall?
  var jobs: [String: Job] = [:]
  var locks: Set<String> = [deadLock]
  var mover = Mover.none
  var luck = Luck()
  var lives = 2
  var path: [Move] = []
  var fault: String?

  init(luck: Luck) {
    self.luck = luck
    machines = [Self.machine(0), Self.machine(1)]
  }

  private static func machine(_ life: Int) -> UnlockTale {
    var tale = UnlockTale("life-\(life)")
    tale.meetsDead()
    return tale
  }

  var moves: [Move] {
    var moves: [Move] = []
    for index in machines.indices {
      if machines[index].call != nil {
        moves.append(.carriedOut(index))
        if luck.faults > 0 { moves += [.unheard(index), .lost(index)] }
        if luck.faults > 0, strayCall == nil { moves.append(.late(index)) }
      }
      moves.append(.look(index))
      if luck.kills > 0 { moves.append(.kill(index)) }
    }
    if strayCall != nil { moves.append(.stray) }
    for (name, job) in jobs.sorted(by: { $0.key < $1.key }) where !job.isFinished {
      moves.append(job.report == nil ? .jobRuns(name) : .jobEnds(name))
    }
    switch mover {
    case .none: if luck.movers > 0 { moves.append(.moverStarts) }
    case .alive: moves += [.moverEnds, .moverDies]
    case .dead: break
    }
    // Time in which a call waits is a fault: calls are carried out at once.
    if luck.faults > 0 || machines.allSatisfy({ $0.call == nil }) { moves.append(.time) }
    return moves
  }

  mutating func make(_ move: Move) {
    path.append(move)
    switch move {
    case .look(let index): look(index)
    case .carriedOut(let index):
      guard let call = machines[index].call else { return }
      answer(index, carryOut(call))
    case .unheard(let index):
      luck.faults -= 1
      guard let call = machines[index].call else { return }
      _ = carryOut(call)
      answer(index, .failed("no answer"))
    case .lost(let index):
      luck.faults -= 1
      answer(index, .failed("no answer"))
    case .late(let index):
      luck.faults -= 1
      strayCall = machines[index].call
      answer(index, .failed("no answer"))
    case .stray:
      if let call = strayCall { _ = carryOut(call) }
      strayCall = nil
    case .jobRuns(let name): run(name)
    case .jobEnds(let name): jobs[name]?.isFinished = true
    case .moverStarts:
      luck.movers -= 1
      mover = .alive
      locks.insert(Self.liveLock)
    case .moverEnds:
      mover = .none
      locks.remove(Self.liveLock)
    case .moverDies: mover = .dead
    case .kill(let index):
      luck.kills -= 1
      let now = machines[index].now
      machines[index] = Self.machine(lives)
      machines[index].now = now
      lives += 1
    case .time:
      if machines.contains(where: { $0.call != nil }) { luck.faults -= 1 }
      for index in machines.indices {
        machines[index].wait(40)
        grant(index)
      }
    }
  }

  private mutating func fail(_ words: String) {
    if fault == nil { fault = "\(words)\n\(path.map { "\($0)" }.joined(separator: "\n"))" }
  }

  // MARK: The controllers

  private mutating func answer(_ index: Int, _ answer: UnlockAnswer) {
    machines[index].answer(answer)
    grant(index)
  }

  private mutating func grant(_ index: Int) {
    if machines[index].machine.wantsPlace { machines[index].tell(.granted(true)) }
  }

  private mutating func look(_ index: Int) {
    let made = jobs.sorted { $0.key < $1.key }.map { name, job in
      var made = K8sClient.Job(json: [
        "metadata": ["name": .string(name), "namespace": "media"]
      ])
      if job.isFinished {
        made[value: "status", "conditions"] = [["type": "Complete", "status": "True"]]
      }
      return made
    }
    let seconds = Int((machines[index].now - .zero).components.seconds)
    let pod =
      switch mover {
      case .none: Pod?.none
      case .alive: Objects.pod(Self.liveHost)
      case .dead: Objects.pod(Self.liveHost, exit: 137, after: seconds)
      }
    machines[index].see { view in
      view.unlockJobs = made
      view.cluster.pods.removeAll { $0.containerHost == Self.liveHost }
      if let pod { view.cluster.pods.append(pod) }
    }
    grant(index)
  }

  // MARK: The cluster

  private mutating func carryOut(_ call: UnlockCall) -> UnlockAnswer {
    switch call {
    case .readRecord, .writeRecord: return lease.answer(call)
    case .create(let unlock):
      guard jobs[unlock.name] == nil else { return .done }
      if jobs.values.contains(where: { !$0.isFinished }) { fail("two unlockers at a time") }
      jobs[unlock.name] = Job(mode: unlock.mode, expected: unlock.expected)
      return .done
    case .readReport(_, let name):
      guard let report = jobs[name]?.report else { return .gone }
      return .report(report)
    case .ask, .removeJob:
      fail("\(call)")
      return .gone
    }
  }

  /// The script, and restic.
  private mutating func run(_ name: String) {
    guard let job = jobs[name] else { return }
    var text = "\(name) begin before\n"
    for id in locks.sorted() {
      let host = id == Self.deadLock ? UnlockTale.deadHost : Self.liveHost
      let written = id == Self.deadLock ? Objects.start : machines[0].wall
      text += "\(name) lock \(Self.whole(id))\n{\"time\": \"\(written.rfc3339())\", "
      text += "\"exclusive\": false, \"hostname\": \"\(host)\", \"pid\": 20}\n"
    }
    text += "\(name) end before\n"
    if let strange = locks.sorted().first(where: { id in
      !job.expected.contains { Self.whole(id).hasPrefix($0) }
    }), job.mode != .inspect {
      text += "\(name) unexpected \(Self.whole(strange))\n\(name) done 75\n"
    } else {
      for id in locks where job.mode != .inspect {
        let host = id == Self.deadLock ? UnlockTale.deadHost : Self.liveHost
        let isStale = id == Self.deadLock && machines[0].wall > Objects.start + .seconds(1800)
        guard isStale || job.mode == .unlockAs(host: host) || job.mode == .removeAll else {
          continue
        }
        if id == Self.liveLock, mover == .alive { fail("removes the lock of a live holder") }
        locks.remove(id)
      }
      if job.mode != .inspect { text += "\(name) unlocked 0\n" }
      text += "\(name) begin after\n"
      for id in locks.sorted() { text += "\(name) lock \(Self.whole(id))\n" }
      text += "\(name) end after\n\(name) done 0\n"
    }
    jobs[name]?.report = UnlockReport(LogTail(text), token: name)
  }

  private static func whole(_ id: String) -> String { id + String(repeating: "0", count: 56) }
}
