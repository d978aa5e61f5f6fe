import Foundation
import Testing

@Suite(.timeLimit(.minutes(2)))
struct `The units` {
  private static let script = BuiltProgram.package + "/scripts/validate-units.sh"
  private static let folder = BuiltProgram.package + "/Examples/systemd"

  @Test func `are such as systemd reads, and no more exposed than they have to be`() async throws {
    let outcome = try await Child(Self.script).finish(within: .seconds(60))
    #expect(outcome.ending == .exited(0), "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
  }

  @Test(arguments: [
    ("an unknown key", "WatchdogSec=30", "WatchDogSec=30"),
    ("a value that is none", "Restart=always", "Restart=sometimes"),
    ("less protection", "CapabilityBoundingSet=", "#CapabilityBoundingSet="),
  ])
  func `would not pass with`(fault: String, old: String, new: String) async throws {
    let text = try Self.text("mountmon-pool.service")
    #expect(text.contains(old))
    try await TemporaryFolder.with { folder in
      try folder.write("mountmon-pool.service", text.replacing("\n\(old)", with: "\n\(new)"))
      let outcome = try await Child(Self.script, folder.path).finish(within: .seconds(60))
      #expect(outcome.ending == .exited(1), "\(outcome.output)\(outcome.errors)")
    }
  }

  @Test func `never tie the monitor or Docker to the pool, and name it in no path of their own`()
    throws
  {
    for name in [
      "mountmon-pool.service", "mountmon-pool-gate.service", "docker.service.d/pool.conf",
    ] {
      for line in try Self.text(name).split(separator: "\n") where !line.hasPrefix("#") {
        for key in [
          "Requires=", "BindsTo=", "PartOf=", "RequiresMountsFor=", "MemoryMax=", "PrivateTmp=",
          "ReadWritePaths=", "ReadOnlyPaths=", "BindPaths=", "InaccessiblePaths=", "MountFlags=",
          "ProtectSystem=strict",
        ] {
          #expect(!line.hasPrefix(key), "\(name): \(line)")
        }
      }
    }
  }

  @Test func `mount what the configuration watches`() throws {
    let pool = try Self.text("pool/mnt-pool.mount")
    let data = try Data(
      contentsOf: URL(filePath: BuiltProgram.package + "/Examples/compose/pool.json"))
    let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(pool.contains("\nWhere=\(document["path"] as? String ?? "")\n"))
    var paths: [String] = []
    for branch in document["branches"] as? [Any] ?? [] {
      let path = branch as? String ?? (branch as? [String: String])?["path"] ?? ""
      let label =
        (branch as? [String: String])?["label"] ?? URL(filePath: path).lastPathComponent
      let name = path.dropFirst().replacing("/", with: "-")
      let unit = try Self.text("pool/\(name).mount")
      #expect(unit.contains("\nWhere=\(path)\n"))
      #expect(unit.contains("\nWhat=/dev/disk/by-label/\(label)\n"))
      #expect(unit.contains("\nWantedBy=dev-disk-by\\x2dlabel-\(label).device"))
      paths.append(path)
    }
    #expect(!paths.isEmpty)
    #expect(pool.contains("\nWhat=\(paths.joined(separator: ":"))\n"))
  }

  private static func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
  }
}
