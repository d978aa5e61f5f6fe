import Pacing
import Testing

@testable import K8sClient

@Suite struct `The clock of shells` {
  private static let rests: [(end: Double, rests: [Double])] = [
    (0, [0]), (3, [3]), (5, [5]), (12, [5, 10, 12]), (-1, [-1]),
  ]

  @Test(arguments: rests)
  func `sleeps a slice at a time`(_ end: Double, _ expected: [Double]) async throws {
    var now = Tick.zero
    var rests: [Tick] = []
    try await TickClock.sleep(until: .at(end), now: { now }) { next in
      rests.append(next)
      now = max(now, next)
    }
    #expect(rests == expected.map(Tick.at))
  }

  @Test func `waits for an instant, and ends where the task is cancelled`() async throws {
    let clock = TickClock.continuous
    let end = clock.now() + .milliseconds(20)
    try await clock.sleep(end)
    #expect(clock.now() >= end)
    let far = Task { try await clock.sleep(clock.now() + .seconds(3600)) }
    far.cancel()
    await #expect(throws: CancellationError.self) { try await far.value }
  }
}
