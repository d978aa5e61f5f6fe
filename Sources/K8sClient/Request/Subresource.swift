/// A part of an object that has a path of its own.
public enum Subresource: String, Hashable, Sendable {
  /// What the controller of the object found out: `/status`.
  case status
}

extension Subresource? {
  /// What it adds to a path.
  var suffix: String { map { "/\($0.rawValue)" } ?? "" }
  /// What it adds to an operation, before the object: `status of `.
  var prefix: String { map { "the \($0.rawValue) of " } ?? "" }
}
