import MountHealthCore
import Pacing
import Synchronization

/// One alarm at a time: a machine says when it wants to be asked again.
final class TickTimer: Sendable {
  private let ring: @Sendable () -> Void
  private let alarm = Mutex<(due: Tick, task: Task<Void, Never>)?>(nil)

  /// - Parameter ring: Called at the tick; returns at once.
  init(_ ring: @escaping @Sendable () -> Void) {
    self.ring = ring
  }

  /// From now on, rings at this tick and at no other.
  func set(_ due: Tick) {
    alarm.withLock { alarm in
      if alarm?.due == due { return }
      alarm?.task.cancel()
      // Farther off than any clock: nothing is to be waited for.
      guard due.nanoseconds < Int64.max else {
        alarm = nil
        return
      }
      let pause = max(due - Tick.now(), .zero)
      alarm = (
        due,
        Task { [ring, weak self] in
          guard (try? await Task.sleep(for: pause)) != nil else { return }
          self?.forget(due)
          ring()
        }
      )
    }
  }

  func cancel() {
    alarm.withLock { alarm in
      alarm?.task.cancel()
      alarm = nil
    }
  }

  /// So that the same tick can be set again.
  private func forget(_ due: Tick) {
    alarm.withLock { if $0?.due == due { $0 = nil } }
  }
}
