import Foundation
import Glibc
import JSONValue
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct `A configuration that is no good` {
  /// What is in the file, and a word of the complaint.
  struct Row: CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var word: String

    var testDescription: String { name }

    init(_ name: String, _ text: String, _ word: String) {
      self.init(name, Array(text.utf8), word)
    }

    init(_ name: String, _ bytes: [UInt8], _ word: String) {
      (self.name, self.bytes, self.word) = (name, bytes, word)
    }

    static func mount(_ name: String, _ members: String, _ word: String) -> Row {
      Row(name, "{\"mounts\": [{\"path\": \"/x\", \(members)}]}", word)
    }

    static func top(_ name: String, _ members: String, _ word: String) -> Row {
      Row(name, "{\"mounts\": [{\"path\": \"/x\"}], \(members)}", word)
    }
  }

  static let rows: [Row] = [
    Row("empty", "", "config.json"), Row("no mounts", "{\"mounts\": []}", "mounts"),
    Row("cut off", "{\"mounts\": [{\"path\": \"/x\"", "config.json"),
    Row("not UTF-8", [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], "config.json"),
    Row("2 MiB", [UInt8](repeating: 0x20, count: 2 << 20), "config.json"),
    Row("too deep", String(repeating: "[", count: 100_000), "config.json"),
    .top("unknown key", "\"checkIntervall\": \"1s\"", "checkInterval"),
    .top("negative time", "\"checkInterval\": \"-5s\"", "checkInterval"),
    .top("time without unit", "\"checkInterval\": 30", "checkInterval"),
    .top("port beyond all", "\"httpPort\": 65536", "httpPort"),
    .top("port zero", "\"httpPort\": 0", "httpPort"),
    .top("overflow", "\"failureThreshold\": 99999999999999999999999", "failureThreshold"),
    .top("address of none", "\"httpAddress\": \"not an address\"", "not an address"),
    .mount("negative", "\"failureThreshold\": -2", "mounts[0].failureThreshold: -2"),
    .mount("leaves the mount", "\"canaryFile\": \"../etc/passwd\"", "canaryFile"),
    .mount("timeout beyond interval", "\"readTimeout\": \"40s\"", "readTimeout"),
    Row("same path", "{\"mounts\": [{\"path\": \"/x\"}, {\"path\": \"/x/\"}]}", "mounts[1].path"),
    Row(
      "10,000 mounts",
      "{\"mounts\": [" + (0..<10_000).map { "{\"path\": \"/m/\($0)\"}" }.joined(separator: ",")
        + "]}", "1000"),
  ]

  @Test(arguments: rows)
  func `is refused at once, with a word on what is wrong`(row: Row) async throws {
    try await TemporaryFolder.with { folder in
      let file = folder.path + "/config.json"
      try Data(row.bytes).write(to: URL(filePath: file))
      let program = try BuiltProgram.path("mountmon")
      let outcome = try await Child(program, "sidecar", "-c", file).finish()
      #expect(outcome.ending == .exited(1))
      #expect((outcome.errors + outcome.output).contains(row.word), "\(outcome)")
      #expect(outcome.errors.utf8.count < 4000)
      #expect(outcome.elapsed < .seconds(3))
    }
  }

  @Test func `is refused where there is no file, or a folder`() async throws {
    try await TemporaryFolder.with { folder in
      for path in [folder.path, folder.path + "/gone"] {
        let program = try BuiltProgram.path("mountmon")
        let outcome = try await Child(program, "sidecar", "-c", path).finish()
        #expect(outcome.ending == .exited(1))
        #expect(outcome.errors.contains(path))
      }
    }
  }

  @Test func `is warned of where anybody may write to it`() async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.library("library")
      try await Sidecar.with(Sidecar.configuration([Sidecar.mount("library", library)])) {
        sidecar in
        let file = sidecar.folder.path + "/config.json"
        chmod(file, 0o666)
        kill(sidecar.pid, SIGHUP)
        try await sidecar.waitForRecord("configuration") {
          $0["warning"]?.stringValue?.contains("anybody may write") == true
        }
      }
    }
  }
}
