import Foundation
import Glibc
import JSONValue
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct `The sidecar's endpoints` {
  private func withHealthySidecar(
    _ more: JSONObject = [:], _ body: (Sidecar, TemporaryFolder) async throws -> Void
  ) async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.library("library")
      let configuration = Sidecar.configuration([Sidecar.mount("library", library)], more)
      try await Sidecar.with(configuration) { sidecar in
        try await sidecar.waitUntil("library", is: "HEALTHY")
        try await body(sidecar, folder)
      }
    }
  }

  @Test func `answer GET and HEAD, and tell others what they allow`() async throws {
    try await withHealthySidecar { sidecar, _ in
      for path in ["/healthz/live", "/healthz/ready", "/healthz/status", "/metrics", "/version"] {
        let got = try await sidecar.get(path)
        #expect(got.status == 200, "GET \(path)")
        #expect(!got.body.isEmpty)

        let head = try await sidecar.get(path, method: "HEAD")
        #expect(head.status == 200, "HEAD \(path)")
        #expect(head.body == "")
        #expect(head.headers["content-type"] == got.headers["content-type"])

        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
          let refused = try await sidecar.get(path, method: method)
          #expect(refused.status == 405, "\(method) \(path)")
          let allowed = refused.headers["allow"]?.split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
          }
          #expect(Set(allowed ?? []) == ["GET", "HEAD"])
        }
      }
      for path in ["/", "/healthz", "/healthz/live/x", "/metricsx", "/../etc/passwd"] {
        #expect(try await sidecar.get(path).status == 404, "GET \(path)")
      }
      let version = try JSONValue(parsing: try await sidecar.get("/version").body)
      for key in ["version", "swift", "architecture"] {
        #expect(version[key]?.stringValue?.isEmpty == false)
      }
      #expect(version["commit"] != nil)
    }
  }

  @Test func `leave no line in the log, whatever they answer`() async throws {
    try await TemporaryFolder.with { folder in
      let bad = try folder.folder("bad")
      let configuration = Sidecar.configuration(
        [Sidecar.mount("bad", bad, ["failureThreshold": 1])], ["liveness": "mounts"])
      try await Sidecar.with(configuration) { sidecar in
        try await sidecar.waitForRecord("mount unhealthy") { _ in true }
        let before = sidecar.log
        for _ in 0..<20 {
          for path in ["/healthz/live", "/healthz/ready"] {
            #expect(try await sidecar.get(path).status == 503)
          }
          _ = try await sidecar.get("/healthz/status")
          #expect(try await sidecar.get("/nowhere").status == 404)
        }
        // By then a line for each of the 80 would have been written. A busy machine adds a few others.
        kill(sidecar.pid, SIGHUP)
        try await sidecar.waitForRecord("configuration reloaded") { _ in true }
        let lines = sidecar.log.dropFirst(before.count).split(separator: "\n")
        #expect(lines.count < 10, "\(lines)")
      }
    }
  }

  @Test func `are served at their address alone`() async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.library("library")
      let configuration = Sidecar.configuration(
        [Sidecar.mount("library", library)], ["httpAddress": "127.0.0.2"])
      try await Sidecar.with(configuration, .init(waits: false)) { sidecar in
        let listens = await eventually(within: .seconds(30)) {
          (try? LoopbackConnection(port: sidecar.port, host: 2)) != nil
        }
        #expect(listens)
        #expect(throws: KitError.self) { try LoopbackConnection(port: sidecar.port) }
      }
    }
  }

  @Test func `tell of each mount all that is known`() async throws {
    try await withHealthySidecar { sidecar, folder in
      let document = try await sidecar.document()
      #expect(document["timestamp"]?.stringValue?.hasSuffix("Z") == true)
      let mount = try await sidecar.status(of: "library")
      #expect(mount["path"]?.stringValue == folder.path + "/library")
      #expect(mount["status"]?.stringValue == "HEALTHY")
      #expect(mount["verdict"]?.stringValue == "ok")
      #expect(mount["failureCount"]?.intValue == 0)
      #expect(mount["lastError"]?.isNull ?? true)
      for key in ["lastCheck", "since", "latency", "fsType", "source", "propagation"] {
        #expect(mount[key]?.stringValue?.isEmpty == false, "\(key)")
      }
      #expect(mount["mountPoint"]?.boolValue == false)
    }
  }

  @Test(.needsMounts) func `tell what is mounted there`() async throws {
    try requireMounts()
    try await TemporaryFolder.with { folder in
      let point = try folder.folder("films")
      try await run("mount", "-t", "tmpfs", "films-disk", point)
      try folder.write("films/.health-check", "ok\n")
      try await Sidecar.with(Sidecar.configuration([Sidecar.mount("films", point)])) { sidecar in
        let mount = try await sidecar.waitUntil("films", is: "HEALTHY").mount
        #expect(mount["mountPoint"]?.boolValue == true)
        #expect(mount["fsType"]?.stringValue == "tmpfs")
        #expect(mount["source"]?.stringValue == "films-disk")
      }
    }
  }

  @Test(.needsMounts) func `know nothing before the first outcome, and say so`() async throws {
    try await FaultFileSystem.with { system in
      try await system.send("hang *")
      let configuration = Sidecar.configuration(
        [Sidecar.mount("films", system.mountpoint)],
        ["readTimeout": "8s", "checkInterval": "10s"])
      try await Sidecar.with(configuration) { sidecar in
        #expect(sidecar.start.duration(to: .now) < .seconds(5), "it listens at once")
        let mount = try await sidecar.status(of: "films")
        #expect(mount["status"]?.stringValue == "UNKNOWN")
        #expect(mount["lastCheck"] == nil)
        #expect(mount["verdict"] == nil)
        #expect(try await sidecar.readiness() == 503)
        #expect(try await sidecar.get("/healthz/live").status == 200)
        #expect(try await sidecar.get("/healthz/status").status == 200)

        try await system.send("clear")
        try await sidecar.waitUntil("films", is: "HEALTHY")
        #expect(try await sidecar.readiness() == 200)
      }
    }
  }

  @Test func `keep liveness apart from mounts, unless the old meaning is asked for`() async throws {
    for (more, code) in [(JSONObject(), 200), (["liveness": "mounts"], 503)] {
      try await TemporaryFolder.with { folder in
        let library = try folder.folder("library")
        let mount = Sidecar.mount("library", library, ["failureThreshold": 1])
        try await Sidecar.with(Sidecar.configuration([mount], more)) { sidecar in
          try await sidecar.waitUntil("library", is: "UNHEALTHY", verdict: "missing")
          #expect(try await sidecar.get("/healthz/live").status == code)
          #expect(try await sidecar.readiness() == 503)
        }
      }
    }
  }

  @Test func `give metrics that promtool accepts, in both formats`() async throws {
    try await withHealthySidecar { sidecar, folder in
      let page = try await sidecar.get("/metrics")
      #expect(page.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
      let file = try folder.write("page", page.body)
      let verdict = try await Child("sh", "-c", "promtool check metrics < \"$0\"", file).finish()
      #expect(verdict.ending == .exited(0), "\(verdict.output)\(verdict.errors)")
      #expect(page.body.contains("mountmon_probe_success{mount=\"library\""))

      let open = try await sidecar.get(
        "/metrics", headers: ["Accept": "application/openmetrics-text; version=1.0.0"])
      #expect(
        open.headers["content-type"]?.hasPrefix("application/openmetrics-text; version=1.0.0")
          == true)
      #expect(open.body.hasSuffix("# EOF\n"))
    }
  }
}
