import Synchronization

/// What the helm is told, until it has time to hear it. What the cluster tells is as much as it holds;
/// answers are as many as there are calls.
final class UnlockInbox: Sendable {
  private struct State {
    var queue: [UnlockHelm.Signal] = []
    var isStopping = false
  }

  /// Rings when there is something to take.
  let bell: AsyncStream<Void>
  private let ringer: AsyncStream<Void>.Continuation
  private let state = Mutex(State())

  init() {
    (bell, ringer) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Takes a signal in. May be called from any thread.
  func send(_ signal: UnlockHelm.Signal) {
    state.withLock { state in
      if case .stopping = signal { state.isStopping = true } else { state.queue.append(signal) }
    }
    ringer.yield()
  }

  /// All that waits; `nil` where it is to end.
  func takeAll() -> [UnlockHelm.Signal]? {
    state.withLock { state in
      guard !state.isStopping else { return nil }
      defer { state.queue = [] }
      return state.queue
    }
  }
}
