import Pacing

@testable import MountHealthCore

/// One mount, an engine, and all that can happen next.
struct EngineStory {
  /// What can happen.
  enum Step: CaseIterable {
    case turn, good, bad, limited, unable
    case hide, mount, unmount
    case ask, remove, add
  }

  var engine: ProbeEngine
  var now = Tick.zero
  var wake = Tick.zero
  /// What is mounted, the topmost last; the table that the engine has says the same.
  var stack: [UInt64] = [2]
  var nextID: UInt64 = 3
  var isWatched = true
  var asksForDirectory = true
  var out: Out?
  var announced = Health.unknown
  var lastGood: Tick?
  var badSigns = 0
  /// Whether the table that was read last fits, and is later than the last good look.
  var tableIsBad = false
  var path: [Step] = []
  let mountPath: MountPath
  let policy: HealthPolicy

  init(successThreshold: Int) throws {
    mountPath = try MountPath("/watched")
    policy = HealthPolicy(
      failureThreshold: 2, successThreshold: successThreshold, startupGrace: .zero,
      flapWindow: .zero)
    engine = ProbeEngine(mounts: [], seed: 1, start: .zero)
    _ = engine.handle(.table(table), at: now)
    _ = take(.ask)
  }

  /// The probe that is out.
  struct Out {
    let flight: Flight
    let launched: Tick
    let sighting: MountSighting
    /// Whether it began on the right mount.
    let sawRight: Bool
    /// Whether its answer comes too late, or to another question than is asked now.
    var isStale = false
  }

  /// What tells two states apart, as seen from now: to a tenth of a second.
  struct Key: Hashable {
    var health: HealthMachine?
    var place: MountPlace?
    var times: [Int64]
    var verdict: Verdict?
    var flags: [Bool]
    var stack: Int
    var badSigns: Int
  }

  var key: Key {
    let watch = engine.watches.first
    let airborne = (watch ?? engine.retired.first)?.airborne
    let ticks = [
      wake, watch?.schedule.nextRound, watch?.schedule.nextExtra, airborne?.deadline,
      watch?.last?.tick, lastGood,
    ]
    return Key(
      health: watch?.health, place: watch?.place,
      times: ticks.map { $0.map { ($0.nanoseconds - now.nanoseconds) / 100_000_000 } ?? 9999 }
        + [(watch?.schedule.extraDelay?.clampedNanoseconds ?? 0) / 100_000_000],
      verdict: watch?.last?.outcome.verdict,
      flags: [
        isWatched, asksForDirectory, airborne?.isLate ?? false, airborne?.isObsolete ?? false,
        airborne?.counts ?? false, out?.sawRight ?? false, out?.isStale ?? false, tableIsBad,
      ],
      stack: stack.count, badSigns: min(badSigns, 3))
  }

  func steps() -> [(state: EngineStory, fault: String?)] {
    Step.allCases.filter(isPossible).map { step in
      var next = self
      let fault = next.take(step)
      return (next, fault.map { "\($0): \(next.path)" })
    }
  }

  private func isPossible(_ step: Step) -> Bool {
    switch step {
    case .turn: wake.nanoseconds < .max
    case .good, .bad, .limited, .unable: out != nil
    case .hide: stack.count == 1
    case .mount: stack.isEmpty
    case .unmount: !stack.isEmpty
    case .ask, .remove: isWatched
    case .add: !isWatched
    }
  }

  private var table: MountTable {
    var entries: [MountEntry] = []
    for (level, id) in ([1] + stack).enumerated() {
      entries.append(
        MountEntry(
          id: id, parentID: level == 0 ? 1 : entries[level - 1].id, deviceMajor: 0,
          deviceMinor: 7, root: "/", isRootDeleted: false,
          mountPoint: level == 0 ? "/" : "/watched", options: [], propagation: .shared,
          fsType: level == 2 ? "nfs4" : "fuse.test", source: "source", superOptions: []))
    }
    return MountTable(entries)
  }

