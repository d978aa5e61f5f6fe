import Synchronization

/// The exit code, where something other than a signal ends the sidecar.
final class ExitCode: Sendable {
  private struct State {
    var value: Int32?
    var action: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  var value: Int32? { state.withLock { $0.value } }

  /// What is done when a code is set: at once where it is already.
  func whenSet(_ action: @escaping @Sendable () -> Void) {
    let isSet = state.withLock { state in
      state.action = action
      return state.value != nil
    }
    if isSet { action() }
  }

  /// Ends the sidecar with this code; the first one counts.
  func end(with value: Int32) {
    let action = state.withLock { state in
      state.value = state.value ?? value
      return state.action
    }
    action?()
  }
}
