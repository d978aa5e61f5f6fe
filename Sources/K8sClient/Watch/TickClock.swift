public import Pacing

/// The clock by which the shells of this library run: what the time is, and how to wait for a time.
///
/// Tests give one that they move by hand.
public struct TickClock: Sendable {
  /// The present.
  public var now: @Sendable () -> Tick
  /// Waits for an instant; throws `CancellationError` when the task is cancelled before that.
  public var sleep: @Sendable (_ until: Tick) async throws -> Void

  /// A clock.
  ///
  /// - Parameters:
  ///   - now: The present.
  ///   - sleep: Waits for an instant, and throws `CancellationError` when the task is cancelled.
  public init(
    now: @escaping @Sendable () -> Tick,
    sleep: @escaping @Sendable (_ until: Tick) async throws -> Void
  ) {
    self.now = now
    self.sleep = sleep
  }

  /// The system's monotonic clock, which goes on while the machine sleeps: whoever holds something
  /// until a time does not hold it longer for having slept.
  public static let continuous: TickClock = {
    let start = ContinuousClock.now
    return TickClock(
      now: { Tick.zero + start.duration(to: .now) },
      sleep: { tick in
        try await TickClock.sleep(until: tick, now: { Tick.zero + start.duration(to: .now) }) {
          next in
          try await Task.sleep(until: start + (next - .zero), clock: .continuous)
        }
      })
  }()

  /// The longest that is slept at a time.
  static let slice = Duration.seconds(5)

  /// Sleeps a slice at a time: the timer of a sleep that was cancelled lives on to its end, and who waits
  /// for every part of a stream, with a minute's patience, would heap them up.
  static func sleep(
    until end: Tick, now: () -> Tick, _ rest: (Tick) async throws -> Void
  ) async throws {
    var next: Tick
    repeat {
      next = min(end, now() + slice)
      try await rest(next)
    } while next < end
  }

  /// Runs an operation and cancels it at an instant.
  ///
  /// - Parameters:
  ///   - deadline: The instant.
  ///   - operation: What to run; ends soon after its task is cancelled.
  /// - Returns: What it gave; `nil` where it was not done in time.
  func limit<Value: Sendable>(
    until deadline: Tick, _ operation: @escaping @Sendable () async -> Value
  ) async -> Value? {
    await withTaskGroup(of: Value?.self) { group in
      group.addTask { await operation() }
      group.addTask { [sleep] in
        try? await sleep(deadline)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
  }
}
