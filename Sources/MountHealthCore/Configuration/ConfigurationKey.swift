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

  init(_ name: String, _ kind: Kind, default defaultText: String? = nil, _ summary: String) {
    self.name = name
    self.kind = kind
    self.defaultText = defaultText
    self.summary = summary
  }

  /// The kinds of value.
  public indirect enum Kind: Hashable, Sendable {
    /// A duration such as `1m30s`.
    case duration(ClosedRange<Duration>)
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
    /// An object with these keys.
    case object([ConfigurationKey])
    /// A list of objects with these keys.
    case objects([ConfigurationKey], count: ClosedRange<Int>)
  }

  /// The name of the environment variable that overrides it: `MOUNTMON_CHECK_INTERVAL`.
  public var environmentName: String { environmentName(in: nil) }

  /// Whether a text can say what its value is, so that it may come from the environment.
  public var hasEnvironmentName: Bool {
    switch kind {
    case .object, .objects, .textOrObject, .texts, .fields: false
    default: true
    }
  }

  func environmentName(in section: ConfigurationKey?) -> String {
    let prefix = section?.environmentName ?? "MOUNTMON"
    var words = ""
    for character in name {
      if character.isUppercase { words += "_" }
      words += character.uppercased()
    }
    return prefix + "_" + words
  }
}
