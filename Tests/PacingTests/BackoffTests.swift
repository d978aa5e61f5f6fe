import Pacing
import Testing

@Suite struct `A back-off` {
  @Test func `doubles up to its limit and stays there`() {
    let backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(1), jitter: 0)
    #expect(
      (0...7).map { backoff.limit(after: $0) }
        == [100, 100, 200, 400, 800, 1000, 1000, 1000].map { .milliseconds($0) })
  }

  @Test func `stays in its range whatever chance says`() {
    let backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(1), jitter: 0.5)
    var generator = SeededGenerator(seed: 7)
    var seen: Set<Duration> = []
    for failures in 1...200 {
      let pause = backoff.pause(after: failures, using: &generator)
      #expect(pause <= backoff.limit(after: failures))
      #expect(pause >= backoff.limit(after: failures) / 2)
      seen.insert(pause)
    }
    #expect(seen.count > 150)
  }

  @Test func `survives odd settings`() {
    let backoff = Backoff(initial: .seconds(5), maximum: .seconds(1), jitter: 7)
    var generator = SeededGenerator(seed: 1)
    #expect(backoff.limit(after: .max / 2) == .seconds(5))
    #expect(backoff.pause(after: .min, using: &generator) >= .zero)
  }
}
