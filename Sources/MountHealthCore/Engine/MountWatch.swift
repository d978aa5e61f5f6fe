import Pacing
import TimeText

/// One mount under watch: its schedule, the probe that is out, what was seen, what it means.
struct MountWatch: Hashable, Sendable {
  /// The number by which flights name this mount.
  let key: UInt32
  /// The mount as it is configured.
  var mount: Mount
  /// What outcomes mean.
  var health: HealthMachine
  /// When to look.
  var schedule: Schedule
  /// The probe that is out.
  var airborne: Airborne?
  /// Whether nothing is heard of whoever should answer.
  var proberIsSilent = false
  /// Where the path leads and what is mounted there.
  var place = MountPlace()
  /// How many tables came since a probe was on a mount that none of them has; `nil`: no probe was.
  var tablesWithout: Int?
  /// The last outcome, and when it was known.
  var last: Sight?
  /// Why the last probe said nothing of the mount, if it did not.
  var inability: String?
  /// Since when the mount has its present health.
  var since: Tick
  /// When the first outcome came that was not good, since the last healthy moment.
  var outageStart: Tick?
  /// Requests in the FUSE queue, read while the mount hung.
  var fuseWaiting: Int?
  var verdictCounts: [Verdict: UInt64] = [:]
  var transitions: [Health: UInt64] = [:]
  var latencies = LatencyHistogram()
  /// What is mounted at the path's very text, while no probe has followed it.
  var guessedMountID: UInt64?
  private var abandonedCount = 0
  private var sequence: UInt32 = 0
  /// Whether its first period is drawn so that many mounts are spread over their interval.
  var spreads = false

  /// How many probes that hang on former mounts are not waited for.
  static let mostAbandoned = 4

  /// How much longer than it says something an outcome is told, where nothing turns the engine.
  static let stallPatience = Duration.seconds(5)

  /// How many tables are waited for to have the mount that a probe was on. In a chroot none may ever:
  /// mountinfo shows only what can be reached by a path.
  static let tablesWaitedFor = 2

  /// A probe that has been sent and not answered.
  struct Airborne: Hashable, Sendable {
    var flight: Flight
    var launched: Tick
    var deadline: Tick
    /// Whether it is a round's probe, or became one's, and not an extra look.
    var counts: Bool
    /// Whether the deadline passed and the mount was called hung for it.
    var isLate = false
    /// Whether the configuration or what is mounted changed meanwhile, so that the answer answers
    /// another question.
    var isObsolete = false
    /// Whether the table changed meanwhile, at a time when nobody knew where the path leads.
    var isOlderThanTable = false
    /// Whether a look was asked for meanwhile.
    var isAskedAgain = false
    /// The mount that the path was on when it was sent; `nil` where nobody knew that.
    var mountID: UInt64?
  }

  /// An outcome, and when it was known.
  struct Sight: Hashable, Sendable {
    var outcome: Outcome
    var tick: Tick
    /// When it says nothing any more.
    var freshUntil: Tick
    /// The mount that the path was on then.
    var mountID: UInt64?
    /// What was told beside it.
    var details: ProbeDetails?
  }

  init(key: UInt32, mount: Mount, start: Tick) {
    self.key = key
    self.mount = mount
    health = HealthMachine(policy: mount.policy, start: start)
    schedule = Schedule(start: start)
    since = start
  }

  /// A new watch of a path whose former watch ended while its probe was out.
  init(reviving former: MountWatch, as mount: Mount, start: Tick) {
    self.init(key: former.key, mount: mount, start: start)
    sequence = former.sequence
    airborne = former.airborne
    airborne?.isObsolete = true
  }

  /// How long the last outcome says something: no healthy mount goes without a look for longer.
  private var freshUntil: Tick? { last?.freshUntil }

  /// When `turn` has to be called at the latest.
  var wake: Tick {
    var wake = freshUntil ?? Tick(nanoseconds: .max)
    guard let airborne else { return min(wake, schedule.due) }
    // While the prober is silent, only what was seen last can lapse.
    guard !proberIsSilent else { return wake }
    if mayAbandon(airborne) { return min(wake, airborne.deadline) }
    wake = min(wake, airborne.isLate ? schedule.nextRound : airborne.deadline)
    return wake
  }

  /// The mount that the path is on, as far as it is known.
  private var mountID: UInt64? { place.entry?.id ?? guessedMountID }

  /// Whether a probe need not be waited for once it is late: it is on a mount that is not there now.
  private func mayAbandon(_ out: Airborne) -> Bool {
    mount.abandonsProbes && out.mountID != mountID && abandonedCount < Self.mostAbandoned
  }

