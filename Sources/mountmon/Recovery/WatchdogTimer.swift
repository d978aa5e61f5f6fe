import MountHealthCore
import Pacing
import Synchronization

/// One alarm at a time: the machine says when it wants to be asked again.
final class WatchdogTimer: Sendable {
  private let inbox: WatchdogInbox
  private let alarm = Mutex<(due: Tick, task: Task<Void, Never>)?>(nil)

  init(_ inbox: WatchdogInbox) {
    self.inbox = inbox
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
        Task { [inbox, weak self] in
          guard (try? await Task.sleep(for: pause)) != nil else { return }
          self?.forget(due)
          inbox.send(.timer)
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
