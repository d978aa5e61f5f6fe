import Pacing
import Testing

@testable import StackDrain

/// A story of a pool in seconds, told to the machine; what it asks for is carried out at once.
private struct Story {
  var machine: PoolMachine
  var stack = StackView()
  var now = Tick.zero
  /// What was asked for, with the second at which it was asked first.
  var said: [String] = []

  init(_ policy: PoolPolicy = PoolPolicy(), mode: StackMode = .full) {
    machine = PoolMachine(policy: policy)
    stack.mode = mode
  }

  var second: Int { Int((now - .zero).components.seconds) }

  mutating func take(_ event: PoolMachine.Event) {
    for effect in machine.handle(event, at: now) {
      switch effect {
      case .drain(let isGone, _):
        guard stack.mode == .full || stack.debts == .none else { continue }
        said.append("\(second) \(isGone ? "fence" : "drain")")
        (stack.mode, stack.debts) = (.poolDegraded, .containers)
        stack.request = nil
      case .resume:
        said.append("\(second) resume")
        stack.upgrades.append(now)
        (stack.mode, stack.debts, stack.request) = (.full, .none, nil)
      case .abandon: said.append("\(second) abandon")
      case .flapped(let count): said.append("\(second) flap \(count)")
      case .changed: break
      }
    }
  }

  /// The pool is this for some seconds.
  mutating func pool(_ state: PoolState, _ peril: Peril = .none, for seconds: Int) {
    take(.judged(PoolJudgement(state: state, peril: peril)))
    for _ in 0..<seconds {
      now = now + .seconds(1)
      take(.stack(stack))
    }
  }
}

@Suite struct `The pool's machine` {
  @Test func `fences at once when the pool is gone, and resumes when it has settled`() {
    var story = Story()
    story.pool(.healthy, for: 10)
    story.pool(.unmounted, .lost, for: 100)
    story.pool(.healthy, for: 100)
    #expect(story.said == ["10 fence", "125 resume"])
  }

  @Test func `drains a pool that hangs once that has lasted`() {
    var story = Story()
    story.pool(.healthy, for: 10)
    story.pool(.stale, .unresponsive, for: 31)
    #expect(story.said == ["40 drain"])
  }

  @Test func `does nothing about flaps but count them`() {
    var story = Story()
    for _ in 0..<5 {
      story.pool(.healthy, for: 20)
      story.pool(.stale, .unresponsive, for: 20)
    }
    story.pool(.healthy, for: 1)
    #expect(story.said == (1...5).map { "\($0 * 40) flap \($0)" })
  }

  @Test func `does not resume in a healthy spell that is too short`() {
    var story = Story(mode: .poolDegraded)
    story.stack.debts = .containers
    for _ in 0..<3 {
      story.pool(.healthy, for: 10)
      story.pool(.stale, .unresponsive, for: 5)
    }
    #expect(story.said.allSatisfy { $0.contains("flap") } && story.said.count >= 3)
  }

  @Test(arguments: [
    [(PoolState.stale, Peril.lost)], [(.stale, .unresponsive)],
    [(.unmounted, .lost), (.degraded, .scarce)], [(.unknown, .none), (.unmounted, .lost)],
  ])
  func `resumes by whatever way the pool came back`(_ way: [(PoolState, Peril)]) {
    var story = Story()
    story.pool(.healthy, for: 10)
    for (state, peril) in way { story.pool(state, peril, for: 100) }
    story.pool(.healthy, for: 100)
    #expect(story.said.last?.hasSuffix("resume") == true)
    #expect(story.machine.state == .steady)
  }

  @Test func `drains when it begins with a pool that is gone already`() {
    var story = Story(mode: .none)
    story.pool(.unmounted, .lost, for: 1)
    #expect(story.said == ["0 fence"])
  }

