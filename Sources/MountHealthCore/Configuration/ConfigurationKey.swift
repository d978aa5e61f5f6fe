/// A key of the configuration, declared once: the reader, the JSON Schema and the reference in
/// `docs/` all come from here.
public struct ConfigurationKey: Hashable, Sendable {
  /// Its name in the file.
  public let name: String
  /// What values it takes.
  public let kind: Kind
  /// What holds where it is not given, as it would be written in the file; `nil`: nothing.
  public let defaultText: String?
  /// What it does: a sentence.
  public let summary: String
  /// Whether an object has to have it, as the schema tells; the reader holds it in its own words.
  package let isRequired: Bool

  /// A key.
  package init(
    _ name: String, _ kind: Kind, default defaultText: String? = nil, isRequired: Bool = false,
    _ summary: String
  ) {
    self.name = name
    self.kind = kind
    self.defaultText = defaultText
    self.isRequired = isRequired
    self.summary = summary
  }

  /// The kinds of value.
  public indirect enum Kind: Hashable, Sendable {
    /// A duration such as `1m30s`.
    case duration(ClosedRange<Duration>)
    /// The same, or `never`.
    case durationOrNever(ClosedRange<Duration>)
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// A number.
    case number(ClosedRange<Double>)
    /// A count of bytes: a whole number, or a text such as `10GiB`.
    case bytes
    /// `true` or `false`.
    case flag
    /// A text of at most so many bytes.
    case text(maximum: Int)
    /// The name of a mount.
    case name
    /// The path of a mount.
    case path
    /// A path that begins with a slash.
    case absolutePath
    /// The path of a file below a mount.
    case canary
    /// One of these words.
    case choice([String])
    /// `auto`, `true`, `false`, or an object with `fsType`, `source` or both.
    case requirement
    /// The URL of a service, of one of these schemes.
    case url([ServiceURL.Scheme])
    /// A list of texts.
    case texts(count: ClosedRange<Int>)
    /// An object of texts: the fields of a request.
    case fields(count: ClosedRange<Int>)
    /// A text that is the value of the first key alone, or an object with these keys.
    case textOrObject(ConfigurationKey, [ConfigurationKey])
    /// A list of texts, or an object with these keys.
    case textsOrObject(count: ClosedRange<Int>, [ConfigurationKey])
    /// A list of paths that begin with a slash, and of objects with these keys.
    case pathsOrObjects([ConfigurationKey], count: ClosedRange<Int>)
    /// An object with these keys.
    case object([ConfigurationKey])
    /// A list of objects with these keys.
    case objects([ConfigurationKey], count: ClosedRange<Int>)
  }

  /// The name of the environment variable that overrides it: `MOUNTMON_CHECK_INTERVAL`.
  public var environmentName: String { environmentName(under: Self.environmentPrefix) }

  /// Whether a text can say what its value is, so that it may come from the environment.
  public var hasEnvironmentName: Bool {
    switch kind {
    case .object, .objects, .textOrObject, .texts, .textsOrObject, .pathsOrObjects, .fields: false
    default: true
    }
  }

  /// What the names of all variables begin with.
  package static let environmentPrefix = "MOUNTMON"

  /// The name of the variable that overrides it, where those of its object begin with `prefix`.
  package func environmentName(under prefix: String) -> String {
    var words = ""
    for character in name {
      if character.isUppercase { words += "_" }
      words += character.uppercased()
    }
    return prefix + "_" + words
  }
}
