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
  public var run: @Sendable (PluginCommand) async -> PluginResult

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
    run: @escaping @Sendable (PluginCommand) async -> PluginResult
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

/// A program to run, with all that it is given.
public struct PluginCommand: Hashable, Sendable {
  /// The program's file.
  public var path: String
  /// Its arguments, without its name.
  public var arguments: [String]
  /// All of its environment.
  public var environment: [String: String]
  /// How long it may take before it is killed, with all that it started.
  public var deadline: Duration
  /// How many bytes it may write to its standard output.
  public var outputLimit: Int

  /// A command.
  ///
  /// - Parameters:
  ///   - path: The program's file.
  ///   - arguments: Its arguments, without its name.
  ///   - environment: All of its environment.
  ///   - deadline: How long it may take; more than zero.
  ///   - outputLimit: How many bytes it may write to its standard output.
  public init(
    path: String, arguments: [String], environment: [String: String], deadline: Duration,
    outputLimit: Int
  ) {
    self.path = path
    self.arguments = arguments
    self.environment = environment
    self.deadline = deadline
    self.outputLimit = outputLimit
  }
}

extension PluginCommand: Discreet {
  /// The program; its arguments and environment may hold secrets.
  public var description: String { path }
}

/// How a program ended.
public enum PluginResult: Hashable, Sendable {
  /// By itself.
  case exited(code: Int32, output: [UInt8], complaint: String)
  /// By a signal that is not ours.
  case signalled(Int32, complaint: String)
  /// It took too long and was killed.
  case timedOut
  /// It wrote more than it may and was killed.
  case tooMuchOutput
  /// It did not start, or could not be watched; in words.
  case failed(String)
}

extension PluginResult: Discreet {
  /// How it ended; what it wrote may hold a token.
  public var description: String {
    switch self {
    case .exited(let code, let output, _): "exit code \(code), \(output.count) bytes"
    case .signalled(let signal, _): "ended by signal \(signal)"
    case .timedOut: "killed after its deadline"
    case .tooMuchOutput: "killed for its output"
    case .failed(let words): "did not run: \(words)"
    }
  }
}
