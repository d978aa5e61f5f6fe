import CLinux
import Pacing
import Synchronization

/// Runs programs one after the other. One that was killed and cannot end, as it waits for storage that
/// hangs, costs its thread and its pipes once: until it has ended, no other is started.
public final class ChildLane: Sendable {
  private enum State {
    case free
    case running
    /// Its time is over, or it wrote too much; it was killed and has not ended.
    case killed(Tick)
  }

  /// Runs a program, says when it has to be killed, and when nothing is left of it.
  typealias Runner =
    @Sendable (
      ChildCommand, _ killed: @escaping @Sendable () -> Void,
      _ reaped: @escaping @Sendable () -> Void
    ) async -> ChildResult

  private let runner: Runner
  private let state = Mutex(State.free)

  /// How long one that was killed is waited for: most end at once.
  static let patience = Duration.milliseconds(500)
  private static let pause = Duration.milliseconds(10)

  /// A lane without a program.
  public convenience init() {
    self.init { await ChildRun.run($0, killed: $1, reaped: $2) }
  }

  init(runner: @escaping Runner) { self.runner = runner }

  /// Runs a program when the one before it has ended. Its time begins now.
  ///
  /// - Parameter command: The program.
  /// - Returns: How it ended. Where the one before cannot end it is not started, and that is said at
  ///   once.
  public func run(_ command: ChildCommand) async -> ChildResult {
    let deadline = Self.now() + command.deadline
    while !enter() {
      if hangs {
        return .failed(
          "an earlier run was killed and has not ended: it waits for something that does not answer, "
            + "most likely storage")
      }
      guard Self.now() < deadline else { return .failed("an earlier run has not ended in time") }
      guard (try? await Task.sleep(for: Self.pause)) != nil else {
        return .failed("nobody waits for it any more")
      }
    }
    var command = command
    command.deadline = max(deadline - Self.now(), .milliseconds(1))
    return await runner(
      command, { [self] in state.withLock { $0 = .killed(Self.now()) } },
      { [self] in state.withLock { $0 = .free } })
  }

  private func enter() -> Bool {
    state.withLock { state in
      guard case .free = state else { return false }
      state = .running
      return true
    }
  }

  private var hangs: Bool {
    state.withLock { state in
      guard case .killed(let since) = state else { return false }
      return Self.now() - since > Self.patience
    }
  }

  private static func now() -> Tick { Tick(nanoseconds: clinux_monotonic_time()) }
}
