package import JSONValue
import TimeText

extension Configuration {
  /// Reads a configuration.
  ///
  /// - Parameter input: Where it comes from.
  /// - Returns: The configuration, and a line for each thing that works and deserves a word.
  /// - Throws: All that is wrong, at once. What is *not* an error: no file at all, as long as there
  ///   are mounts; `null` and, for names and words, an empty text: they mean "not given".
  public static func read(
    _ input: ConfigurationInput
  ) throws(ConfigurationFaults) -> (configuration: Configuration, warnings: [String]) {
    var reader = ConfigurationReader()
    let document = try input.file?.parsed() ?? .object(JSONObject())
    let origin = input.file?.name ?? "configuration"
    let file = reader.section(document, origin: origin, path: "", keys: ConfigurationKey.topKeys)
    // Of what is no object at all, nothing more can be said.
    guard document.objectValue != nil else { throw ConfigurationFaults(reader.faults) }
    let top = LayeredSection(
      ConfigurationKey.topKeys, prefix: ConfigurationKey.environmentPrefix, takesFlags: true,
      file: file, input: input, reader: &reader)
    let watchdog = WatchdogSettings(file, input, &reader)
    let mounts = readMounts(file, top, input, &reader)
    reader.warnOfMisspelling(
      in: input.environment, prefix: ConfigurationKey.environmentPrefix, known: variables)

    guard reader.faults.isEmpty else { throw ConfigurationFaults(reader.faults) }
    let configuration = Configuration(
      mounts: mounts,
      httpPort: top[.httpPort]?.asInteger ?? 8080,
      httpAddress: top[.httpAddress]?.asText ?? "",
      logLevel: top[.logLevel]?.asText.flatMap(LogThreshold.init) ?? .info,
      logFormat: top[.logFormat]?.asText.flatMap(LogForm.init) ?? .json,
      shutdownTimeout: top[.shutdownTimeout]?.asDuration ?? .seconds(30),
      liveness: top[.liveness]?.asText.flatMap(Liveness.init) ?? .engine,
      watchdog: watchdog)
    return (configuration, reader.warnings)
  }

  private static let variables: [String] = {
    let prefix = ConfigurationKey.environmentPrefix
    return ConfigurationKey.topKeys.filter(\.hasEnvironmentName).map(\.environmentName)
      + ConfigurationKey.watchdogKeys.filter(\.hasEnvironmentName).map {
        $0.environmentName(under: prefix + "_WATCHDOG")
      }
  }()

  private static func readMounts(
    _ file: ConfigurationReader.Section, _ top: LayeredSection, _ input: ConfigurationInput,
    _ reader: inout ConfigurationReader
  ) -> [Mount] {
    let place = "\(file.origin): mounts"
    guard let value = file.values["mounts"], value != .null else {
      reader.fault(place, "at least one mount is required")
      return []
    }
    guard let elements = value.arrayValue else {
      reader.refuse(place, value.shown, "a list of 1 to \(ConfigurationKey.maximumMounts) objects")
      return []
    }
    guard !elements.isEmpty else {
      reader.fault(place, "at least one mount is required")
      return []
    }
    guard elements.count <= ConfigurationKey.maximumMounts else {
      reader.refuse(
        place, "a list of \(elements.count)",
        "a list of 1 to \(ConfigurationKey.maximumMounts) objects")
      return []
    }
    var builder = MountsBuilder(top: top, input: input)
    for (index, element) in elements.enumerated() {
      let section = reader.section(
        element, origin: file.origin, path: "mounts[\(index)]", keys: ConfigurationKey.mountKeys)
      if element.objectValue != nil { builder.add(section, index, &reader) }
    }
    return builder.mounts
  }
}

extension ConfigurationInput.File {
  /// The file as JSON.
  ///
  /// - Throws: One line: what is wrong with it as a whole.
  package func parsed() throws(ConfigurationFaults) -> JSONValue {
    guard bytes.count <= ConfigurationInput.maximumBytes else {
      throw ConfigurationFaults([
        "\(name): larger than \(ConfigurationInput.maximumBytes) bytes, expected at most that"
      ])
    }
    guard !bytes.isEmpty else {
      throw ConfigurationFaults(["\(name): is empty, expected a JSON object"])
    }
    do {
      // No configuration is as deep as that; a fault names all the keys above it.
      return try JSONValue(parsing: bytes, options: .init(maximumDepth: 16))
    } catch {
      throw ConfigurationFaults(["\(name): \("\(error)".onOneLine)"])
    }
  }
}

extension ConfigurationReader {
  /// Variables of others may begin as ours do (Kubernetes makes some for each Service), so that an
  /// unknown one is no fault; one that is nearly ours deserves a word.
  package mutating func warnOfMisspelling(
    in environment: [String: String], prefix: String, known: [String]
  ) {
    for name in environment.keys.sorted() where name.hasPrefix(prefix + "_") {
      guard !known.contains(name), let close = name.closest(among: known) else { continue }
      warn("environment: \(name)", "is not known, did you mean \(close)?")
    }
  }
}
