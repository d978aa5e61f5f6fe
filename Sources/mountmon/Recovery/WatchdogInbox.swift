import MountHealthCore
import Synchronization

/// What wakes the watchdog. Few signals wait at a time: the machine has two requests out at most, and
/// changes of mounts are told once until they are looked at.
final class WatchdogInbox: Sendable {
  enum Signal: Sendable {
    case mountsChanged
    case configured(WatchdogSettings)
    case identified(PodSelf)
    case answered(UInt64, RestartAnswer)
    case timer
    case stopping
  }

  let signals: AsyncStream<Signal>
  private let continuation: AsyncStream<Signal>.Continuation
  private let isChangeWaiting = Atomic(false)

  init() {
    (signals, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .unbounded)
  }

  func send(_ signal: Signal) {
    continuation.yield(signal)
  }

  /// May be called from any thread, as often as there are changes.
  func mountsChanged() {
    guard !isChangeWaiting.exchange(true, ordering: .acquiringAndReleasing) else { return }
    continuation.yield(.mountsChanged)
  }

  /// From now on a change is told again; called before the mounts are looked at.
  func takeChange() {
    isChangeWaiting.store(false, ordering: .releasing)
  }

  func close() {
    continuation.finish()
  }
}
