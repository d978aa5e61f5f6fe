package import Pacing

/// Work that gets so much time and no more.
package enum Deadline {
  /// What `work` gives, or what `otherwise` gives at the deadline. `work` is cancelled then, and not
  /// waited for.
  ///
  /// - Parameters:
  ///   - deadline: The instant, by `Tick.now()`.
  ///   - work: What to do.
  ///   - otherwise: What it is where that is not done in time.
  /// - Returns: One of the two.
  package static func race<Result: Sendable>(
    until deadline: Tick, _ work: @escaping @Sendable () async -> Result,
    otherwise: @escaping @Sendable () -> Result
  ) async -> Result {
    let (results, continuation) = AsyncStream.makeStream(
      of: Result.self, bufferingPolicy: .bufferingOldest(1))
    let worker = Task { continuation.yield(await work()) }
    let alarm = Task {
      guard (try? await Task.sleep(for: max(deadline - Tick.now(), .zero))) != nil else { return }
      continuation.yield(otherwise())
    }
    defer {
      worker.cancel()
      alarm.cancel()
    }
    for await result in results { return result }
    return otherwise()
  }
}
