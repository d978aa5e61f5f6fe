import Dispatch

/// Wakes a waiting thread.
struct Alarm: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  /// Wakes whoever waits, or the next to do so.
  func ring() {
    semaphore.signal()
  }

  /// Waits for a ring, no longer than that.
  func wait(atMost duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
    _ = semaphore.wait(timeout: .now() + .nanoseconds(max(nanoseconds, 0)))
  }
}
