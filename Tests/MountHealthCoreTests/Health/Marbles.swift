import Pacing
import Testing

@testable import MountHealthCore

/// Plays a story to a health machine, one character a round, and tells the health after each.
///
/// In: `.` good, `x` bad, `l` limited; `g`, `e` and `m` the same as extra looks that do not count;
/// a space is a round without any outcome, `~` a lapse. Out: `?` unknown, `H` healthy, `d` degraded,
/// `u` unhealthy; upper case where a change was told: `U`, `D`, `H`, and `!` for unknown.
struct Marbles {
  var machine: HealthMachine
  private var tick: Tick
  private let round: Duration

  init(
    threshold: Int = 3, successes: Int = 1, grace: Duration = .zero, flapWindow: Duration = .zero,
    round: Duration = .seconds(30)
  ) {
    // Any start but zero, so that nothing rests on it.
    tick = Tick(nanoseconds: 123_456_789_000)
    self.round = round
    machine = HealthMachine(
      policy: HealthPolicy(
        failureThreshold: threshold, successThreshold: successes, startupGrace: grace,
        flapWindow: flapWindow),
      start: tick)
  }

  /// Plays on.
  mutating func play(_ story: String) -> String {
    var healths = ""
    for marble in story {
      let before = machine.health
      var effects: [HealthMachine.Effect] = []
      if let event = Self.event(of: marble) { effects = machine.handle(event, at: tick) }
      let changed = machine.health != before
      #expect(
        effects == (changed ? [.changed(from: before, to: machine.health)] : []),
        "at \(marble) in \(story)")
      healths += Self.letter(of: machine.health, changed: changed)
      tick = tick + round
    }
    return healths
  }

  private static func event(of marble: Character) -> HealthMachine.Event? {
    switch marble {
    case ".": .saw(.ok, counts: true)
    case "x": .saw(.dead, counts: true)
    case "l": .saw(.full, counts: true)
    case "g": .saw(.ok, counts: false)
    case "e": .saw(.hung, counts: false)
    case "m": .saw(.slow, counts: false)
    case "~": .lapsed
    default: nil
    }
  }

  private static func letter(of health: Health, changed: Bool) -> String {
    switch health {
    case .unknown: changed ? "!" : "?"
    case .healthy: changed ? "H" : "h"
    case .degraded: changed ? "D" : "d"
    case .unhealthy: changed ? "U" : "u"
    }
  }
}
