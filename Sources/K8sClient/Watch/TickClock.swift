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
      sleep: { tick in try await Task.sleep(until: start + (tick - .zero), clock: .continuous) })
  }()

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
