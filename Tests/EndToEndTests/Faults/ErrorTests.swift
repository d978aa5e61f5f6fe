import JSONValue
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)), .needsMounts)
struct `A mount that answers with errors` {
  @Test(arguments: ["ENOTCONN", "ESTALE", "EIO", "EMFILE"])
  func `is dead, whichever operation fails`(error: String) async throws {
    try await FaultFileSystem.withSidecar(for: Operation.all) { sidecar, pairs in
      for (operation, system) in pairs {
        try await system.send("error \(error) \(operation.name)")
      }
      for (operation, _) in pairs {
        let mount = try await sidecar.waitUntil(operation.name, verdict: "dead").mount
        #expect(mount["lastError"]?.stringValue?.contains(error) == true, "\(mount)")
      }
      for (_, system) in pairs { try await system.send("clear") }
      for (operation, _) in pairs { try await sidecar.waitUntil(operation.name, is: "HEALTHY") }
      #expect(try await sidecar.status(of: "other")["failureCount"]?.intValue == 0)
    }
  }

  @Test func `has the verdict that fits the fault`() async throws {
    let operations = [
      Operation(name: "slow", options: ["slowAfter": "50ms"]),
      Operation(name: "readOnly", options: ["write": true]),
      Operation(name: "full", options: ["minFreePercent": 10]),
      Operation(name: "full-by-write", options: ["write": true]),
      Operation(name: "missing"), Operation(name: "inaccessible"),
      Operation(name: "absent", options: ["minEntries": 500]),
      Operation(name: "unexpected", options: ["expect": "ok"]),
    ]
    let rows: [(command: String, verdict: String, status: String, word: String)] = [
      ("delay 0.2 READ", "slow", "DEGRADED", "late"),
      ("readonly on", "readOnly", "UNHEALTHY", "EROFS"),
      ("space 5 100", "full", "DEGRADED", "free"),
      ("error ENOSPC WRITE", "full", "DEGRADED", "ENOSPC"),
      ("short /.health-check", "missing", "UNHEALTHY", "size is"),
      ("error EACCES OPEN", "inaccessible", "DEGRADED", "EACCES"),
      ("status", "absent", "UNHEALTHY", "entries"),
      ("file /.health-check 2", "missing", "UNHEALTHY", "expected"),
    ]
    try await FaultFileSystem.with(count: rows.count) { systems in
      let mounts = zip(operations, systems).map {
        Sidecar.mount($0.name, $1.mountpoint, $0.options)
      }
      try await Sidecar.with(Sidecar.configuration(mounts)) { sidecar in
        for operation in operations where operation.name != "absent" {
          try await sidecar.waitUntil(operation.name, is: "HEALTHY")
        }
        for (row, system) in zip(rows, systems) { try await system.send(row.command) }
        for (row, operation) in zip(rows, operations) {
          let mount = try await sidecar.waitUntil(
            operation.name, is: row.status, verdict: row.verdict
          ).mount
          let error = mount["lastError"]?.stringValue ?? ""
          #expect(error.contains(row.word), "\(operation.name): \(error)")
        }
        // What only degrades stays so: no count of it makes a mount unhealthy.
        try await Task.sleep(for: .seconds(3))
        for (row, operation) in zip(rows, operations) where row.status == "DEGRADED" {
          let status = try await sidecar.status(of: operation.name)["status"]?.stringValue
          #expect(status == "DEGRADED")
        }
        for (row, system) in zip(rows, systems) where !row.command.hasPrefix("file") {
          try await system.send("clear")
        }
        for operation in operations where !["absent", "unexpected"].contains(operation.name) {
          try await sidecar.waitUntil(operation.name, is: "HEALTHY")
        }
      }
    }
  }

  @Test func `is dead once its daemon is killed, and healthy once mounted again`() async throws {
    try await TemporaryFolder.with { folder in
      let place = try folder.folder("place")
      let first = try await FaultFileSystem.mount(in: place)
      var second: FaultFileSystem?
      do {
        let mount = Sidecar.mount("films", place + "/mount")
        try await Sidecar.with(Sidecar.configuration([mount])) { sidecar in
          try await sidecar.waitUntil("films", is: "HEALTHY")
          try await first.killDaemon()
          let dead = try await sidecar.waitUntil("films", is: "UNHEALTHY", verdict: "dead").mount
          #expect(dead["lastError"]?.stringValue?.contains("ENOTCONN") == true)
          #expect(dead["mountPoint"]?.boolValue == true)

          try await first.unmount(lazy: true)
          let gone = try await sidecar.waitUntil("films", verdict: "absent").mount
          #expect(gone["mountPoint"]?.boolValue == false)

          second = try await FaultFileSystem.mount(in: place)
          let (elapsed, _) = try await sidecar.waitUntil("films", is: "HEALTHY", verdict: "ok")
          print("figure: a remount seen healthy after \(elapsed)")
        }
      } catch {
        Issue.record(error)
      }
      await second?.tearDown()
      await first.tearDown()
    }
  }
}
