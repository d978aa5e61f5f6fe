/// A program to run, with all that it is given.
public struct ChildCommand: Hashable, Sendable {
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

extension ChildCommand: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The program; its arguments and environment may hold secrets.
  public var description: String { path }
  /// The same as its description.
  public var debugDescription: String { description }
  /// No children: `dump` shows nothing beside the description.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
