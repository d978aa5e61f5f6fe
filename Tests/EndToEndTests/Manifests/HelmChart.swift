import Foundation
import JSONValue
import Testing

/// A Helm chart of `Examples/kubernetes`, and what is rendered of it: by `Tests/HelmTemplate`, which
/// has helm's template engine, functions and schema validator, and is not helm.
struct HelmChart {
  let folder: String

  static let mountmon = HelmChart(folder: Manifests.folder + "/chart")
  static let library = Manifests.folder + "/chart/charts/mountmon-sidecar"

  /// One way to install it.
  struct Release {
    var name = "mountmon"
    var namespace = "mountmon"
    var values: JSONValue = [:]
    var options: [String] = []
  }

  /// The objects of a release.
  ///
  /// - Throws: `KitError` where values or templates are refused, or what comes out is no YAML.
  func objects(_ release: Release = Release()) async throws -> [ManifestObject] {
    let text = try await text(release)
    guard !text.isEmpty else { return [] }
    return try await TemporaryFolder.with { folder in
      let file = try folder.write("rendered.yaml", text)
      return try await Manifests.read([file], below: folder.path)
    }
  }

  /// What is printed for a release.
  func text(_ release: Release = Release()) async throws -> String {
    let outcome = try await run(release)
    guard outcome.ending == .exited(0) else {
      throw KitError("rendering \(folder): \(outcome.ending) \(outcome.errors)")
    }
    return outcome.output
  }

  /// What is said of values that have to be refused.
  func refusal(of values: JSONValue) async throws -> String {
    let outcome = try await run(Release(values: values))
    #expect(outcome.ending == .exited(1), "\(values)")
    #expect(outcome.output.isEmpty, "\(values)")
    return outcome.errors
  }

  private func run(_ release: Release) async throws -> Child.Outcome {
    try await TemporaryFolder.with { place in
      let values = try place.write("values.yaml", release.values.text())
      let script = BuiltProgram.package + "/scripts/helm-template.sh"
      let command =
        [script, "--release", release.name, "--namespace", release.namespace, "--values", values]
        + release.options + [folder]
      // The first one builds the program.
      return try await Child(command).finish(within: .seconds(240))
    }
  }
}

extension ManifestObject {
  /// The same without what says who installed it: names of releases and versions of charts.
  var bare: JSONValue { Self.bare(value) }

  /// Which labels tell of the release, and not of the object.
  private static let ofRelease: Set<String> = [
    "app.kubernetes.io/instance", "app.kubernetes.io/version", "app.kubernetes.io/managed-by",
    "helm.sh/chart", "mountmon",
  ]

  private static func bare(_ value: JSONValue) -> JSONValue {
    if let list = value.arrayValue { return .array(list.map(bare)) }
    guard let object = value.objectValue else { return value }
    var made = JSONObject()
    for key in object.keys.sorted() where !ofRelease.contains(key) {
      made[key] = object[key].map(bare)
    }
    return .object(made)
  }
}
