import Pacing
import Testing

@testable import MountHealthCore

/// An engine on a fake clock, with probers that answer as a test tells them, or never.
///
/// At each event it holds the engine to its promises: the wake comes last and lies ahead, and no
/// path has two probes out.
struct EngineBench {
  private(set) var engine: ProbeEngine
  private(set) var now: Tick
  /// What was launched, and how long after the start.
  private(set) var launches: [(at: Duration, order: ProbeOrder)] = []
  private(set) var changes: [(at: Duration, change: Change)] = []
  /// Effects that are neither probes, changes nor wakes.
  private(set) var others: [ProbeEngine.Effect] = []
  private(set) var alarm: Tick
  /// What is read 20 ms after the engine asks for the table; `nil`: nothing.
  var tableOnDemand: MountTable?
  /// How a prober answers; the report's latency is how long that takes. `nil`: it hangs.
  var reply: (ProbeOrder) -> ProbeReport?

  private let start: Tick
  private var out: [Flight: MountPath] = [:]
  private var known: Set<Flight> = []
  private var pending: [(due: Tick, flight: Flight, report: ProbeReport)] = []
  private var tableDue: Tick?
  private var turnsAtOneTick = 0

  init(
    _ mounts: [Mount], seed: UInt64 = 1,
    reply: @escaping (ProbeOrder) -> ProbeReport? = { _ in nil }
  ) {
    start = Tick(nanoseconds: 77_000_000_001)
    now = start
    alarm = start
    engine = ProbeEngine(mounts: mounts, seed: seed, start: start)
    self.reply = reply
  }

  /// Time since the start.
  var elapsed: Duration { now - start }

  /// What is known of the first mount, or of the one at a path.
  func status(_ path: String? = nil) throws -> MountStatus {
    let statuses = engine.statuses(at: now)
    return try #require(
      path == nil ? statuses.first : statuses.first { $0.mount.path.description == path })
  }

  /// When a path was probed, in seconds rounded to a tenth.
  func launchTimes(_ path: String = "/mnt/a") -> [Double] {
    launches.filter { $0.order.path.description == path }.map { $0.at.tenths }
  }

  /// Sends one event.
  @discardableResult
  mutating func send(_ event: ProbeEngine.Event) -> [ProbeEngine.Effect] {
    var effects = engine.handle(event, at: now)
    guard case .wake(let wake)? = effects.popLast() else {
      Issue.record("the last effect is no wake")
      return effects
    }
    #expect(wake > now, "the engine asks to be woken in the past")
    alarm = wake
    if case .answered(let flight, _) = event { out[flight] = nil }
    for effect in effects {
      switch effect {
      case .probe(let order): launched(order)
      case .announce(let change): changes.append((elapsed, change))
      case .readTable:
        others.append(effect)
        if tableOnDemand != nil { tableDue = tableDue ?? now + .milliseconds(20) }
      case .readFuseQueue: others.append(effect)
      case .wake: Issue.record("a wake that is not the last effect")
      }
    }
    return effects
  }

  private mutating func launched(_ order: ProbeOrder) {
    #expect(!out.values.contains(order.path), "a second probe of \(order.path)")
    #expect(known.insert(order.flight).inserted, "a flight's number was used again")
    out[order.flight] = order.path
    launches.append((elapsed, order))
    if let report = reply(order) { pending.append((now + report.latency, order.flight, report)) }
  }

  /// Lets time pass: turns the engine when it asks for it, and answers when it is time.
  mutating func run(for duration: Duration) {
    let end = now + duration
    while true {
      let answer = pending.indices.min { pending[$0].due < pending[$1].due }
      let next = min(alarm, answer.map { pending[$0].due } ?? alarm, tableDue ?? alarm)
      guard next <= end else { break }
      turnsAtOneTick = next <= now ? turnsAtOneTick + 1 : 0
      guard turnsAtOneTick < 100_000 else {
        Issue.record("the engine goes round and round at one tick")
        return
      }
      now = max(now, next)
      if let due = tableDue, due <= now, let table = tableOnDemand {
        tableDue = nil
        send(.table(table))
      } else if let answer, pending[answer].due <= now {
        let due = pending.remove(at: answer)
        send(.answered(due.flight, due.report))
      } else {
        send(.turn)
      }
    }
    now = end
  }

  /// Answers the probe of a path that is out.
  mutating func answer(_ report: ProbeReport, of path: String = "/mnt/a") throws {
    let flight = try #require(out.first { $0.value.description == path }?.key)
    pending.removeAll { $0.flight == flight }
    send(.answered(flight, report))
  }

  func isOut(_ path: String = "/mnt/a") -> Bool { out.values.contains { $0.description == path } }
}

extension Mount {
  /// A mount whose rounds leave room for its extra looks.
  static func sample(
    _ path: String = "/mnt/a", _ change: (inout Mount) -> Void = { _ in }
  ) throws -> Mount {
    var mount = Mount(
      path: try MountPath(path), probe: Probe(.directory), interval: .seconds(300),
      timeout: .seconds(5), policy: HealthPolicy(startupGrace: .zero, flapWindow: .zero))
    change(&mount)
    return mount
  }
}

extension ProbeReport {
  /// All is well, after a millisecond.
  static let good = ProbeReport(finding: .seen(bytes: 3), latency: .milliseconds(1))
  /// The daemon is gone.
  static let dead = ProbeReport(
    finding: .failed(.resolve, .notConnected), latency: .milliseconds(1))
  /// Nobody can look.
  static let unable = ProbeReport(finding: .unable("no worker"), latency: .milliseconds(1))

  /// All is well, and the path led there.
  static func good(at path: String, on mountID: UInt64) -> ProbeReport {
    ProbeReport(
      finding: .seen(bytes: 3), sighting: MountSighting(path: path, mountID: mountID),
      latency: .milliseconds(1))
  }
}

extension Duration {
  /// Seconds, rounded to a tenth.
  var tenths: Double { (inSeconds * 10).rounded() / 10 }
}
