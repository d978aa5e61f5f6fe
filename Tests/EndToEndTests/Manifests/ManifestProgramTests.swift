import Foundation
import JSONValue
import Testing

/// What the manifests make mountmon do, done with the program that was built.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct `The program in the manifests` {
  @Test func `accepts every configuration`() async throws {
    let maps = try await Manifests.all().filter { $0.kind == "ConfigMap" }
    #expect(maps.count == 3)
    for map in maps {
      try await TemporaryFolder.with { folder in
        let text = try #require(map.value["data"]?["config.json"]?.stringValue)
        let file = try folder.write("config.json", text)
        let check = try await CheckRun.run("--config", file)
        #expect(check.code == 2, "\(map): the mounts are not here; \(check.errors)")
        #expect(check.errors.isEmpty, "\(map): \(check.errors)")
      }
    }
  }

  @Test func `waits with the arguments of the gate`() async throws {
    let pods = try await Manifests.pods()
    let gates = pods.flatMap(\.mountmons).filter { $0.arguments.first == "check" }
    #expect(!gates.isEmpty)
    for gate in gates {
      try await TemporaryFolder.with { folder in
        let library = try folder.library("media")
        let file = try folder.write("config.json", "{\"mounts\": [{\"path\": \"\(library)\"}]}")
        let arguments = gate.arguments.dropFirst().map { $0.hasSuffix("/config.json") ? file : $0 }
        let check = try await CheckRun.run(arguments)
        #expect(check.code == 0, "\(gate): \(check.errors)")
      }
    }
  }

  @Test func `answers every probe, and warns of nothing that the manifests do`() async throws {
    for (variant, objects) in try await Manifests.variants().sorted(by: { $0.key < $1.key }) {
      let sidecar = try #require(objects.compactMap(\.pod).first?.sidecar)
      let map = try #require(objects.first { $0.kind == "ConfigMap" })
      let text = try #require(map.value["data"]?["config.json"]?.stringValue)
      let path = try #require(sidecar.mount(of: "mountmon-config")?["mountPath"]?.stringValue)
      #expect(sidecar.arguments == ["sidecar", "--config", "\(path)/config.json"])
      var configuration = try JSONValue(parsing: text)
      configuration["httpAddress"] = "127.0.0.1"
      try await Sidecar.with(configuration) { running in
        for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
          guard let request = sidecar.value[probe]?["httpGet"] else { continue }
          let endpoint = try #require(request["path"]?.stringValue)
          let port = request["port"]?.stringValue
          #expect(sidecar.portNames.contains(port), "\(sidecar): \(probe) asks \(port ?? "")")
          // The mounts are not here.
          let expected = probe == "livenessProbe" ? 200 : 503
          #expect(try await running.get(endpoint).status == expected, "\(variant): \(endpoint)")
        }
        let warnings = running.records("configuration")
        #expect(warnings.isEmpty, "\(variant): \(warnings)")
      }
    }
  }

  @Test func `listens on the port that the manifests name`() async throws {
    let defaults = try String(
      contentsOfFile: BuiltProgram.package + "/docs/configuration.schema.json", encoding: .utf8)
    let schema = try JSONValue(parsing: defaults)
    let port = schema["properties"]?["httpPort"]?["default"]?.intValue
    for pod in try await Manifests.pods() {
      let ports = pod.sidecar?.value["ports"]?.arrayValue ?? []
      #expect(ports.map { $0["containerPort"]?.intValue } == [port], "\(pod)")
    }
  }
}

extension ManifestContainer {
  fileprivate var portNames: [String?] {
    (value["ports"]?.arrayValue ?? []).map { $0["name"]?.stringValue }
  }
}