  @Test func `knows that a hang was worse before`() {
    var story = Story()
    story.pool(.healthy, for: 10)
    story.pool(.stale, .unresponsive, for: 20)
    story.pool(.degraded, .slow, for: 5)
    story.pool(.stale, .unresponsive, for: 31)
    // The settle time of the hang begins anew; the one for slow answers went on.
    #expect(story.said == ["65 drain"])
  }

  @Test func `never drains for a fault that costs nobody data`() {
    var story = Story()
    story.pool(.healthy, for: 10)
    story.pool(.degraded, .limited, for: 10_000)
    #expect(story.said == [])
  }

  @Test func `does nothing while nothing is known`() {
    var story = Story()
    story.pool(.stale, .unresponsive, for: 20)
    story.pool(.unknown, for: 1000)
    #expect(story.said == [])
    story.pool(.stale, .unresponsive, for: 1)
    #expect(story.said == ["1020 drain"])
  }

  @Test func `keeps the cool-down between two upgrades`() {
    var story = Story(PoolPolicy(upgradeAfter: .seconds(1)))
    story.pool(.healthy, for: 1)
    story.pool(.unmounted, .lost, for: 10)
    story.pool(.healthy, for: 5)
    story.pool(.unmounted, .lost, for: 5)
    story.pool(.healthy, for: 100)
    #expect(story.said.filter { $0.contains("resume") } == ["12 resume", "72 resume"])
  }

  @Test func `upgrades no more than some times an hour, and goes on when that is over`() {
    var story = Story(PoolPolicy(upgradeAfter: .seconds(1), upgradesPerHour: 3))
    for _ in 0..<10 {
      story.pool(.unmounted, .lost, for: 100)
      story.pool(.healthy, for: 100)
    }
    #expect(story.said.count { $0.contains("resume") } == 3)
    story.pool(.healthy, for: 3600)
    #expect(story.said.count { $0.contains("resume") } == 4)
  }

  @Test(arguments: [StackMode.local, .none])
  func `leaves alone what a person chose`(_ mode: StackMode) {
    var story = Story(mode: mode)
    story.stack.startMethod = .manual
    story.stack.debts = .containers
    story.pool(.healthy, for: 1000)
    #expect(story.said == [])
    story.stack.request = .resume
    story.pool(.healthy, for: 1)
    #expect(story.said == ["1001 resume"])
  }

  @Test func `upgrades a stack that the boot sequence left without the pool`() {
    var story = Story(mode: .local)
    story.pool(.healthy, for: 100)
    #expect(story.said == ["15 resume"])
  }

  @Test func `leaves what a person drained to that person`() {
    var story = Story(mode: .poolDegraded)
    story.stack.debts = .containers
    story.stack.isDrainedByHand = true
    story.pool(.healthy, for: 1000)
    #expect(story.said == [])
  }

  @Test func `does not come back by itself where that is switched off`() {
    var story = Story(PoolPolicy(upgradesByItself: false))
    story.pool(.unmounted, .lost, for: 10)
    story.pool(.healthy, for: 1000)
    #expect(story.said == ["0 fence"])
  }

  @Test func `does nothing unasked while it is held`() {
    var story = Story()
    story.stack.heldUntil = Tick.zero + .seconds(500)
    story.pool(.healthy, for: 10)
    story.pool(.unmounted, .lost, for: 400)
    #expect(story.said == [])
    story.pool(.unmounted, .lost, for: 100)
    #expect(story.said == ["500 fence"])
  }

  @Test func `stops bringing the stack back when the pool is not healthy any more`() {
    var story = Story(mode: .poolDegraded)
    story.pool(.healthy, for: 1)
    story.stack.activity = .resuming
    story.pool(.healthy, for: 1)
    story.take(.judged(PoolJudgement(state: .degraded, peril: .limited)))
    #expect(story.said.last == "2 abandon")
  }

  @Test func `does not bring back in the middle of a drain`() {
    var story = Story(mode: .poolDegraded)
    story.stack.debts = .containers
    story.stack.activity = .draining
    story.pool(.healthy, for: 100)
    #expect(story.said == [])
    #expect(story.machine.state == .away)
  }
}
