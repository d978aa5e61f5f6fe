import Foundation
import JSONValue
import Testing

@testable import MountHealthCore

extension Configuration {
  /// Reads a text as the file `config.json`.
  static func reading(
    _ text: String?, environment: [String: String] = [:], flags: [String: String] = [:],
    workingDirectory: String = "/work"
  ) throws(ConfigurationFaults) -> (configuration: Configuration, warnings: [String]) {
    try reading(
      bytes: text.map { Array($0.utf8) }, environment: environment, flags: flags,
      workingDirectory: workingDirectory)
  }

  /// Reads bytes as the file `config.json`.
  static func reading(
    bytes: [UInt8]?, environment: [String: String] = [:], flags: [String: String] = [:],
    workingDirectory: String = "/work"
  ) throws(ConfigurationFaults) -> (configuration: Configuration, warnings: [String]) {
    try Configuration.read(
      ConfigurationInput(
        file: bytes.map { .init(name: "config.json", bytes: $0) }, environment: environment,
        flags: flags, workingDirectory: workingDirectory))
  }

  /// What is wrong with a text.
  static func faults(
    in text: String?, environment: [String: String] = [:], flags: [String: String] = [:]
  ) -> [String] {
    faults(of: text.map { Array($0.utf8) }, environment: environment, flags: flags)
  }

  /// What is wrong with bytes.
  static func faults(
    of bytes: [UInt8]?, environment: [String: String] = [:], flags: [String: String] = [:]
  ) -> [String] {
    do {
      _ = try reading(bytes: bytes, environment: environment, flags: flags)
      return []
    } catch {
      return error.lines
    }
  }
}

/// Where in a configuration a key may stand.
enum KeyPlace: CaseIterable {
  case top, mount, watchdog

  var keys: [ConfigurationKey] {
    switch self {
    case .top: ConfigurationKey.topKeys
    case .mount: ConfigurationKey.mountKeys
    case .watchdog: ConfigurationKey.watchdogKeys
    }
  }

  /// How faults name the object.
  var prefix: String {
    switch self {
    case .top: ""
    case .mount: "mounts[0]."
    case .watchdog: "watchdog."
    }
  }

  /// A configuration of one mount with this value set.
  func document(_ key: String, _ value: JSONValue) -> String {
    var mount: JSONValue = ["path": "/mnt/a"]
    var document: JSONValue = [:]
    switch self {
    case .top: document[key] = value
    case .mount: mount[key] = value
    case .watchdog: document["watchdog"] = .object([key: value])
    }
    if document["mounts"] == nil { document["mounts"] = .array([mount]) }
    return document.text()
  }
}

/// The fixture files: one thing that is right or wrong in each.
struct ConfigurationFixture: CustomStringConvertible {
  let name: String
  let bytes: [UInt8]
  /// The lines beside it, of faults or warnings.
  let lines: [String]

  var description: String { name }

  /// The repository's folder.
  static let repository = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func all(_ kind: String) -> [ConfigurationFixture] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/Configuration/\(kind)")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".json") }.sorted().compactMap { file in
      let name = String(file.dropLast(".json".count))
      guard let data = try? Data(contentsOf: folder.appending(path: file)) else { return nil }
      let lines = try? Data(contentsOf: folder.appending(path: name + ".txt"))
      return ConfigurationFixture(
        name: name, bytes: Array(data),
        lines: String(decoding: lines ?? Data(), as: UTF8.self).split(separator: "\n")
          .map(String.init))
    }
  }
}