  /// Does what is due.
  mutating func turn(at now: Tick, using generator: inout SeededGenerator) -> [ProbeEngine.Effect] {
    var effects: [ProbeEngine.Effect] = []
    if let out = airborne, !proberIsSilent, out.deadline <= now, mayAbandon(out) {
      airborne = nil
      abandonedCount += 1
      schedule.wantsExtra(at: now)
    }
    if airborne != nil, proberIsSilent {
      // It may be the prober that hangs: the judgement waits until it is heard again.
    } else if let out = airborne {
      let roundIsDue = schedule.nextRound <= now
      // A round that comes due while a probe is out is that probe's.
      let counts = out.counts || roundIsDue
      airborne?.counts = counts
      if !out.isLate, out.deadline <= now {
        airborne?.isLate = true
        effects += judgedHung(since: out.launched, counts: counts, at: now)
      } else if out.isLate, roundIsDue {
        effects += judgedHung(since: out.launched, counts: true, at: now)
      }
      if roundIsDue {
        schedule.beganRound(
          at: now, interval: mount.interval, spreads: false, using: &generator)
      }
    } else if schedule.due <= now {
      effects.append(
        launch(isRound: schedule.nextRound <= now, at: now, using: &generator))
    }
    if let freshUntil, freshUntil <= now {
      effects += record(.lapsed, outcome: nil, at: now)
    }
    return effects
  }

  /// Begins the next round before it is due, if it may.
  mutating func join(at now: Tick, using generator: inout SeededGenerator) -> ProbeEngine.Effect? {
    guard airborne == nil, schedule.mayBeginRound(at: now) else { return nil }
    return launch(isRound: true, at: now, using: &generator)
  }

  private mutating func launch(
    isRound: Bool, at now: Tick, using generator: inout SeededGenerator
  ) -> ProbeEngine.Effect {
    if isRound {
      schedule.beganRound(
        at: now, interval: mount.interval, spreads: spreads && sequence == 0, using: &generator)
    } else {
      schedule.beganExtra()
    }
    sequence &+= 1
    let flight = Flight(mount: key, sequence: sequence)
    airborne = Airborne(
      flight: flight, launched: now, deadline: now + mount.timeout, counts: isRound,
      mountID: mountID)
    return .probe(ProbeOrder(flight: flight, path: mount.path, probe: mount.probe))
  }

  private mutating func judgedHung(
    since launched: Tick, counts: Bool, at now: Tick
  ) -> [ProbeEngine.Effect] {
    let seconds = (now - launched).text(roundedTo: .milliseconds(100))
    var effects = judged(
      Outcome(.hung, "\(mount.path): no answer for \(seconds)"), counts: counts, at: now)
    if let entry = place.entry, entry.isFUSE {
      effects.append(.readFuseQueue(mount: key, connection: entry.deviceMinor))
    }
    return effects
  }

  /// Takes an outcome into account.
  mutating func judged(
    _ outcome: Outcome, counts: Bool, at now: Tick
  ) -> [ProbeEngine.Effect] {
    verdictCounts[outcome.verdict, default: 0] += 1
    inability = nil
    if let latency = outcome.latency { latencies.record(latency) }
    if outcome.verdict != .hung { fuseWaiting = nil }
    if outcome.verdict.weight == .good {
      schedule.sawGood()
    } else {
      outageStart = outageStart ?? now
      schedule.sawTrouble(at: now, interval: mount.interval)
    }
    return record(.saw(outcome.verdict, counts: counts), outcome: outcome, at: now)
  }

  private mutating func record(
    _ event: HealthMachine.Event, outcome: Outcome?, at now: Tick
  ) -> [ProbeEngine.Effect] {
    let previousVerdict = last?.outcome.verdict
    let previous = health.health
    let effects = health.handle(event, at: now)
    last = outcome.map {
      Sight(
        outcome: $0, tick: now, freshUntil: now + mount.interval + mount.timeout,
        mountID: place.entry?.id)
    }
    for case .changed(_, let to) in effects {
      since = now
      transitions[to, default: 0] += 1
    }
    let outage = outageStart.map { now - $0 }
    if health.health == .healthy { outageStart = nil }
    guard !effects.isEmpty || previousVerdict != outcome?.verdict else { return [] }
    return [
      .announce(
        Change(
          label: mount.label, path: mount.path, previous: previous, health: health.health,
          verdict: outcome?.verdict, explanation: outcome?.explanation,
          failureCount: health.failureCount, outage: outage))
    ]
  }
}
