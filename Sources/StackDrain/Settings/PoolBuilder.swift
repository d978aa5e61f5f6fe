import JSONValue
import MountHealthCore
import TimeText

/// Makes a configuration of its file, the environment and the flags, and gathers all that is wrong.
struct PoolBuilder {
  let input: ConfigurationInput
  var reader = ConfigurationReader()
  /// The paths that nothing else may lie on: the pool's and those of its branches.
  var offLimits: [MountPath] = []
  var secrets = false

  init(_ input: ConfigurationInput) {
    self.input = input
  }

  mutating func build() throws(ConfigurationFaults) -> PoolConfiguration {
    let document = try input.file?.parsed() ?? .object(JSONObject())
    let origin = input.file?.name ?? "configuration"
    let file = reader.section(document, origin: origin, path: "", keys: PoolKeys.topKeys)
    guard document.objectValue != nil else { throw ConfigurationFaults(reader.faults) }
    let prefix = PoolKeys.environmentPrefix
    var layered = input
    takeVariablesOfTheScript(&layered)
    let top = LayeredSection(
      PoolKeys.topKeys, prefix: prefix, takesFlags: true, file: file, input: layered,
      reader: &reader)
    warnOfMisspelling()

    let pool = readPool(file, top)
    if let pool { offLimits = [pool.path] + pool.branches.map(\.path) }
    let probing = readProbing(file, top)
    let policy = readPolicy(file, top)
    let planPolicy = readDeadlines(file)
    let engine = readEngine(file)
    let clients = readClients(file)
    let portable = readProjects(PoolKeys.portableProjects, file)
    let full = readProjects(PoolKeys.fullProjects, file)
    let stateFolder =
      top[PoolKeys.stateDirectory]?.asText ?? PoolSettings.defaultStateFolder
    for key in [PoolKeys.stateDirectory, PoolKeys.compatibilityDirectory, PoolKeys.labelDirectory] {
      guard let path = top[key]?.asText else { continue }
      refuseOnPool(path, file.place(of: key), "it would hang together with the pool")
    }
    guard let pool, reader.faults.isEmpty else { throw ConfigurationFaults(reader.faults) }
    let settings = PoolSettings(
      pool: pool, probing: probing, policy: policy, planPolicy: planPolicy, clients: clients,
      engine: engine, portableProjects: portable, fullProjects: full, stateFolder: stateFolder)
    check(settings, file)
    guard reader.faults.isEmpty else { throw ConfigurationFaults(reader.faults) }
    return PoolConfiguration(settings: settings, top: top, warnings: reader.warnings)
  }

  /// What the script took is a layer of its own below ours: it stands in for a variable that is not
  /// set.
  private mutating func takeVariablesOfTheScript(_ input: inout ConfigurationInput) {
    let prefix = PoolKeys.environmentPrefix
    let interval = PoolKeys.pollInterval.environmentName(under: prefix)
    if let text = input.environment["POLL_INTERVAL"], !text.isEmpty {
      let isNumber = text.utf8.allSatisfy {
        $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      }
      let written = isNumber ? text + "s" : text
      if PoolKeys.pollInterval.kind.read(.string(written)) == nil {
        reader.refuse(
          "environment: POLL_INTERVAL", text.quotedExcerpt,
          "seconds from 1 to 3600, or \(PoolKeys.pollInterval.kind.expectation)")
      } else if (input.environment[interval] ?? "").isEmpty {
        input.environment[interval] = written
      }
    }
    let upgrade = PoolKeys.autoUpgrade.environmentName(under: prefix)
    if let text = input.environment["AUTO_UPGRADE_ON_RECOVERY"], !text.isEmpty {
      if text != "true" && text != "false" {
        reader.refuse(
          "environment: AUTO_UPGRADE_ON_RECOVERY", text.quotedExcerpt,
          PoolKeys.autoUpgrade.kind.expectation)
      } else if (input.environment[upgrade] ?? "").isEmpty {
        input.environment[upgrade] = text
      }
    }
  }

  private mutating func warnOfMisspelling() {
    let prefix = PoolKeys.environmentPrefix
    var known = PoolKeys.topKeys.filter(\.hasEnvironmentName).map {
      $0.environmentName(under: prefix)
    }
    for (parent, keys) in PoolKeys.objects {
      known += keys.filter(\.hasEnvironmentName).map {
        $0.environmentName(under: parent.environmentName(under: prefix))
      }
    }
    reader.warnOfMisspelling(in: input.environment, prefix: prefix, known: known)
  }

  /// The values of an object below the top, with what overrides them.
  mutating func layers(
    _ key: ConfigurationKey, _ keys: [ConfigurationKey], in file: ConfigurationReader.Section
  ) -> (section: ConfigurationReader.Section, values: LayeredSection) {
    let section =
      reader.subsection(key, keys, in: file)
      ?? ConfigurationReader.Section(origin: file.origin, path: key.name)
    let values = LayeredSection(
      keys, prefix: key.environmentName(under: PoolKeys.environmentPrefix), takesFlags: false,
      file: section, input: input, reader: &reader)
    return (section, values)
  }

  /// The objects of a list, each with its section.
  mutating func elements(
    of key: ConfigurationKey, _ keys: [ConfigurationKey], in file: ConfigurationReader.Section
  ) -> [ConfigurationReader.Section] {
    guard let value = file.values[key.name], value != .null else { return [] }
    guard let elements = value.arrayValue, elements.count <= PoolKeys.maximumCount else {
      reader.refuse(file.place(of: key), value.shown, key.kind.expectation)
      return []
    }
    var sections: [ConfigurationReader.Section] = []
    for (index, element) in elements.enumerated() {
      let section = reader.section(
        element, origin: file.origin, path: "\(key.name)[\(index)]", keys: keys)
      if element.objectValue != nil { sections.append(section) }
    }
    return sections
  }

  /// A path that is asked for outside the probe worker must not lie on what may hang. Links are not
  /// followed: nothing is asked of the file system here.
  mutating func refuseOnPool(_ path: String, _ place: String, _ why: String) {
    for limit in offLimits where path.lies(atOrBelow: limit.description) {
      reader.refuse(
        place, path.quotedExcerpt,
        "a path that is not on the pool or a branch (\(limit.description)): \(why)")
      return
    }
  }

  /// The text of an absolute path off the pool, of a key that is read each time.
  mutating func file(
    _ key: ConfigurationKey, in section: ConfigurationReader.Section
  ) -> String? {
    guard let path = reader.value(key, in: section)?.asText else { return nil }
    refuseOnPool(
      path, section.place(of: key), "it could not be read when the pool is gone, or hang")
    return path
  }

  /// A text that is not empty.
  mutating func text(
    _ key: ConfigurationKey, in section: ConfigurationReader.Section
  ) -> String? {
    guard let text = reader.value(key, in: section)?.asText else { return nil }
    guard !text.isEmpty else {
      reader.refuse(section.place(of: key), "an empty text", "a text, or no such key")
      return nil
    }
    return text
  }
}

extension PoolKeys {
  /// The objects whose keys may come from the environment.
  static let objects: [(ConfigurationKey, [ConfigurationKey])] = [
    (drainAfter, drainKeys), (deadlines, deadlineKeys), (engine, engineKeys),
  ]
}
