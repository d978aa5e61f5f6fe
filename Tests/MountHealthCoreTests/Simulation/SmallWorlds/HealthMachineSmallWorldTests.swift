import Pacing
import SimulationKit
import Testing

@testable import MountHealthCore

@Suite struct `Simulation of every small world of the health machine` {
  /// A machine, and what a bystander counts who knows only the rules.
  struct Story: Hashable {
    var machine: HealthMachine
    var now = Tick.zero
    var events: [HealthMachine.Event] = []
    var badRun = 0
    var goodRun = 0
    var failures = 0
    var wasEverGood = false
    var last: Verdict.Weight?
    var falls: [Tick] = []
    /// When the last outcome came, and whether it was within the grace.
    var lastWasInGrace = false
  }

  static let events: [HealthMachine.Event] =
    [Verdict.ok, .slow, .dead].flatMap {
      [HealthMachine.Event.saw($0, counts: true), .saw($0, counts: false)]
    } + [.lapsed]

  static let policies: [HealthPolicy] = {
    var all: [HealthPolicy] = []
    for failures in 1...3 {
      for successes in 1...3 {
        for grace in [0, 3] {
          for window in [0, 6] {
            all.append(
              HealthPolicy(
                failureThreshold: failures, successThreshold: successes,
                startupGrace: .seconds(grace), flapWindow: .seconds(window)))
          }
        }
      }
    }
    return all
  }()

  @Test func `keeps its rules in every order of events`() {
    var states = 0
    var transitions = 0
    for policy in Self.policies {
      var exploration = Exploration<Story, Story>()
      let fault = exploration.run(
        from: Story(machine: HealthMachine(policy: policy, start: .zero)), depth: 9,
        key: { story in
          var key = story
          key.events = []
          return key
        },
        steps: { story in
          // Each event comes a second after the last; the window and the grace are a few events.
          Self.events.map { event in
            var next = story
            let fault = next.take(event)
            return (next, fault)
          }
        })
      #expect(fault == nil, "\(policy): \(fault ?? "")")
      states += exploration.states
      transitions += exploration.transitions
    }
    print("health machine: \(states) states, \(transitions) transitions, 36 policies")
  }
}

extension `Simulation of every small world of the health machine`.Story {
  /// Lets an event happen a second later, and says what is wrong then.
  mutating func take(_ event: HealthMachine.Event) -> String? {
    now = now + .seconds(1)
    events.append(event)
    let before = machine.health
    let effects = machine.handle(event, at: now)
    let health = machine.health
    let policy = machine.policy
    count(event, policy)

    let isFlapping =
      falls.count { now - $0 < policy.flapWindow } >= HealthPolicy.flapCount
    if effects != (before == health ? [] : [.changed(from: before, to: health)]) {
      return "\(effects) from \(before) to \(health): \(events)"
    }
    if machine.isFlapping(at: now) != isFlapping { return "flapping: \(events)" }
    if machine.failureCount != failures { return "\(machine.failureCount) failures: \(events)" }
    if let expected = expectedHealth(isFlapping, after: event), expected != health {
      return "\(health), not \(expected): \(events)"
    }
    return nil
  }

  private mutating func count(_ event: HealthMachine.Event, _ policy: HealthPolicy) {
    guard case .saw(let verdict, let counts) = event else {
      goodRun = 0
      return
    }
    let weight = verdict.weight
    if last == .good, weight != .good, policy.flapWindow > .zero {
      falls = (falls + [now]).suffix(HealthPolicy.flapCount)
    }
    last = weight
    lastWasInGrace = !wasEverGood && weight != .good && now - .zero < policy.startupGrace
    guard weight != .good else {
      wasEverGood = true
      badRun = 0
      failures = 0
      if counts || policy.successThreshold == 1 { goodRun += 1 }
      return
    }
    goodRun = 0
    guard !lastWasInGrace else { return }
    if counts || failures == 0 { failures += 1 }
    if weight == .limited { badRun = 0 } else if counts || badRun == 0 { badRun += 1 }
  }

  /// What the rules say of the health; `nil` where they leave it open.
  private func expectedHealth(
    _ isFlapping: Bool, after event: HealthMachine.Event
  ) -> Health? {
    if event == .lapsed { return .unknown }
    if lastWasInGrace { return .unknown }
    switch last {
    case .bad: return badRun >= machine.policy.failureThreshold ? .unhealthy : .degraded
    case .limited: return .degraded
    case .good:
      if goodRun >= machine.policy.successThreshold { return isFlapping ? .degraded : .healthy }
      return machine.health == .unknown ? .unknown : .degraded
    case nil: return .unknown
    }
  }
}
