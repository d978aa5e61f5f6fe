import JSONValue
import TimeText

/// Makes mounts of their objects in the configuration: a mount's own values, then those at the top,
/// then the defaults.
struct MountsBuilder {
  private(set) var mounts: [Mount] = []
  private let top: LayeredSection
  private let workingDirectory: String
  private let isForOneLook: Bool
  private var names: [MountName: Int] = [:]
  private var paths: [MountPath: Int] = [:]

  init(top: LayeredSection, input: ConfigurationInput) {
    self.top = top
    workingDirectory = input.workingDirectory
    isForOneLook = input.isForOneLook
  }

  /// Reads one object; its faults go to the reader.
  mutating func add(
    _ section: ConfigurationReader.Section, _ index: Int, _ reader: inout ConfigurationReader
  ) {
    var section = section
    if section.values["failureThreshold"]?.intValue == 0 {
      // Always meant "as at the top".
      reader.warn(section.place(of: .failureThreshold), "0 is read as not given")
      section.values["failureThreshold"] = nil
    }
    var own: [String: ConfigurationValue] = [:]
    for key in ConfigurationKey.mountKeys where key != .repair {
      own[key.name] = reader.value(key, in: section)
    }
    let repair = WatchdogSettings.Repair(in: section, &reader)
    let values = Values(own: own, top: top)

    let name = own["name"]?.asText.flatMap { MountName($0) }
    if let name, let first = names.updateValue(index, forKey: name) {
      reader.refuse(
        section.place(of: .name), name.description.quotedExcerpt,
        "a name of its own: mounts[\(first)] has this one")
    }
    guard let path = readPath(own, section, index, &reader) else { return }
    let (interval, timeout, slowAfter) = readTimes(values, section, &reader)
    mounts.append(
      Mount(
        name: name, path: path, probe: readProbe(values, section, &reader),
        requirement: values[.requireMount]?.asRequirement ?? .remembered, interval: interval,
        timeout: timeout, slowAfter: slowAfter, policy: readPolicy(values), repair: repair))
  }

  /// A mount's own values before those at the top.
  private struct Values {
    let own: [String: ConfigurationValue]
    let top: LayeredSection

    subscript(key: ConfigurationKey) -> ConfigurationValue? { own[key.name] ?? top[key] }
  }

  private mutating func readPath(
    _ own: [String: ConfigurationValue], _ section: ConfigurationReader.Section, _ index: Int,
    _ reader: inout ConfigurationReader
  ) -> MountPath? {
    guard let text = own["path"]?.asText else {
      if section.values["path"] == nil || section.values["path"] == .null {
        reader.fault(section.place(of: .path), "is missing, expected the path of the mount")
      }
      return nil
    }
    guard let path = try? MountPath(text, workingDirectory: workingDirectory) else {
      reader.refuse(
        section.place(of: .path), text.quotedExcerpt, ConfigurationKey.path.kind.expectation)
      return nil
    }
    if let first = paths.updateValue(index, forKey: path) {
      reader.refuse(
        section.place(of: .path), text.quotedExcerpt,
        "a path of its own: mounts[\(first)] has this one")
      return nil
    }
    return path
  }

  private func readTimes(
    _ values: Values, _ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader
  ) -> (interval: Duration, timeout: Duration, slowAfter: Duration?) {
    let interval = values[.checkInterval]?.asDuration ?? .seconds(30)
    let givenTimeout = values[.readTimeout]?.asDuration
    let timeout = givenTimeout ?? min(.seconds(5), interval / 2)
    if timeout >= interval, !isForOneLook {
      reader.refuse(
        section.place(of: .readTimeout), timeout.text, "less than checkInterval (\(interval.text))")
    }
    let slowAfter = values[.slowAfter]?.asDuration
    if let slowAfter, slowAfter >= timeout {
      reader.refuse(
        section.place(of: .slowAfter), slowAfter.text, "less than readTimeout (\(timeout.text))")
    }
    return (interval, timeout, slowAfter)
  }

  private func readProbe(
    _ values: Values, _ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader
  ) -> Probe {
    let maximumBytes = values[.canaryMaxBytes]?.asInteger ?? Probe.defaultMaximumBytes
    var expectation = values[.expect]?.asText
    var target = Probe.Target.directory
    if values[.checkType]?.asText == "directory" {
      if section.values["expect"] != nil, expectation != nil {
        reader.fault(section.place(of: .expect), "needs a canary, and checkType is directory")
      }
      expectation = nil
    } else if let canary = try? CanaryPath(values[.canaryFile]?.asText ?? ".health-check") {
      target = .canary(canary)
    }
    if let expectation, expectation.utf8.count > maximumBytes {
      reader.fault(
        section.place(of: .expect),
        "has \(expectation.utf8.count) bytes, more than canaryMaxBytes (\(maximumBytes))")
    }
    return Probe(
      target, maximumBytes: maximumBytes, expectation: expectation,
      minimumEntries: values[.minEntries]?.asInteger ?? 0,
      minimumFreeBytes: values[.minFreeBytes]?.asBytes ?? 0,
      minimumFreePercent: values[.minFreePercent]?.asNumber ?? 0,
      writes: values[.write]?.asFlag ?? false)
  }

  private func readPolicy(_ values: Values) -> HealthPolicy {
    var policy = HealthPolicy()
    if let value = values[.failureThreshold]?.asInteger { policy.failureThreshold = value }
    if let value = values[.successThreshold]?.asInteger { policy.successThreshold = value }
    if let value = values[.startupGrace]?.asDuration { policy.startupGrace = value }
    if let value = values[.flapWindow]?.asDuration { policy.flapWindow = value }
    return policy
  }
}
