import Foundation
import JSONValue
import Testing

/// One object of a YAML file below `Examples/kubernetes`.
struct ManifestObject: CustomStringConvertible {
  /// Relative to `Examples/kubernetes`, such as `rbac/rbac.yaml`.
  let file: String
  let value: JSONValue

  var kind: String { value["kind"]?.stringValue ?? "" }
  var name: String { value["metadata"]?["name"]?.stringValue ?? "" }
  var description: String { "\(file): \(kind)/\(name)" }

  /// Whether it is about restic locks, and not about mounts.
  var isOfUnlocks: Bool { file.hasPrefix("volsync") }

  /// Whether it stands in no API: it says what is to be made of others.
  var isOfKustomize: Bool { ["Kustomization", "Component"].contains(kind) }

  /// Whether it is of an application as it was before it had mountmon.
  var isBare: Bool { file.hasPrefix("with-component/") }

  /// The pod that a Deployment, a StatefulSet or a CronJob makes.
  var pod: PodTemplate? {
    let spec = value["spec"]
    guard let template = spec?["template"] ?? spec?["jobTemplate"]?["spec"]?["template"] else {
      return nil
    }
    return PodTemplate(owner: self, value: template)
  }
}

/// The example manifests.
enum Manifests {
  static let folder = BuiltProgram.package + "/Examples/kubernetes"

  /// Every YAML file, relative to the folder; those of charts are templates, and no YAML yet.
  static var files: [String] {
    let walk = FileManager.default.enumerator(atPath: folder)
    return (walk?.compactMap { $0 as? String } ?? [])
      .filter { $0.hasSuffix(".yaml") && !$0.hasPrefix("chart") }.sorted()
  }

  /// What they hold; read once.
  static func objects() async throws -> [ManifestObject] { try await reading.value }

  private static let reading = Task { try await read() }

  private static func read() async throws -> [ManifestObject] {
    try await read(files.map { "\(folder)/\($0)" }, below: folder)
  }

  /// What YAML files hold, as Python's YAML reader sees it.
  static func read(_ paths: [String], below folder: String) async throws -> [ManifestObject] {
    let reader = BuiltProgram.package + "/scripts/manifests.py"
    let outcome = try await Child(["python3", reader] + paths).finish(within: .seconds(30))
    guard outcome.ending == .exited(0) else {
      throw KitError("reading manifests: \(outcome.ending) \(outcome.errors)")
    }
    return try (JSONValue(parsing: outcome.output).arrayValue ?? []).map { entry in
      let path = try #require(entry["path"]?.stringValue)
      let document = try #require(entry["document"])
      return ManifestObject(file: String(path.dropFirst(folder.count + 1)), value: document)
    }
  }

  /// All objects about mounts but the kustomizations, which Kubernetes never sees, and the application
  /// that a component has yet to be put into.
  static func all() async throws -> [ManifestObject] {
    try await objects().filter { !$0.isOfKustomize && !$0.isOfUnlocks && !$0.isBare }
  }

  /// All objects about restic locks.
  static func ofUnlocks() async throws -> [ManifestObject] {
    try await objects().filter { !$0.isOfKustomize && $0.isOfUnlocks }
  }

  /// The pods of all workloads that have mounts watched.
  static func pods() async throws -> [PodTemplate] { try await all().compactMap(\.pod) }

  /// The variants about mounts, by the folder that is applied: each with all objects that belong to
  /// it.
  static func variants() async throws -> [String: [ManifestObject]] {
    let objects = try await objects().filter { !$0.isOfUnlocks && !$0.isBare }
    let workloads = Set(objects.filter { $0.pod != nil }.map(\.file.parent))
    return Dictionary(
      uniqueKeysWithValues: workloads.map { folder in
        let files = Self.files(of: folder, in: objects)
        return (folder, objects.filter { files.contains($0.file) })
      })
  }

  /// The files that a kustomization brings in, by itself and by those that it names.
  static func files(of folder: String, in objects: [ManifestObject]) -> Set<String> {
    let own = objects.first { $0.file == "\(folder)/kustomization.yaml" }
    let resources = own?.value["resources"]?.arrayValue?.compactMap(\.stringValue) ?? []
    var files: Set<String> = []
    for resource in resources {
      if resource.hasPrefix("../") {
        files.formUnion(Self.files(of: String(resource.dropFirst(3)), in: objects))
      } else {
        files.insert("\(folder)/\(resource)")
      }
    }
    return files
  }
}

extension String {
  /// The folder of a path.
  var parent: String { split(separator: "/").dropLast().joined(separator: "/") }
}
