import Foundation
import JSONValue
import Testing

@Suite(.timeLimit(.minutes(2)))
struct `The compose files` {
  private static let folder = BuiltProgram.package + "/Examples/compose"
  private static let names = ["docker-compose.yml", "docker-compose.reading.yml"]

  @Test(arguments: names)
  func `are such as docker-compose reads, but for two keys that 1.29 does not know`(
    _ name: String
  ) async throws {
    let text = try String(contentsOfFile: "\(Self.folder)/\(name)", encoding: .utf8)
    let known = text.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("name: ") && !$0.contains("bind: { create_host_path: false }") }
    try await TemporaryFolder.with { folder in
      try folder.write(name, known.joined(separator: "\n"))
      let outcome = try await Child(
        "docker-compose", "-f", "\(folder.path)/\(name)", "config", "--quiet"
      ).finish(within: .seconds(60))
      #expect(outcome.ending == .exited(0), "\(outcome.errors)")
      #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    }
  }

  @Test func `never make a folder of the pool, and are not started again by Docker`() async throws {
    for file in try await Self.files() {
      for (service, value) in file["services"]?.objectValue ?? [:] {
        #expect(value["restart"]?.stringValue == "unless-stopped", "\(service)")
        for volume in value["volumes"]?.arrayValue ?? [] {
          guard let source = volume["source"]?.stringValue else {
            #expect(volume.stringValue?.hasPrefix("/mnt/pool") != true, "\(service): \(volume)")
            continue
          }
          #expect(source.hasPrefix("/mnt/pool/"), "\(service): a folder in the pool, not the pool")
          #expect(volume["bind"]?["create_host_path"]?.boolValue == false, "\(service)")
        }
      }
    }
  }

  @Test func `have the containers and projects that the configuration names`() async throws {
    let files = try await Self.files()
    let pool = try JSONValue(
      parsing: try String(contentsOfFile: "\(Self.folder)/pool.json", encoding: .utf8))
    let made = files.flatMap { $0["services"]?.objectValue?.values ?? [] }
      .compactMap { $0["container_name"]?.stringValue }
    #expect(Set(made).count == made.count, "no name twice: \(made)")
    for client in pool["clients"]?.arrayValue ?? [] {
      guard let container = client["container"]?.stringValue else { continue }
      #expect(made.contains(container), "\(container)")
    }
    let projects = files.compactMap { $0["name"]?.stringValue }
    for key in ["portableProjects", "fullProjects"] {
      for project in pool[key]?.arrayValue ?? [] {
        #expect(projects.contains(project["name"]?.stringValue ?? ""))
        for file in project["files"]?.arrayValue?.compactMap(\.stringValue) ?? [] {
          #expect(Self.names.contains { file.hasSuffix("/\($0)") }, "\(file)")
        }
      }
    }
  }

  private static let reader = """
    import json, sys, yaml
    json.dump([yaml.safe_load(open(path)) for path in sys.argv[1:]], sys.stdout)
    """

  /// Both files, as Python's YAML reader sees them.
  private static func files() async throws -> [JSONValue] {
    let outcome = try await Child(
      ["python3", "-c", reader] + names.map { "\(folder)/\($0)" }
    ).finish(within: .seconds(30))
    #expect(outcome.ending == .exited(0), "\(outcome.errors)")
    return try JSONValue(parsing: outcome.output).arrayValue ?? []
  }
}
