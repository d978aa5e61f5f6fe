import MountHealthCore
import Pacing

/// Work that gets so much time and no more.
enum TimeLimit {
  /// What a late answer is late by.
  static let afterwards = Duration.milliseconds(100)

  /// What `work` gives, or `otherwise` at the deadline. `work` is cancelled then, and not waited for.
  static func race<Result: Sendable>(
    until deadline: Tick, otherwise: Result, _ work: @escaping @Sendable () async -> Result
  ) async -> Result {
    let (results, continuation) = AsyncStream.makeStream(
      of: Result.self, bufferingPolicy: .bufferingOldest(1))
    let worker = Task { continuation.yield(await work()) }
    let alarm = Task {
      guard (try? await Task.sleep(for: max(deadline - Tick.now(), .zero))) != nil else { return }
      continuation.yield(otherwise)
    }
    defer {
      worker.cancel()
      alarm.cancel()
    }
    for await result in results { return result }
    return otherwise
  }
}
