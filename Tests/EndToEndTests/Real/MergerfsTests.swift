import Foundation
import JSONValue
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)), .needsMounts)
struct `A pool by mergerfs` {
  private func withPool(
    _ body: (_ folder: TemporaryFolder, _ daemon: RealDaemon, Sidecar) async throws -> Void
  ) async throws {
    try requireMounts()
    try await requireProgram("mergerfs")
    try await TemporaryFolder.with { folder in
      var branches: [String] = []
      for number in 1...3 {
        let branch = try folder.folder("b\(number)")
        try await run("mount", "-t", "tmpfs", "disk\(number)", branch)
        try folder.write("b\(number)/.disk\(number)", "disk\(number)\n")
        branches.append(branch)
      }
      let pool = try folder.folder("pool")
      let daemon = try RealDaemon(
        "mergerfs", "-f", "-o", "fsname=pool,category.create=mfs,cache.files=off,allow_other",
        branches.joined(separator: ":"), pool)
      do {
        try await waitUntilMounted(pool, by: daemon)
        var mounts = try (1...3).map { number in
          Sidecar.mount(
            "disk\(number)", try folder.folder("links/\(number)") + "/pool",
            ["canaryFile": .string(".disk\(number)"), "expect": .string("disk\(number)")])
        }
        for number in 1...3 {
          try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/links/\(number)/pool", withDestinationPath: pool)
        }
        mounts.append(
          Sidecar.mount(
            "pool", pool, ["checkType": "directory", "requireMount": ["fsType": "fuse.mergerfs"]]))
        try await Sidecar.with(Sidecar.configuration(mounts)) { sidecar in
          for name in ["disk1", "disk2", "disk3", "pool"] {
            try await sidecar.waitUntil(name, is: "HEALTHY")
          }
          try await body(folder, daemon, sidecar)
        }
      } catch {
        Issue.record(error)
      }
      await daemon.tearDown()
    }
  }

  @Test func `is dead once it is killed, and healthy once mounted again`() async throws {
    try await withPool { folder, daemon, sidecar in
      try await daemon.end()
      for name in ["disk1", "pool"] {
        // A look that was under way is cut off by another error.
        try await sidecar.waitUntil(name, verdict: "dead", error: "ENOTCONN")
      }
      try await run("umount", folder.path + "/pool")
      try await sidecar.waitUntil("pool", verdict: "absent")
      try await sidecar.waitUntil("disk1", verdict: "absent")
      try daemon.restart()
      try await waitUntilMounted(folder.path + "/pool", by: daemon)
      for name in ["disk1", "disk2", "disk3", "pool"] {
        try await sidecar.waitUntil(name, is: "HEALTHY")
      }
    }
  }

  @Test func `is hung while it is stopped`() async throws {
    try await withPool { _, daemon, sidecar in
      daemon.stop()
      for name in ["disk1", "disk2", "disk3", "pool"] {
        try await sidecar.waitUntil(name, verdict: "hung")
      }
      daemon.resume()
      for name in ["disk1", "disk2", "disk3", "pool"] {
        try await sidecar.waitUntil(name, is: "HEALTHY")
      }
    }
  }

  @Test func `lacks what was on a disk that is gone, though the pool answers`() async throws {
    try await withPool { folder, _, sidecar in
      try await run("umount", "-l", folder.path + "/b2")
      try await sidecar.waitUntil("disk2", verdict: "missing")
      for name in ["disk1", "disk3", "pool"] {
        #expect(try await sidecar.status(of: name)["verdict"]?.stringValue == "ok")
      }
    }
  }
}
