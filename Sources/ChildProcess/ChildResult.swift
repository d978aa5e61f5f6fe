/// How a program ended.
public enum ChildResult: Hashable, Sendable {
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

extension ChildResult: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
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
  /// The same as its description.
  public var debugDescription: String { description }
  /// No children: `dump` shows nothing beside the description.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
