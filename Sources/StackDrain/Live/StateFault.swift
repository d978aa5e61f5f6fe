/// Why the state folder could not be used.
public struct StateFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of fault it is.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Name: String { case held, unsafe, full, failed }

    private let name: Name

    /// Another process works with the folder.
    public static let held = Code(name: .held)
    /// Somebody else could have changed what is there, or could in the future.
    public static let unsafe = Code(name: .unsafe)
    /// There is no space.
    public static let full = Code(name: .full)
    /// A call failed.
    public static let failed = Code(name: .failed)

    /// The code's name, `held` for one.
    public var description: String { name.rawValue }
  }

  /// What kind of fault it is.
  public let code: Code
  /// What it is about.
  public let path: String
  /// A line for people: on what, what failed, why, what to do.
  public let description: String

  init(_ code: Code, _ path: String, _ words: String) {
    self.code = code
    self.path = path
    description = "\(path): \(words)"
  }
}
