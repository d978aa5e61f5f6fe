import Foundation
import Glibc
import JSONValue
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct `What a run of outcomes means` {
  @Test func `is nothing yet while a mount may still be starting`() async throws {
    try await TemporaryFolder.with { folder in
      let late = try folder.folder("late")
      let never = try folder.folder("never")
      let configuration = Sidecar.configuration(
        [
          Sidecar.mount("late", late, ["startupGrace": "1h"]),
          Sidecar.mount("never", never, ["startupGrace": "4s"]),
        ],
        ["failureThreshold": 1])
      try await Sidecar.with(configuration) { sidecar in
        let start = sidecar.start
        try await sidecar.waitUntil("late", verdict: "missing")
        #expect(try await sidecar.status(of: "late")["status"]?.stringValue == "UNKNOWN")
        try await Task.sleep(for: .seconds(1))
        try folder.write("late/.health-check", "ok\n")
        try await sidecar.waitUntil("late", is: "HEALTHY")
        try await sidecar.waitUntil("never", is: "UNHEALTHY", within: .seconds(30))
        #expect(start.duration(to: .now) > .seconds(3.5))
        let told = sidecar.records.filter { $0["name"]?.stringValue == "late" }
        #expect(!told.contains { $0["status"]?.stringValue == "UNHEALTHY" })
      }
    }
  }

  @Test func `is decided by each mount's own threshold and canary`() async throws {
    let mounts = [
      ("downloads", 2, ".nfs-health"), ("movies", 3, ".rd-health"), ("tv", 5, ".ad-health"),
    ]
    try await TemporaryFolder.with { folder in
      let configuration = Sidecar.configuration(
        try mounts.map { name, threshold, canary in
          let path = try folder.folder(name)
          try folder.write("\(name)/\(canary)", "ok\n")
          return Sidecar.mount(
            name, path,
            ["failureThreshold": .number(JSONNumber(threshold)), "canaryFile": .string(canary)])
        }, ["checkInterval": "2s", "readTimeout": "1900ms"])
      try await Sidecar.with(configuration) { sidecar in
        for (name, _, _) in mounts { try await sidecar.waitUntil(name, is: "HEALTHY") }
        // The one that takes fewest looks goes first, so that their order is certain.
        for (name, _, canary) in mounts {
          try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)/\(canary)")
        }
        for (name, _, _) in mounts {
          try await sidecar.waitUntil(name, is: "UNHEALTHY", within: .seconds(30))
          try await sidecar.waitForRecord("mount unhealthy") { $0["name"]?.stringValue == name }
        }
        let told = sidecar.records("mount unhealthy")
        #expect(told.map { $0["name"]?.stringValue } == ["downloads", "movies", "tv"])
        #expect(told.map { $0["failureCount"]?.intValue } == [2, 3, 5])
      }
    }
  }

  @Test func `is no recovery while a mount rises and falls`() async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.library("library")
      let configuration = Sidecar.configuration(
        [Sidecar.mount("library", library)], ["flapWindow": "1h"])
      try await Sidecar.with(configuration) { sidecar in
        for _ in 1...3 {
          try await sidecar.waitUntil("library", is: "HEALTHY", verdict: "ok")
          try FileManager.default.removeItem(atPath: library + "/.health-check")
          try await sidecar.waitUntil("library", verdict: "missing")
          try folder.write("library/.health-check", "ok\n")
        }
        let mount = try await sidecar.waitUntil("library", is: "DEGRADED", verdict: "ok").mount
        #expect(mount["flapping"]?.boolValue == true)
        try await Task.sleep(for: .seconds(2.5))
        #expect(try await sidecar.readiness() == 503)
      }
    }
  }

  @Test(.needsMounts) func `outlives a reload that drops and returns a hung mount`() async throws {
    try await FaultFileSystem.with { system in
      try await TemporaryFolder.with { folder in
        let library = Sidecar.mount("library", try folder.library("library"))
        let films = Sidecar.mount("films", system.mountpoint)
        try await Sidecar.with(Sidecar.configuration([library, films])) { sidecar in
          try await sidecar.waitUntil("films", is: "HEALTHY")
          try await system.send("hang READ")
          try await sidecar.waitUntil("films", verdict: "hung")
          for mounts in [[library], [library, films]] {
            var next = Sidecar.configuration(mounts)
            next["httpPort"] = .number(JSONNumber(sidecar.port))
            try sidecar.folder.write("config.json", next.text())
            kill(sidecar.pid, SIGHUP)
            let isTaken = try await eventually(within: .seconds(5)) {
              try await sidecar.document()["mounts"]?.arrayValue?.count == mounts.count
            }
            #expect(isTaken)
          }
          try await Task.sleep(for: .seconds(3))
          #expect(try await system.held() == ["READ": 1], "no second probe on a hung mount")
          #expect(try await sidecar.status(of: "films")["status"]?.stringValue != "HEALTHY")
          try await system.send("clear")
          try await sidecar.waitUntil("films", is: "HEALTHY")
        }
      }
    }
  }

  @Test func `is known of a worker whose program was deleted meanwhile`() async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.library("library")
      let program = try BuiltProgram.copy("mountmon", to: folder)
      try await Sidecar.with(
        Sidecar.configuration([Sidecar.mount("library", library)]), .init(program: program)
      ) { sidecar in
        try await sidecar.waitUntil("library", is: "HEALTHY")
        try FileManager.default.removeItem(atPath: program)
        let worker = try await sidecar.worker()
        kill(worker.pid, SIGKILL)
        let isReplaced = try await eventually(within: .seconds(5)) {
          try await sidecar.worker() != worker
        }
        #expect(isReplaced)
        let last = try await sidecar.status(of: "library")["lastCheck"]
        let isJudged = try await eventually(within: .seconds(5)) {
          try await sidecar.status(of: "library")["lastCheck"] != last
        }
        #expect(isJudged)
      }
    }
  }

  @Test func `is absent where there is no such folder`() async throws {
    try await TemporaryFolder.with { folder in
      let file = try folder.write("file", "")
      let mounts = [
        Sidecar.mount("gone", folder.path + "/gone", ["checkType": "directory"]),
        Sidecar.mount("file", file, ["checkType": "directory"]),
        Sidecar.mount("below a file", file + "/below"),
      ]
      try await Sidecar.with(Sidecar.configuration(mounts)) { sidecar in
        for name in ["gone", "file", "below a file"] {
          try await sidecar.waitUntil(name, is: "UNHEALTHY", verdict: "absent")
        }
        _ = try folder.folder("gone")
        try await sidecar.waitUntil("gone", is: "HEALTHY")
      }
    }
  }
}
