import Foundation
import JSONValue
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct `A canary that is removed and restored` {
  @Test func `leads to degraded, unhealthy and back, and each is told once`() async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.library("library")
      let other = try folder.library("other")
      let configuration = Sidecar.configuration([
        Sidecar.mount("library", library), Sidecar.mount("other", other),
      ])
      try await Sidecar.with(configuration) { sidecar in
        try await sidecar.waitUntil("library", is: "HEALTHY")
        try await sidecar.waitUntil("other", is: "HEALTHY")
        #expect(try await sidecar.readiness() == 200)

        try FileManager.default.removeItem(atPath: library + "/.health-check")
        let degraded = try await sidecar.waitUntil("library", is: "DEGRADED").mount
        #expect(degraded["verdict"]?.stringValue == "missing")
        #expect(degraded["lastError"]?.stringValue?.contains("ENOENT") == true)
        #expect(try await sidecar.readiness() == 503)
        let bad = try await sidecar.waitUntil("library", is: "UNHEALTHY").mount
        #expect((bad["failureCount"]?.intValue ?? 0) >= 3)
        try await Task.sleep(for: .seconds(2))
        #expect(try await sidecar.get("/healthz/live").status == 200)

        try folder.write("library/.health-check", "ok\n")
        try await sidecar.waitUntil("library", is: "HEALTHY")
        #expect(try await sidecar.readiness() == 200)
        #expect(try await sidecar.status(of: "other")["failureCount"]?.intValue == 0)

        try await sidecar.waitForRecord("mount recovered") { _ in true }
        check(sidecar.records.filter { $0["name"]?.stringValue == "library" }, library)
        #expect(sidecar.records.count == sidecar.log.split(separator: "\n").count)
      }
    }
  }

  private func check(_ records: [JSONValue], _ path: String) {
    let changes = records.filter { $0["status"] != nil }
    let messages = changes.compactMap { $0["msg"]?.stringValue }
    #expect(
      messages == ["mount healthy", "mount degraded", "mount unhealthy", "mount recovered"])
    for record in changes {
      #expect(record["mount"]?.stringValue == path)
      #expect(record["level"]?.stringValue?.isEmpty == false)
      #expect(record["failureCount"]?.intValue != nil)
      #expect(record["time"]?.stringValue?.isEmpty == false)
    }
    let unhealthy = changes.first { $0["msg"]?.stringValue == "mount unhealthy" }
    #expect(unhealthy?["failureCount"]?.intValue == 3)
    #expect(unhealthy?["unhealthyDuration"]?.stringValue?.isEmpty == false)
    #expect(unhealthy?["error"]?.stringValue?.contains("ENOENT") == true)
    #expect(changes.last?["outage"]?.stringValue?.isEmpty == false)
  }

  @Test func `is told as text to people`() async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.folder("library")
      let configuration = Sidecar.configuration([Sidecar.mount("library", library)])
      try await Sidecar.with(configuration, .init(arguments: ["--log-format", "text"])) { sidecar in
        try await sidecar.waitUntil("library", is: "UNHEALTHY")
        let told = await eventually(within: .seconds(5)) {
          sidecar.log.contains("mount unhealthy")
        }
        #expect(told)
        #expect(sidecar.log.split(separator: "\n").allSatisfy { !$0.hasPrefix("{") })
        #expect(sidecar.log.contains("failureCount=3"))
      }
    }
  }
}
