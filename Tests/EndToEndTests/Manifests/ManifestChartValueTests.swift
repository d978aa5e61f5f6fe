import Foundation
import JSONValue
import Testing

@Suite(.timeLimit(.minutes(3)))
struct `The values of the Helm chart` {
  @Test(arguments: [
    ("a key that is none", #"{"volsinc": {}}"#, "volsinc"),
    ("a key that is none, further in", #"{"volsync": {"replica": 2}}"#, "replica"),
    ("a number as a text", #"{"volsync": {"replicas": "2"}}"#, "volsync.replicas"),
    ("a tag that YAML made a number", #"{"image": {"tag": 1.1}}"#, "image.tag"),
    ("a label that YAML made a boolean", #"{"commonLabels": {"a": true}}"#, "commonLabels.a"),
    (
      "a label by which pods are selected",
      #"{"volsync": {"podLabels": {"app.kubernetes.io/name": "mine"}}}"#, "app.kubernetes.io/name"
    ),
    (
      "a label that the chart has",
      #"{"commonLabels": {"helm.sh/chart": "mine"}}"#, "helm.sh/chart"
    ),
    ("a mode that is none", #"{"volsync": {"mode": "daemon"}}"#, "volsync.mode"),
    ("a namespace that is none", #"{"volsync": {"namespaces": ["Down loads"]}}"#, "namespaces.0"),
    ("a text for a list", #"{"volsync": {"namespaces": "downloads"}}"#, "volsync.namespaces"),
    ("a schedule that is none", #"{"volsync": {"cronjob": {"schedule": "15m"}}}"#, "schedule"),
    ("a time without a unit", #"{"volsync": {"cronjob": {"timeout": "12"}}}"#, "timeout"),
    ("a digest that is none", #"{"image": {"digest": "sha256:abc"}}"#, "image.digest"),
    ("no image", #"{"image": {"repository": ""}}"#, "image.repository"),
    ("a sidecar without a name", #"{"sidecars": [{"kind": "Deployment"}]}"#, "sidecars.0"),
    ("a workload of no kind", #"{"sidecars": [{"kind": "Pod", "name": "a"}]}"#, "sidecars.0.kind"),
    ("nobody who may scrape", #"{"networkPolicy": {"from": []}}"#, "networkPolicy.from"),
    ("a port that is none", #"{"networkPolicy": {"apiServer": {"ports": [0]}}}"#, "ports.0"),
    ("no Secret of a name", #"{"imagePullSecrets": ["pull"]}"#, "imagePullSecrets.0"),
    (
      "what the type refuses", #"{"volsync": {"monitor": {"spec": {"maxConcurrentUnlocks": -1}}}}"#,
      "maxConcurrentUnlocks"
    ),
    (
      "what the type does not know", #"{"volsync": {"monitor": {"spec": {"enable": true}}}}"#,
      "enable"
    ),
  ])
  func `are refused with`(fault: String, values: String, named: String) async throws {
    let said = try await HelmChart.mountmon.refusal(of: JSONValue(parsing: values))
    #expect(said.contains("don't meet the specifications"), "\(fault): \(said)")
    #expect(said.contains(named), "\(fault): \(said)")
  }

  @Test(arguments: [
    (#"{"serviceMonitor": {"enabled": true}, "volsync": {"mode": "cronjob"}}"#, "mode=controller"),
    (#"{"serviceMonitor": {"enabled": true}, "volsync": {"enabled": false}}"#, "enabled=true"),
    (#"{"serviceMonitor": {"enabled": true}, "podMonitor": {"enabled": true}}"#, "turn one off"),
    (#"{"volsync": {"serviceAccount": {"create": false}}}"#, "serviceAccount.name is required"),
    (#"{"volsync": {"extraArgs": ["--http-port", "9090"]}}"#, "--http-port cannot be set"),
    (#"{"volsync": {"extraArgs": ["--http-port=9090"]}}"#, "--http-port cannot be set"),
    (#"{"volsync": {"extraArgs": ["--http-address", "127.0.0.1"]}}"#, "leave it out"),
    (#"{"volsync": {"extraArgs": ["--http-address=::1"]}}"#, "leave it out"),
    (#"{"volsync": {"mode": "cronjob", "cronjob": {"timeout": "14m"}}}"#, "has to be shorter"),
    (#"{"volsync": {"mode": "cronjob", "cronjob": {"timeout": "1h"}}}"#, "has to be shorter"),
    (
      #"{"sidecars": [{"kind": "Deployment", "name": "a"}, {"kind": "StatefulSet", "name": "a"}]}"#,
      "another name"
    ),
    (
      #"""
      {"sidecars": [
        {"kind": "Deployment", "name": "a", "makeServiceAccount": true},
        {"kind": "Deployment", "name": "b", "makeServiceAccount": true, "serviceAccount": "a"}
      ]}
      """#, "one row alone"
    ),
  ])
  func `that do not go together are refused, with what to do`(values: String, advice: String)
    async throws
  {
    let said = try await HelmChart.mountmon.refusal(of: JSONValue(parsing: values))
    #expect(said.contains(advice), "\(said)")
  }

  @Test func `have a schema for each default, and a default for each key`() async throws {
    let schema = try Self.schema()
    let values = try await Manifests.read(
      [HelmChart.mountmon.folder + "/values.yaml"], below: HelmChart.mountmon.folder)
    let definitions = try #require(schema["definitions"])
    func compare(_ schema: JSONValue, _ value: JSONValue, _ path: String) {
      guard let properties = schema["properties"]?.objectValue else { return }
      #expect(schema["additionalProperties"] == false, "\(path)")
      let keys = Set(properties.keys).subtracting(["global", "mountmon-sidecar"])
      #expect(keys == Set(value.objectValue?.keys ?? []), "\(path)")
      for (key, inner) in properties {
        // What the type VolSyncMonitor has is held against the type.
        if inner["$ref"] != nil { continue }
        compare(inner, value[key] ?? [:], "\(path).\(key)")
      }
    }
    compare(schema, try #require(values.first?.value), "")
    for (name, definition) in definitions.objectValue ?? JSONObject() {
      if definition["properties"] != nil {
        #expect(definition["additionalProperties"] == false, "\(name)")
      }
    }
  }

  @Test func `take what the type VolSyncMonitor takes`() async throws {
    let type = try #require(
      try await Manifests.ofUnlocks().first { $0.kind == "CustomResourceDefinition" })
    let version = try #require(type.value["spec"]?["versions"]?.arrayValue?.first)
    let spec = version["schema"]?["openAPIV3Schema"]?["properties"]?["spec"]
    let own = try Self.schema()["definitions"]?["volSyncMonitorSpec"]
    #expect(Self.plain(try #require(spec)) == own)
  }

  private static func schema() throws -> JSONValue {
    let file = HelmChart.mountmon.folder + "/values.schema.json"
    return try JSONValue(parsing: String(contentsOfFile: file, encoding: .utf8))
  }

  /// A schema of the API server without what is its own, strict where it names properties.
  private static func plain(_ schema: JSONValue) -> JSONValue {
    guard let object = schema.objectValue else { return schema }
    var made = JSONObject()
    for (key, value) in object where !key.hasPrefix("x-kubernetes") {
      switch key {
      case "description", "default", "format": break
      case "properties":
        var inner = JSONObject()
        for (name, child) in value.objectValue ?? JSONObject() { inner[name] = plain(child) }
        made[key] = .object(inner)
        made["additionalProperties"] = false
      case "items", "additionalProperties": made[key] = plain(value)
      default: made[key] = value
      }
    }
    return .object(made)
  }
}
