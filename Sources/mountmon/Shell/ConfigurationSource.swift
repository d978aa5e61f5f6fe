import MountHealthCore

/// Where the configuration comes from: the file, the environment, the flags.
struct ConfigurationSource: Sendable {
  /// The file; `nil`: there is none.
  let file: ConfigurationFile?
  private let flags: [String: String]

  /// A configuration that was read without a fault.
  struct Loaded: Sendable {
    var configuration: Configuration
    var warnings: [String]
    /// The file's state before it was read: a change since then is not missed.
    var fingerprint: ConfigurationFile.Fingerprint?
  }

  /// - Parameters:
  ///   - path: The file asked for; `nil`: `config.json` in the working directory, if there is one.
  ///   - flags: Flags given, by the key that they override.
  init(path: String?, flags: [String: String]) {
    file = ConfigurationFile.find(path)
    self.flags = flags
  }

  /// Reads all of it.
  ///
  /// - Parameter forOneLook: Whether the mounts are only looked at once.
  /// - Returns: The configuration, and what deserves a word.
  /// - Throws: All that is wrong with it.
  func load(forOneLook: Bool = false) throws(ConfigurationFaults) -> Loaded {
    var input = ConfigurationInput(
      environment: ProcessSetup.environment, flags: flags,
      workingDirectory: ProcessSetup.workingDirectory)
    var warnings: [String] = []
    let fingerprint = file?.fingerprint
    if let file {
      let content = try file.read()
      input.file = .init(name: file.path, bytes: content.bytes)
      if let warning = content.warning { warnings.append(warning) }
    }
    let (configuration, more) = try Configuration.read(input)
    return Loaded(
      configuration: configuration, warnings: warnings + more, fingerprint: fingerprint)
  }
}
