public import ChildProcess
public import Pacing
public import TimeText

/// What a program finds around itself: environment, files, clocks, and who runs another program.
///
/// Everything in this room goes through here, so that a test needs no disk and no cluster.
public struct Surroundings: Sendable {
  /// The variables of the environment.
  public var environment: [String: String]
  /// The files.
  public var files: Files
  /// The monotonic clock.
  public var now: @Sendable () -> Tick
  /// The clock on the wall: only for the expiry that a credential states.
  public var wallTime: @Sendable () -> Timestamp
  /// Runs a credential plugin to its end.
  public var run: @Sendable (ChildCommand) async -> ChildResult

  /// Surroundings.
  ///
  /// - Parameters:
  ///   - environment: The variables of the environment.
  ///   - files: The files.
  ///   - now: The monotonic clock.
  ///   - wallTime: The clock on the wall.
  ///   - run: Runs a credential plugin to its end.
  public init(
    environment: [String: String], files: Files, now: @escaping @Sendable () -> Tick,
    wallTime: @escaping @Sendable () -> Timestamp,
    run: @escaping @Sendable (ChildCommand) async -> ChildResult
  ) {
    self.environment = environment
    self.files = files
    self.now = now
    self.wallTime = wallTime
    self.run = run
  }

  /// A variable that is set and not empty.
  func variable(_ name: String) -> String? {
    guard let value = environment[name], !value.isEmpty else { return nil }
    return value
  }
}
