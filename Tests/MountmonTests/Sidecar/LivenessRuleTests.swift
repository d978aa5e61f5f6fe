import Pacing
import Testing

@testable import MountHealthCore
@testable import mountmon

@Suite struct `Liveness` {
  private let start = Tick(nanoseconds: 0)

  private func fault(
    _ setting: Configuration.Liveness = .engine, lastTurn: Duration?, silentSince: Duration? = nil,
    counts: [Health: Int] = [.healthy: 1], after age: Duration
  ) -> String? {
    let vitals = MountMonitor.Vitals(
      lastTurn: lastTurn.map { start + $0 }, workerSilentSince: silentSince.map { start + $0 })
    return LivenessRule(setting: setting, start: start)
      .fault(vitals: vitals, healthCounts: counts, at: start + age)
  }

  @Test func `lasts while the monitor turns`() {
    #expect(fault(lastTurn: .seconds(100), after: .seconds(110)) == nil)
    #expect(fault(lastTurn: .seconds(100), after: .seconds(116)) == "the monitor does not turn")
  }

  @Test func `is granted while the monitor has not begun`() {
    #expect(fault(lastTurn: nil, after: .seconds(10)) == nil)
    #expect(fault(lastTurn: nil, after: .seconds(16)) == "the monitor does not turn")
  }

  @Test func `lasts while a worker may yet be started`() {
    let turn = Duration.seconds(99)
    #expect(fault(lastTurn: turn, silentSince: .seconds(50), after: .seconds(100)) == nil)
    #expect(
      fault(lastTurn: turn, silentSince: .seconds(39), after: .seconds(100))
        == "there is no probe worker")
  }

  @Test func `does not speak of mounts, unless it is told to`() {
    let bad: [Health: Int] = [.unhealthy: 1, .healthy: 2]
    #expect(fault(lastTurn: .seconds(1), counts: bad, after: .seconds(2)) == nil)
    #expect(
      fault(.mounts, lastTurn: .seconds(1), counts: bad, after: .seconds(2))
        == "a mount is unhealthy")
    let uncertain: [Health: Int] = [.degraded: 1, .unknown: 2]
    #expect(fault(.mounts, lastTurn: .seconds(1), counts: uncertain, after: .seconds(2)) == nil)
  }
}
