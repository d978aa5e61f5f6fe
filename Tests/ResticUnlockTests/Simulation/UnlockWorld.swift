import JSONValue
import K8sClient
import Pacing
import SimulationKit
import TimeText

@testable import ResticUnlock

/// A cluster with VolSync, repositories that several backups and a stranger share, nodes that fall off
/// the net, clocks that are wrong, and two controllers that both think that they lead.
final class UnlockWorld {
  enum Item {
    case sync(Int)
    case mover(String, step: Int)
    case retry(Int, jobUID: String)
    case recreate(Int, jobUID: String)
    case refresh(String)
    case foreign
    case weather
    case look(Int, epoch: Int)
    case alarm(Int, epoch: Int)
    case arrive(Errand)
    case answer(Int, epoch: Int, RepositoryIdentity, UInt64, UnlockAnswer)
    case log(Int, epoch: Int, UID, LogTail?)
    case unlock(String)
    case unlockEnds(String)
    case expire(String)
  }

  struct Errand {
    var replica: Int
    var epoch: Int
    var repository: RepositoryIdentity
    var id: UInt64
    var call: UnlockCall
    var isHeard: Bool
  }

  struct Climate {
    var loss = 0.04
    var refusal = 0.02
    var corruption = 0.08
    var late = 0.04
    var kill = 0.25
    var partition = 0.05
    var crash = 0.03
    var replicas = 2
    var foreigners = true
    var skew = 2400
    var storm = Duration.seconds(3 * 3600)
    /// The number of the call that goes wrong, how, and whether all after it do.
    var sweep: (call: Int, fate: Fate, forEver: Bool)?
  }

  enum Fate: CaseIterable {
    case fine, lost, late, unheard, refused
  }

  struct Lock {
    var id: String
    var host: String
    var pid: Int
    var isExclusive: Bool
    var written: Timestamp
    var holder: String
    var isReadable = true
  }

  struct Source {
    var name: String
    var secret: String
    var jobUID: String?
    var failed = 0
    var status: (result: String, logs: String)?
    var lastSync: Timestamp?
    /// What changes with whatever changes of it.
    var version = 1
    var unlock: String?
    var lastUnlocked: String?
  }

  struct MoverPod {
    var name: String
    var source: Int
    var jobUID: String
    var node: Int
    var began: Timestamp
    var exit: Int?
    var ended: Timestamp?
    var log = ""
    /// What the API knows of it; it lags behind while the node is off the net.
    var isSeenEnded = false
    var isGone = false
  }

  struct UnlockPod {
    var job: Job
    var isFinished = false
    var isFailed = false
    var log: String?
    var hasHealed = false
  }

  struct Replica {
    var monitor: UnlockMonitor
    var epoch: Int
    var alarm: Tick?
  }

  var random: SeededGenerator
  var climate: Climate
  var now = Tick(nanoseconds: 1_000_000_000)
  var agenda = Agenda<Item>()
  var journal = Journal<() -> String>()
  var violation: String?
  var isCalm = false
  var callCount = 0
  var sweptCount = 0
  var eventCount = 0
  var counts: [String: Int] = [:]
  var serial = 0
  var podCache: [String: Pod] = [:]

  var sources: [Source] = []
  var pods: [String: MoverPod] = [:]
  var locks: [String: [Lock]] = [:]
  var living: Set<String> = []
  var nodes: [(isReady: Bool, skew: Duration)] = []
  var unlocks: [String: UnlockPod] = [:]
  var records: [RepositoryIdentity: (json: JSONValue, version: Int)] = [:]
  var replicas: [Replica?] = []
  var epoch = 0
  var settings = MonitorSettings()
  /// The object that both controllers keep their status in.
  var status = MonitorStatus(VolSyncMonitor(json: ["metadata": ["name": "main"], "spec": [:]]))
  var truth = Truth()

  /// What happened, for comparison with what is counted.
  struct Truth {
    var made: Set<String> = []
    var healed: Set<String> = []
    var removed = 0
    var detected: Set<String> = []
  }

