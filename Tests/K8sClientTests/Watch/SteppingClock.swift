import Pacing
import Synchronization

@testable import K8sClient

/// A clock that goes on by itself, from one sleeper's instant to the next, whenever nothing else
/// seems to happen: an hour passes in milliseconds.
final class SteppingClock: Sendable {
  private struct State {
    var now = Tick.at(100)
    var next = 0
    var sleepers: [Int: (until: Tick, continuation: CheckedContinuation<Void, any Error>)] = [:]
    var cancelled: Set<Int> = []
  }

  private let state = Mutex(State())
  /// Whoever sleeps longer than this is not woken: the deadline of a read that has its answer, on a
  /// machine too busy to take it.
  private let longest: Duration

  /// Whoever sleeps for exactly so long is not woken either: the deadline of a call.
  private let ignored: Set<Duration>

  init(longest: Duration = .seconds(1_000_000), ignoring ignored: Set<Duration> = []) {
    self.longest = longest
    self.ignored = ignored
  }

  var now: Tick { state.withLock { $0.now } }

  var clock: TickClock {
    TickClock(now: { self.now }, sleep: { try await self.sleep(until: $0) })
  }

  private func sleep(until: Tick) async throws {
    let id = state.withLock { state in
      state.next += 1
      return state.next
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<Void, any Error>? = state.withLock { state in
          if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
          if until <= state.now { return .success(()) }
          let isIgnored = ignored.contains(until - state.now)
          state.sleepers[id] = (isIgnored ? Tick(nanoseconds: .max) : until, continuation)
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      let sleeper: CheckedContinuation<Void, any Error>? = state.withLock { state in
        if let sleeper = state.sleepers.removeValue(forKey: id) { return sleeper.continuation }
        state.cancelled.insert(id)
        return nil
      }
      sleeper?.resume(throwing: CancellationError())
    }
  }

  /// Goes to the instant of whoever sleeps least.
  private func step() {
    let awake = state.withLock { state in
      guard let first = state.sleepers.values.map(\.until).min(),
        first - state.now <= longest
      else {
        return [CheckedContinuation<Void, any Error>]()
      }
      state.now = max(state.now, first)
      let due = state.sleepers.filter { $0.value.until <= state.now }
      for id in due.keys { state.sleepers[id] = nil }
      return due.values.map(\.continuation)
    }
    for continuation in awake { continuation.resume() }
  }

  /// Runs something while time passes.
  func whilePassing<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        while !Task.isCancelled {
          for _ in 0..<100 { await Task.yield() }
          self.step()
        }
        return nil
      }
      defer { group.cancelAll() }
      while let value = try await group.next() {
        if let value { return value }
      }
      throw CancellationError()
    }
  }
}
