import JSONValue

/// Where a configuration comes from: defaults, then the file, then the environment, then flags;
/// each overrides the one before.
public struct ConfigurationInput: Hashable, Sendable {
  /// The file's name, as faults name it, and its bytes; `nil`: no file.
  public var file: File?
  /// The environment; for the sidecar only names that begin with `MOUNTMON_` are looked at.
  public var environment: [String: String]
  /// Flags that were given, by the key that they override: `["httpPort": "8081"]`.
  public var flags: [String: String]
  /// What relative paths of mounts begin at.
  public var workingDirectory: String
  /// Whether each mount is only looked at now, so that no rule about its interval counts.
  public var isForOneLook = false

  /// A configuration file.
  public struct File: Hashable, Sendable {
    /// The name that faults begin with.
    public var name: String
    /// The file's content.
    public var bytes: [UInt8]
    /// Whether others than its owner may read it, which matters where secrets stand in it.
    public var isReadableByOthers = false

    /// A file.
    public init(name: String, bytes: [UInt8], isReadableByOthers: Bool = false) {
      self.name = name
      self.bytes = bytes
      self.isReadableByOthers = isReadableByOthers
    }
  }

  /// The largest file that is read.
  public static let maximumBytes = 1 << 20

  /// Input.
  public init(
    file: File? = nil, environment: [String: String] = [:], flags: [String: String] = [:],
    workingDirectory: String = "/"
  ) {
    self.file = file
    self.environment = environment
    self.flags = flags
    self.workingDirectory = workingDirectory
  }
}

/// The values of the keys of an object, from all sources.
package struct LayeredSection {
  private var values: [String: ConfigurationValue] = [:]

  /// The values of these keys. The names of their variables begin with `prefix`; flags override them
  /// where the section takes some.
  package init(
    _ keys: [ConfigurationKey], prefix: String, takesFlags: Bool,
    file: ConfigurationReader.Section, input: ConfigurationInput,
    reader: inout ConfigurationReader
  ) {
    for key in keys where key.hasEnvironmentName {
      values[key.name] = reader.value(key, in: file)
      let variable = key.environmentName(under: prefix)
      if let text = input.environment[variable] {
        if text.hasPrefix("tcp://") || text.hasPrefix("udp://") {
          // Kubernetes sets such variables for each Service, one called "mountmon-http" included.
          reader.warn("environment: \(variable)", "describes a Service and is passed over")
        } else {
          read(key, text, at: "environment: \(variable)", &reader)
        }
      }
      if takesFlags, let text = input.flags[key.name] {
        read(key, text, at: "command line: \(key.name)", &reader)
      }
    }
  }

  private mutating func read(
    _ key: ConfigurationKey, _ text: String, at place: String, _ reader: inout ConfigurationReader
  ) {
    guard !text.isEmpty || key.name == ConfigurationKey.httpAddress.name else { return }
    if case .requirement = key.kind, let value = try? JSONValue(parsing: text),
      value.objectValue != nil
    {
      var section = ConfigurationReader.Section(origin: place, path: "")
      section.values[key.name] = value
      values[key.name] = reader.value(key, in: section) ?? values[key.name]
    } else if let value = key.kind.read(text: text) {
      values[key.name] = value
    } else {
      reader.refuse(place, text.quotedExcerpt, key.kind.expectation)
    }
  }

  package subscript(key: ConfigurationKey) -> ConfigurationValue? { values[key.name] }
}