  init(seed: UInt64, climate: Climate = Climate()) {
    random = SeededGenerator(seed: seed)
    self.climate = climate
    settings.isEnabled = true
    settings.removesFailedJobs = random.chance(0.8)
    settings.maxConcurrentUnlocks = random.number(1...3)
    settings.unlock.allowsRemoveAll = random.chance(0.5)
    if random.chance(0.3) {
      // VolSync's own unlock goes by age alone: it asks for clocks that are about right.
      self.climate.skew = min(climate.skew, 300)
      settings.unlock.prefersVolSync = true
    }
    for _ in 0..<3 {
      let skew = random.number(-self.climate.skew...self.climate.skew)
      nodes.append((true, .seconds(random.chance(0.5) ? skew : 0)))
    }
    let secrets = ["one", "two"]
    for index in 0..<random.number(1...4) {
      sources.append(Source(name: "app\(index)", secret: random.pick(secrets)))
      plan(.sync(index), in: .seconds(random.number(1...600)))
    }
    for index in 0..<climate.replicas {
      replicas.append(nil)
      beginReplica(index)
    }
    plan(.weather, in: .seconds(60))
    if climate.foreigners { plan(.foreign, in: .seconds(random.number(100...4000))) }
  }

  func note(_ text: @autoclosure @escaping () -> String) { journal.note(text, at: now) }
  func count(_ word: String) { counts[word, default: 0] += 1 }
  func plan(_ item: Item, in duration: Duration) { agenda.plan(item, at: now + duration) }
  func seconds(_ range: ClosedRange<Int>) -> Duration {
    random.time(range.lowerBound * 1000...range.upperBound * 1000)
  }

  func fail(_ words: String) {
    guard violation == nil else { return }
    violation =
      words + "\n" + journal.text { $0() } + "\n  locks: \(locks)\n  states: "
      + replicas.compactMap { $0?.monitor.machines.values.map { "\($0.state)" } }.description
  }

  var wall: Timestamp { Objects.start + (now - .zero) }
  func clock(of node: Int) -> Timestamp { wall + nodes[node].skew }

  func run(for duration: Duration) {
    let end = now + duration
    while violation == nil, let next = agenda.nextTick, next <= end {
      guard let (tick, item) = agenda.next() else { break }
      now = max(now, tick)
      eventCount += 1
      if eventCount > 100_000 { fail("it never rests: \(item)".prefix(300).description) }
      happen(item)
    }
    now = end
  }

  private func happen(_ item: Item) {
    switch item {
    case .sync(let index): sync(index)
    case .mover(let name, let step): proceed(name, step)
    case .retry(let index, let uid): retry(index, uid)
    case .recreate(let index, let uid): recreate(index, uid)
    case .refresh(let holder): refresh(holder)
    case .foreign: foreign()
    case .weather: weather()
    case .look(let index, let epoch): look(index, epoch)
    case .alarm(let index, let epoch):
      guard replicas[index]?.epoch == epoch else { return }
      replicas[index]?.alarm = nil
      tell(index, .tick)
    case .arrive(let errand): arrive(errand)
    case .answer(let index, let epoch, let repository, let id, let answer):
      guard replicas[index]?.epoch == epoch else { return }
      tell(index, .answered(repository, id, answer))
    case .log(let index, let epoch, let uid, let log):
      guard replicas[index]?.epoch == epoch else { return }
      tell(index, log == nil && random.chance(0.5) ? .logFailed(uid) : .log(uid, log))
    case .unlock(let name): runUnlock(name)
    case .unlockEnds(let name):
      unlocks[name]?.isFinished = true
      plan(.expire(name), in: .seconds(3600))
    case .expire(let name): if unlocks[name]?.isFinished == true { unlocks[name] = nil }
    }
  }

  /// A storm, then calm weather: what holders that are dead left must be gone in time.
  func live() {
    run(for: climate.storm)
    isCalm = true
    for index in nodes.indices { bringBack(index) }
    for index in replicas.indices where replicas[index] == nil { beginReplica(index) }
    for _ in 0..<64 {
      run(for: .seconds(1800))
      if violation != nil || deadLocks.isEmpty { break }
    }
    if violation == nil, !deadLocks.isEmpty { fail("a dead holder's lock is still there") }
    if violation == nil { checkCounters() }
  }

  var deadLocks: [Lock] {
    locks.filter { entry in sources.contains { $0.secret == entry.key } }.values.joined()
      .filter { lock in
        !living.contains(lock.holder) && (lock.isReadable || settings.unlock.allowsRemoveAll)
      }
  }
}
