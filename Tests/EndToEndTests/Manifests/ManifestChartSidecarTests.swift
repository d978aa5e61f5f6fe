import Foundation
import JSONValue
import Testing

/// The templates that put mountmon into the pods of another chart, by the chart that shows it.
@Suite(.timeLimit(.minutes(3)))
struct `The sidecar of another Helm chart` {
  /// The chart with what `helm dependency build` would copy into it.
  private static func objects(_ values: JSONValue = [:]) async throws -> [ManifestObject] {
    try await built {
      try await $0.objects(.init(name: "plex", namespace: "media", values: values))
    }
  }

  private static func built<Result>(_ body: (HelmChart) async throws -> Result) async throws
    -> Result
  {
    try await TemporaryFolder.with { place in
      let chart = place.path + "/plex"
      let manager = FileManager.default
      try manager.copyItem(atPath: Manifests.folder + "/chart-with-sidecar", toPath: chart)
      try manager.createDirectory(atPath: chart + "/charts", withIntermediateDirectories: true)
      try manager.copyItem(atPath: HelmChart.library, toPath: chart + "/charts/mountmon-sidecar")
      return try await body(HelmChart(folder: chart))
    }
  }

  @Test(arguments: [("deployment", "{}"), ("before-1.29", #"{"mountmon": {"native": false}}"#)])
  func `is that of the plain manifests`(variant: String, values: String) async throws {
    let plain = try #require(try await Manifests.variants()[variant])
    let made = try await Self.objects(JSONValue(parsing: values))
    let one = try #require(made.compactMap(\.pod).first)
    let other = try #require(plain.compactMap(\.pod).first)
    #expect(one.containers.map(\.name) == other.containers.map(\.name))
    for (mine, its) in zip(one.containers, other.containers) {
      #expect(mine.value.sorted == its.value.sorted, "\(mine)")
    }
    for volume in other.spec["volumes"]?.arrayValue ?? [] {
      let name = try #require(volume["name"]?.stringValue)
      #expect(one.volume(name)?.sorted == volume.sorted, "\(name)")
    }
    for kind in ["Role", "RoleBinding", "ServiceAccount"] {
      let mine = made.filter { $0.kind == kind }.map(\.bare)
      let its = plain.filter { $0.kind == kind }.map(\.bare)
      #expect(mine == its, "\(kind)")
    }
    func configuration(_ objects: [ManifestObject]) throws -> JSONValue {
      let map = try #require(objects.first { $0.kind == "ConfigMap" })
      let text = try #require(map.value["data"]?["config.json"]?.stringValue)
      return try JSONValue(parsing: text).sorted
    }
    #expect(try configuration(made) == configuration(plain))
  }

  @Test func `has no token and no permissions without a watchdog`() async throws {
    let made = try await Self.objects(["mountmon": ["config": ["watchdog": .null]]])
    let pod = try #require(made.compactMap(\.pod).first)
    #expect(pod.volume("kube-api-access") == nil)
    #expect(pod.sidecar?.mount(of: "kube-api-access") == nil)
    #expect(!made.contains { $0.kind.hasPrefix("Role") })
  }

  @Test func `does what its keys say`() async throws {
    let made = try await Self.objects([
      "mountmon": [
        "gate": false, "runAsUser": 1_000_000, "imagePullPolicy": "Always", "logLevel": "debug",
        "configMap": "mounts", "resources": ["limits": ["memory": "32Mi"]],
        "config": ["httpPort": 9090],
        "mounts": [["name": "media", "mountPath": "/media", "readOnly": false]],
      ]
    ])
    let sidecar = try #require(made.compactMap(\.pod).first?.sidecar)
    #expect(sidecar.value["startupProbe"]?["httpGet"]?["path"] == "/healthz/live")
    #expect(
      sidecar.security["runAsUser"] == 1_000_000 && sidecar.security["runAsGroup"] == 1_000_000)
    #expect(sidecar.value["imagePullPolicy"] == "Always")
    #expect(sidecar.arguments.suffix(2) == ["--log-level", "debug"])
    #expect(sidecar.value["ports"] == [["name": "health", "containerPort": 9090]])
    #expect(sidecar.value["resources"] == ["limits": ["memory": "32Mi"]])
    // A probe that writes needs it.
    #expect(sidecar.mount(of: "media")?["readOnly"] == false)
    #expect(sidecar.pod.volume("mountmon-config")?["configMap"]?["name"] == "mounts")
    #expect(made.first { $0.kind == "ConfigMap" }?.name == "mounts")
    #expect(sidecar.excesses.isEmpty)
  }

  @Test(arguments: [
    (#"{"mounst": []}"#, "there is no key \"mounst\""),
    (#"{"image": null}"#, "image is required"),
    (#"{"mounts": null}"#, "mounts is required"),
    (#"{"config": null}"#, "config is required"),
    (#"{"config": {"httpAddress": "127.0.0.1"}}"#, "cannot be reached by the kubelet's probes"),
  ])
  func `refuses`(values: String, reason: String) async throws {
    let given: JSONValue = ["mountmon": try JSONValue(parsing: values)]
    let said = try await Self.built { try await $0.refusal(of: given) }
    #expect(said.contains(reason), "\(said)")
  }
}

extension JSONValue {
  /// With the keys of all objects in order, and the mounts of a container, which have none.
  var sorted: JSONValue {
    if let list = arrayValue {
      let inner = list.map(\.sorted)
      let isOfMounts = !inner.isEmpty && inner.allSatisfy { $0["mountPath"] != nil }
      return .array(isOfMounts ? inner.sorted { $0.text() < $1.text() } : inner)
    }
    guard let object = objectValue else { return self }
    var made = JSONObject()
    for key in object.keys.sorted() { made[key] = object[key]?.sorted }
    return .object(made)
  }
}
