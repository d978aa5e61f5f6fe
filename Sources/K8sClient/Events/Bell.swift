import Synchronization

/// Wakes one waiter. A ring while nobody waits is heard by the next wait.
final class Bell: Sendable {
  private struct State {
    var isRung = false
    var waiter: AsyncStream<Never>.Continuation?
  }

  private let state = Mutex(State())

  /// Wakes the waiter.
  func ring() {
    state.withLock { state in
      state.isRung = true
      state.waiter?.finish()
      state.waiter = nil
    }
  }

  /// Waits for a ring, or until the task is cancelled.
  func wait() async {
    // A stream whose reader was cancelled never gives anything again: one for each wait.
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    let isRung = state.withLock { state in
      if !state.isRung { state.waiter = continuation }
      return state.isRung
    }
    if !isRung { for await _ in stream {} }
    if !Task.isCancelled { state.withLock { $0.isRung = false } }
  }
}