  private var mount: Mount {
    Mount(
      path: mountPath, probe: Probe(.directory, minimumEntries: asksForDirectory ? 0 : 1),
      requirement: .matching(fsType: "fuse.test", source: nil), interval: .seconds(3),
      timeout: .seconds(1), policy: policy)
  }

  /// Lets something happen, and says what is wrong then.
  private mutating func take(_ step: Step) -> String? {
    path.append(step)
    var event = ProbeEngine.Event.turn
    switch step {
    case .turn: now = max(now, wake)
    case .good: event = answer(.seen(bytes: 0), isBad: false)
    case .bad: event = answer(.failed(.read, .inputOutput), isBad: true)
    case .limited: event = answer(.failed(.read, .accessDenied), isBad: false)
    case .unable: event = answer(.unable("no worker"), isBad: false)
    case .hide, .mount:
      stack.append(nextID)
      nextID += 1
      event = .table(table)
    case .unmount:
      stack.removeLast()
      event = .table(table)
    case .ask:
      asksForDirectory.toggle()
      out?.isStale = true
      event = .configured([mount])
    case .remove:
      isWatched = false
      event = .configured([])
    case .add:
      isWatched = true
      out?.isStale = true
      (announced, lastGood, badSigns) = (.unknown, nil, 0)
      event = .configured([mount])
    }
    if case .table = event {
      tableIsBad = stack.count != 1
      if tableIsBad { badSigns += 1 }
    }
    return feed(event)
  }

  private mutating func answer(_ finding: ProbeFinding, isBad: Bool) -> ProbeEngine.Event {
    guard let out else { return .turn }
    self.out = nil
    if case .unable = finding {
      return .answered(out.flight, ProbeReport(finding: finding))
    }
    if isBad || !out.sawRight { badSigns += 1 }
    if case .seen = finding, out.sawRight, !out.isStale { lastGood = now }
    return .answered(
      out.flight, ProbeReport(finding: finding, sighting: out.sighting, latency: .zero))
  }

  private mutating func feed(_ event: ProbeEngine.Event) -> String? {
    let good = engine.watches.first?.verdictCounts[.ok] ?? 0
    let hung = engine.watches.first?.verdictCounts[.hung] ?? 0
    var probes: [ProbeOrder] = []
    for effect in engine.handle(event, at: now) {
      switch effect {
      case .probe(let order): probes.append(order)
      case .announce(let change):
        if change.previous != announced { return "\(change.previous), not \(announced)" }
        announced = change.health
      case .wake(let tick): wake = tick
      case .readTable, .readFuseQueue: break
      }
    }
    if wake <= now { return "it wants to be called again at once" }
    let watch = engine.watches.first
    if watch?.verdictCounts[.hung] ?? 0 > hung {
      // Only a probe that is out, for as long as it may be, is hung.
      out?.isStale = true
      guard let out, now - out.launched >= mount.timeout else { return "hung without a flight" }
      badSigns += 1
    }
    if watch?.verdictCounts[.ok] ?? 0 > good { badSigns = 0 }
    for order in probes {
      if out != nil { return "a second probe is sent" }
      out = Out(
        flight: order.flight, launched: now,
        sighting: MountSighting(path: "/watched", mountID: stack.last ?? 1),
        sawRight: stack.count == 1)
    }
    return fault
  }

  private var fault: String? {
    guard let status = engine.statuses(at: now).first else {
      return isWatched ? "it is not watched" : nil
    }
    if status.health != announced { return "\(status.health) is not announced" }
    if status.wantsRemedy, status.verdict?.weight != .bad { return "a remedy for nothing" }
    switch status.health {
    case .healthy:
      guard let lastGood, now - lastGood < mount.interval + mount.timeout else {
        return "healthy without a good look"
      }
      if tableIsBad, status.isMountPoint != nil { return "healthy, and the table says otherwise" }
    case .unhealthy:
      if badSigns < policy.failureThreshold { return "unhealthy after \(badSigns) signs" }
    case .unknown, .degraded: break
    }
    if let check = status.lastCheck, now - check >= mount.interval + mount.timeout {
      return "\(String(describing: status.verdict)) is out of date"
    }
    return nil
  }
}
