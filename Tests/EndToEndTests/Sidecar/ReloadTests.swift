import Foundation
import Glibc
import JSONValue
import StackKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct `A sidecar whose configuration changes` {
  private func configuration(_ folder: TemporaryFolder, _ names: [String]) throws -> JSONValue {
    Sidecar.configuration(
      try names.map { Sidecar.mount($0, try folder.library($0)) })
  }

  private func text(_ configuration: JSONValue, of sidecar: Sidecar) -> String {
    var configuration = configuration
    configuration["httpPort"] = .number(JSONNumber(sidecar.port))
    return configuration.text()
  }

  @Test func `reads it again on SIGHUP, and by itself`() async throws {
    try await TemporaryFolder.with { folder in
      try await Sidecar.with(try configuration(folder, ["a"])) { sidecar in
        let since = try await sidecar.waitUntil("a", is: "HEALTHY").mount["since"]
        try sidecar.folder.write(
          "config.json", text(try configuration(folder, ["a", "b"]), of: sidecar))
        kill(sidecar.pid, SIGHUP)
        try await waitForMount("b", of: sidecar, within: .seconds(2))
        #expect(try await sidecar.status(of: "a")["since"] == since, "what is known is kept")

        try sidecar.folder.write(
          "config.json", text(try configuration(folder, ["b", "c"]), of: sidecar))
        try await waitForMount("c", of: sidecar, within: .seconds(10))
        await #expect(throws: KitError.self) { try await sidecar.status(of: "a") }
        // The mount may be looked at before the line is written.
        let isTold = await eventually(within: .seconds(30)) {
          sidecar.records("configuration reloaded").count >= 2
        }
        #expect(isTold)
        #expect(sidecar.records("configuration reloaded").count == 2)
      }
    }
  }

  @Test func `keeps the old one where the new one is bad`() async throws {
    try await TemporaryFolder.with { folder in
      try await Sidecar.with(try configuration(folder, ["a"])) { sidecar in
        try await sidecar.waitUntil("a", is: "HEALTHY")
        try sidecar.folder.write("config.json", "{\"mounts\": [{\"pth\": \"/x\"}]}")
        kill(sidecar.pid, SIGHUP)
        try await sidecar.waitForRecord("configuration not reloaded, the old one stays") {
          $0["error"]?.stringValue?.contains("pth") == true
        }
        // The second fault of that file is a second line.
        try await sidecar.waitForRecord("configuration not reloaded, the old one stays") {
          $0["error"]?.stringValue?.contains("is missing") == true
        }
        #expect(try await sidecar.status(of: "a")["status"]?.stringValue == "HEALTHY")
        let complaints = sidecar.records("configuration not reloaded, the old one stays").count
        try await Task.sleep(for: .seconds(5))
        #expect(
          sidecar.records("configuration not reloaded, the old one stays").count == complaints,
          "a bad file is told of once")

        try FileManager.default.removeItem(atPath: sidecar.folder.path + "/config.json")
        kill(sidecar.pid, SIGHUP)
        try await sidecar.waitForRecord("configuration not reloaded, the old one stays") {
          $0["error"]?.stringValue?.contains("ENOENT") == true
        }
        #expect(try await sidecar.status(of: "a")["status"]?.stringValue == "HEALTHY")
        try sidecar.folder.write(
          "config.json", text(try configuration(folder, ["a", "b"]), of: sidecar))
        try await waitForMount("b", of: sidecar, within: .seconds(10))
      }
    }
  }

  @Test func `sees a ConfigMap's links swapped`() async throws {
    try await TemporaryFolder.with { folder in
      let maps = try folder.folder("map")
      let port = try FreePort.take()
      func publish(_ version: String, _ names: [String]) throws {
        var configuration = try configuration(folder, names)
        configuration["httpPort"] = .number(JSONNumber(port))
        _ = try folder.folder("map/..\(version)")
        try folder.write("map/..\(version)/config.json", configuration.text())
        // As kubelet does: a new link beside the old one, moved over it.
        #expect(symlink("..\(version)", maps + "/..data_tmp") == 0)
        #expect(rename(maps + "/..data_tmp", maps + "/..data") == 0)
      }
      try publish("1", ["a"])
      #expect(symlink("..data/config.json", maps + "/config.json") == 0)
      let sidecar = try Sidecar(
        in: folder, port: port, .init(configurationPath: maps + "/config.json"))
      do {
        try await sidecar.waitUntilListening()
        try await sidecar.waitUntil("a", is: "HEALTHY")
        try publish("2", ["a", "b"])
        try await waitForMount("b", of: sidecar, within: .seconds(10))
      } catch {
        Issue.record(error)
      }
      await sidecar.tearDown()
    }
  }

  private func waitForMount(
    _ name: String, of sidecar: Sidecar, within limit: Duration
  ) async throws {
    let came = await eventually(within: limit) {
      (try? await sidecar.status(of: name)["status"]?.stringValue) == "HEALTHY"
    }
    guard came else { throw KitError("\(name) is not watched within \(limit)") }
  }
}
