import CLinux
import Glibc
import Synchronization

/// Threads that take probes, as few as the mounts allow.
///
/// A probe that hangs keeps its thread for as long as it hangs; the others are taken by the next
/// thread. There are never more threads than probes that are out, and a few that wait.
final class ProbePool: Sendable {
  private struct State {
    var queue: [ProbeOrder] = []
    var threads = 0
    var waiting = 0
    var isStopped = false
  }

  private enum Next {
    case probe, wait, end
  }

  private let state = Mutex(State())
  private let wakeups: Int32
  private let deliver: @Sendable (Flight, ProbeReport) -> Void

  /// How long queued probes wait for a busy thread before they get one of their own.
  static let patience = Duration.milliseconds(2)
  /// How many threads wait for work at the most; others end.
  private static let maximumWaiting = 4
  /// How many threads are added at a time.
  private static let addedAtOnce = 8

  /// A pool without threads.
  ///
  /// - Parameter deliver: Called with each report, on the thread that made it.
  /// - Throws: The errno, where there is no descriptor left.
  init(
    deliver: @escaping @Sendable (Flight, ProbeReport) -> Void
  ) throws(ErrorNumber) {
    wakeups = try Descriptor(clinux_semaphore()).release()
    self.deliver = deliver
  }

  deinit {
    close(wakeups)
  }

  /// Whether probes wait for a thread.
  var hasBacklog: Bool { state.withLock { !$0.queue.isEmpty } }

  /// Takes orders; returns at once.
  func submit(_ orders: [ProbeOrder]) {
    guard !orders.isEmpty else { return }
    let (needsThread, wakes) = state.withLock { state in
      state.queue += orders
      return (state.threads == 0, state.waiting > 0)
    }
    if wakes { signal(1) } else if needsThread { addThreads(1) }
  }

  /// Gives queued probes threads of their own: to be called when some have waited for `patience`.
  func relieve() {
    let (queued, waiting) = state.withLock { ($0.queue.count, $0.waiting) }
    guard queued > 0 else { return }
    let wanted = min(queued, Self.addedAtOnce)
    signal(min(wanted, waiting))
    if wanted > waiting { addThreads(wanted - waiting) }
  }

  /// Ends the threads that wait; those in a probe end after it.
  func stop() {
    let waiting = state.withLock { state in
      state.isStopped = true
      state.queue = []
      return state.waiting
    }
    signal(waiting)
  }

  private func signal(_ count: Int) {
    guard count > 0 else { return }
    var value = UInt64(count)
    _ = write(wakeups, &value, MemoryLayout<UInt64>.size)
  }

  private func addThreads(_ count: Int) {
    for _ in 0..<count {
      state.withLock { $0.threads += 1 }
      do {
        try startThread { self.work() }
      } catch {
        let refused = state.withLock { state in
          state.threads -= 1
          defer { state.queue = [] }
          return state.queue
        }
        for order in refused {
          deliver(order.flight, ProbeReport(finding: .unable("no thread for a probe: \(error)")))
        }
        return
      }
    }
  }

  private func work() {
    while true {
      while let order = next() {
        // The name tells whoever looks at a stuck process which mount it is stuck on.
        clinux_name_thread(ProbePool.threadName(of: order.flight))
        deliver(order.flight, LiveProbe.run(order))
      }
      let next = state.withLock { state in
        guard state.queue.isEmpty else { return Next.probe }
        guard !state.isStopped, state.waiting < Self.maximumWaiting else {
          state.threads -= 1
          return Next.end
        }
        state.waiting += 1
        return Next.wait
      }
      switch next {
      case .probe: continue
      case .end: return
      case .wait: break
      }
      clinux_name_thread("probe-idle")
      var value: UInt64 = 0
      while read(wakeups, &value, MemoryLayout<UInt64>.size) < 0, errno == EINTR {}
      state.withLock { $0.waiting -= 1 }
    }
  }

  private func next() -> ProbeOrder? {
    state.withLock { $0.queue.isEmpty ? nil : $0.queue.removeFirst() }
  }

  /// What a thread is called while it is on a flight.
  static func threadName(of flight: Flight) -> String {
    // 15 bytes is all that Linux keeps (pthread_setname_np(3)).
    "probe-\(flight.mount % 1_000_000_000)"
  }
}
