/// How something is written.
public struct WriteOptions: Hashable, Sendable {
  /// What the server does with fields that it does not know.
  public enum FieldValidation: String, Hashable, Sendable {
    /// Drops them in silence.
    case ignore = "Ignore"
    /// Drops them, and says so in a warning.
    case warn = "Warn"
    /// Refuses the request.
    case strict = "Strict"
  }

  /// Whether everything is checked and nothing is stored.
  public var isDryRun: Bool
  /// Who is said to own the fields that are written; `nil`: the begin of the `User-Agent`.
  public var fieldManager: String?
  /// What the server does with unknown fields; `nil`: what it does by itself, which is to warn.
  public var fieldValidation: FieldValidation?

  /// Options.
  public init(
    isDryRun: Bool = false, fieldManager: String? = nil, fieldValidation: FieldValidation? = nil
  ) {
    self.isDryRun = isDryRun
    self.fieldManager = fieldManager
    self.fieldValidation = fieldValidation
  }

  var query: [APIRequest.QueryItem] {
    var items: [APIRequest.QueryItem] = []
    if isDryRun { items.append(.init("dryRun", "All")) }
    if let fieldManager { items.append(.init("fieldManager", fieldManager)) }
    if let fieldValidation { items.append(.init("fieldValidation", fieldValidation.rawValue)) }
    return items
  }
}
