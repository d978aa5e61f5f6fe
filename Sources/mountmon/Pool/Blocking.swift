import MountHealthCore
import Synchronization

/// Waits on a thread for what a task finds out: for commands, which have nothing else to do.
enum Blocking {
  private final class Box<Value: Sendable>: Sendable {
    let alarm: Alarm
    let value = Mutex<Value?>(nil)

    init() throws(ErrorNumber) { alarm = try Alarm() }
  }

  /// What the work gives.
  ///
  /// - Throws: The errno, where there is no descriptor left.
  static func wait<Value: Sendable>(
    _ work: @escaping @Sendable () async -> Value
  ) throws(ErrorNumber) -> Value {
    let box = try Box<Value>()
    Task.detached {
      let value = await work()
      box.value.withLock { $0 = value }
      box.alarm.ring()
    }
    while true {
      if let value = box.value.withLock({ $0 }) { return value }
      box.alarm.wait(atMost: .seconds(60))
    }
  }
}
