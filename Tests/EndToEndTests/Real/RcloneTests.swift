import JSONValue
import StackKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)), .needsMounts)
struct `A WebDAV mount by rclone` {
  private struct Lab {
    var server: RealDaemon
    var mount: RealDaemon
    var sidecar: Sidecar
  }

  private func withLab(_ body: (Lab) async throws -> Void) async throws {
    try requireMounts()
    try await requireProgram("rclone")
    try await TemporaryFolder.with { folder in
      let served = try folder.library("served")
      let point = try folder.folder("point")
      let port = try FreePort.take()
      let config = try folder.write(
        "rclone.conf", "[lab]\ntype = webdav\nurl = http://127.0.0.1:\(port)\nvendor = other\n")
      let server = try RealDaemon(
        "rclone", "serve", "webdav", served, "--addr", "127.0.0.1:\(port)", "--config", config,
        "--cache-dir", folder.path + "/server-cache")
      do {
        let listens = await eventually(within: .seconds(15)) {
          (try? LoopbackConnection(port: port)) != nil
        }
        guard listens else { throw KitError("rclone serve: \(server.child.errorsSoFar)") }
        let mount = try RealDaemon(
          "rclone", "mount", "lab:", point, "--config", config, "--cache-dir",
          folder.path + "/cache", "--dir-cache-time", "1s", "--attr-timeout", "1s", "--timeout",
          "4s", "--contimeout", "1s", "--low-level-retries", "1", "--allow-other")
        do {
          try await waitUntilMounted(point, by: mount)
          let configuration = Sidecar.configuration([Sidecar.mount("dav", point)])
          try await Sidecar.with(configuration) { sidecar in
            try await sidecar.waitUntil("dav", is: "HEALTHY")
            try await body(Lab(server: server, mount: mount, sidecar: sidecar))
          }
        } catch {
          Issue.record(error)
        }
        await mount.tearDown()
      } catch {
        Issue.record(error)
      }
      await server.tearDown()
    }
  }

  @Test func `is dead while its server is gone`() async throws {
    try await withLab { lab in
      let about = try await lab.sidecar.status(of: "dav")
      #expect(about["fsType"]?.stringValue == "fuse.rclone")
      let start = ContinuousClock.now
      try await lab.server.end()
      let mount = try await lab.sidecar.waitUntil("dav", verdict: "dead", within: .seconds(15))
        .mount
      print("figure: rclone's server killed, dead after \(start.duration(to: .now))")
      #expect(mount["lastError"]?.stringValue?.contains("EIO") == true)
      try await lab.sidecar.waitUntil("dav", is: "UNHEALTHY", within: .seconds(10))
      try lab.server.restart()
      try await lab.sidecar.waitUntil("dav", is: "HEALTHY", within: .seconds(15))
    }
  }

  @Test func `is hung while its server is stopped`() async throws {
    try await withLab { lab in
      let start = ContinuousClock.now
      lab.server.stop()
      try await lab.sidecar.waitUntil("dav", verdict: "hung", within: .seconds(10))
      print("figure: rclone's server stopped, hung after \(start.duration(to: .now))")
      lab.server.resume()
      try await lab.sidecar.waitUntil("dav", is: "HEALTHY", within: .seconds(20))
    }
  }

  @Test func `is dead once rclone itself is killed`() async throws {
    try await withLab { lab in
      try await lab.mount.end()
      // A look that was under way is cut off by another error.
      try await lab.sidecar.waitUntil("dav", verdict: "dead", error: "ENOTCONN")
    }
  }
}
