import Pacing

@testable import MountHealthCore

/// What a world knows of the watch of one mount by its own means: what was delivered, and when.
struct MountRecord {
  let watchStart: Tick
  /// The health that was last announced.
  var announced = Health.unknown
  /// When an answer in time said that all is well, and when its probe had been sent.
  var lastGood: (delivered: Tick, launched: Tick)?
  /// Whether there was trouble since the engine last saw it good.
  var isTroubled = false
  /// Signs of trouble that were given since the last outcome that was not bad, and when the first came.
  var badSigns = 0
  var firstBadSign: Tick?
  /// How many of them came from the mount table.
  var tableSigns = 0
  /// Whether its interval or thresholds were changed since then.
  var isReconfigured = false
  /// When the configuration last asked for fresher outcomes than before.
  var shortened: Tick?
  /// What was seen mounted there by a probe to which all was well with it.
  var remembered: MountIdentity?
  /// Whether a probe ever told where the path leads.
  var placeIsKnown = false
  /// What the last answer offers to keep in mind.
  var offered: MountIdentity?
  /// When the question was last changed.
  var asked: Tick
  /// When a late answer last was a reason to look at once.
  var lateLook: Tick?
  /// When a probe was last sent.
  var lastLaunch: Tick?
  /// Probes that were sent.
  var probes = 0
  /// Extra looks that there was a reason for.
  var reasons = 0
  /// Rounds that there was time for.
  var rounds = 2.0
  var roundsCounted: Tick
  /// The verdicts counted when the mount was last looked at.
  var verdicts: [Verdict: UInt64] = [:]

  init(start: Tick) {
    watchStart = start
    roundsCounted = start
    asked = start
  }

  /// Rounds are never closer than this.
  static func shortestRound(of mount: Mount) -> Duration {
    mount.interval / 10 * 9 - .milliseconds(10)
  }

  /// The most extra looks that an outage without end can lead to: 1 s, 2 s, 4 s, … up to 60 s.
  static let looksPerOutage = 8

  mutating func countRounds(of mount: Mount, until now: Tick) {
    rounds += (now - roundsCounted).inSeconds / Self.shortestRound(of: mount).inSeconds
    roundsCounted = now
  }

  mutating func sawGood(delivered: Tick, launched: Tick) {
    lastGood = (delivered, launched)
  }

  mutating func sawTrouble(at tick: Tick, isFromTable: Bool = false) {
    if !isTroubled { reasons += Self.looksPerOutage }
    isTroubled = true
    badSigns += 1
    if isFromTable {
      tableSigns += 1
      reasons += 1
    }
    firstBadSign = firstBadSign ?? tick
  }

  /// An outcome that was not bad: what is bad from now on has to grow from nothing.
  mutating func endRun(isGood: Bool) {
    if isGood { isTroubled = false }
    badSigns = 0
    tableSigns = 0
    firstBadSign = nil
    isReconfigured = false
  }
}

/// A probe that is out, as the fake prober knows it.
struct FakeFlight {
  let flight: Flight
  let mount: Int
  let launched: Tick
  var deadline: Tick
  /// Where it ended up, as things were when it was sent.
  let sighting: MountSighting
  let identity: MountIdentity?
  var condition: Condition
  /// Which of the answers planned for it is the one that counts.
  var answer = 0
  /// The worker is gone; the thread lets go without an answer.
  var isAbandoned = false
  /// The engine was called at or after the deadline.
  var isLate = false
  /// The question was changed since it was sent.
  var isObsolete = false
  /// Whether it may be no round's probe, or the first round's.
  let isExtra: Bool
  /// Whether the engine was seen to call it hung.
  var wasHung = false
  /// Until when hung rounds were counted as signs of trouble.
  var hungCounted: Tick?
}

extension Flight {
  var text: String { "\(mount)/\(sequence)" }
}

extension Mount {
  /// What matters for its health.
  var story: String {
    "\(path) every \(interval), timeout \(timeout), slow after \(slowAfter ?? timeout), "
      + "thresholds \(policy.failureThreshold) and \(policy.successThreshold), "
      + "grace \(policy.startupGrace), flap window \(policy.flapWindow), \(requirement)"
  }
}
