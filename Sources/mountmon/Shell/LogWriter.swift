import Dispatch
import Glibc
import MountHealthCore
import Synchronization

/// Writes log lines to a descriptor without ever making a caller wait for it.
///
/// Lines go into a bounded queue; one thread of its own, started by the first line, takes them
/// out. When the reader of the descriptor is stuck the queue fills and further lines are dropped
/// and counted; the next line that gets through comes behind a notice with the count.
///
/// All levels go to one stream, standard output in the program: two streams would lose the order.
/// A reader that is gone costs lines and nothing else.
final class LogWriter: Sendable {
  /// What the writer, its callers and its thread share; the thread keeps it alive.
  private final class Shared: Sendable {
    let descriptor: Int32
    let state: Mutex<State>
    /// Signalled when the thread, having found nothing to do, has something to do.
    let work = DispatchSemaphore(value: 0)

    init(descriptor: Int32, capacity: LogQueue.Capacity) {
      self.descriptor = descriptor
      state = Mutex(State(queue: LogQueue(capacity: capacity)))
    }
  }

  private struct State: Sendable {
    var queue: LogQueue
    var isRunning = false
    var isIdle = false
    var isClosed = false
    var nextWaiter = 0
    var waiters: [Int: Waiter] = [:]

    /// Those whose lines are all written or lost.
    mutating func takeWaitersDone() -> [DispatchSemaphore] {
      let done = waiters.filter { $0.value.target <= queue.finished }
      for key in done.keys { waiters[key] = nil }
      return done.values.map(\.done)
    }
  }

  private struct Waiter: Sendable {
    var target: UInt64
    var done: DispatchSemaphore
  }

  private let shared: Shared
  private let notice: @Sendable (_ dropped: Int) -> [UInt8]

  /// The descriptor stays the caller's to close, after this writer is gone. `notice` makes the
  /// line that tells how many lines were dropped.
  init(
    descriptor: Int32, capacity: LogQueue.Capacity = .standard,
    notice: @escaping @Sendable (_ dropped: Int) -> [UInt8]
  ) {
    shared = Shared(descriptor: descriptor, capacity: capacity)
    self.notice = notice
  }

  deinit {
    shared.state.withLock { state in
      state.isClosed = true
      state.isIdle = false
    }
    shared.work.signal()
  }

  /// How many lines were dropped and not told of yet.
  var dropped: Int { shared.state.withLock(\.queue.dropped) }

  /// Takes a finished line, newline included. Returns at once.
  func write(_ line: [UInt8]) {
    let wakes = shared.state.withLock { state in
      state.queue.add(line, notice: notice)
      return startOrWake(&state)
    }
    if wakes { shared.work.signal() }
  }

  /// Waits until every line taken so far is written or lost, but no longer than `limit`. Blocks
  /// its thread: for the end of a program.
  ///
  /// - Returns: Whether it came to that within the limit.
  @discardableResult
  func flush(within limit: Duration) -> Bool {
    let done = DispatchSemaphore(value: 0)
    let (waiter, wakes) = shared.state.withLock { state -> (Int?, Bool) in
      state.queue.addNotice(notice)
      guard state.queue.finished < state.queue.accepted else { return (nil, false) }
      let waiter = state.nextWaiter
      state.nextWaiter += 1
      state.waiters[waiter] = Waiter(target: state.queue.accepted, done: done)
      return (waiter, startOrWake(&state))
    }
    if wakes { shared.work.signal() }
    guard let waiter else { return true }
    let nanoseconds = limit.wholeNanoseconds
    if done.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .success { return true }
    // Removed by the thread in the meantime: it was done just now.
    return shared.state.withLock { $0.waiters.removeValue(forKey: waiter) == nil }
  }

  /// Whether the thread has to be woken. One that could not be started is tried again with the
  /// next line.
  private func startOrWake(_ state: inout State) -> Bool {
    guard !state.queue.isEmpty else { return false }
    guard state.isRunning else {
      state.isRunning = (try? startThread { [shared] in Self.drain(shared) }) != nil
      return false
    }
    let wasIdle = state.isIdle
    state.isIdle = false
    return wasIdle
  }
}

extension LogWriter {
  /// The thread: takes what waits, writes it, tells those who wait for it.
  private static func drain(_ shared: Shared) {
    var isTorn = false
    while true {
      let (batch, isClosed) = shared.state.withLock { state in
        let batch = state.queue.takeBatch()
        state.isIdle = batch.isEmpty && !state.isClosed
        return (batch, state.isClosed)
      }
      guard !batch.isEmpty else {
        if isClosed { return }
        shared.work.wait()
        continue
      }
      // A line of which only the beginning got through must not run into the next.
      if isTorn { isTorn = LogDescriptor.write([.newline], to: shared.descriptor) == 0 }
      let written = LogDescriptor.write(batch, to: shared.descriptor)
      if written > 0 { isTorn = batch[written - 1] != .newline }
      let lost = batch[written...].count { $0 == .newline }
      let done = shared.state.withLock { state in
        state.queue.finishBatch(lost: lost)
        return state.takeWaitersDone()
      }
      for waiter in done { waiter.signal() }
    }
  }
}

extension Duration {
  /// As far as an `Int` goes.
  fileprivate var wholeNanoseconds: Int {
    let (seconds, attoseconds) = components
    let (product, isTooMuch) = Int(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    return isTooMuch ? (seconds < 0 ? 0 : .max) : max(product + Int(attoseconds / 1_000_000_000), 0)
  }
}
