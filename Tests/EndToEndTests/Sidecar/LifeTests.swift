import Foundation
import Glibc
import JSONValue
import StackKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct `The sidecar's life` {
  @Test(arguments: [SIGTERM, SIGINT])
  func `ends within a second of a signal, readiness first`(signal: Int32) async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.library("library")
      try await Sidecar.with(Sidecar.configuration([Sidecar.mount("library", library)])) {
        sidecar in
        try await sidecar.waitUntil("library", is: "HEALTHY")
        let worker = try await sidecar.worker()
        let connection = try LoopbackConnection(port: sidecar.port)
        let request = "GET /healthz/ready HTTP/1.1\r\nHost: x\r\n\r\n"
        await connection.send(request)
        #expect(try await connection.reply(to: "GET").status == 200)

        let start = ContinuousClock.now
        kill(sidecar.pid, signal)
        // New connections are still taken, and told that there will be no more.
        var refusals = 0
        while let other = try? LoopbackConnection(port: sidecar.port) {
          await other.send(request)
          guard let reply = try? await other.reply(to: "GET", within: .seconds(1)) else { break }
          if reply.status == 503 { refusals += 1 }
          guard start.duration(to: .now) < .seconds(3) else { break }
        }
        #expect(refusals > 0)
        let outcome = try await sidecar.child.finish(within: .seconds(5))
        let elapsed = start.duration(to: .now)
        #expect(outcome.ending == .exited(0))
        #expect(elapsed < .seconds(1))
        print("figure: signal \(signal) to exit \(elapsed)")
        let isGone = await eventually(within: .seconds(5)) { !worker.isAlive }
        #expect(isGone)
        #expect(sidecar.records("shutdown complete").count == 1)
      }
    }
  }

  @Test func `does not begin where its port is taken`() async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.library("library")
      let configuration = Sidecar.configuration([Sidecar.mount("library", library)])
      try await Sidecar.with(configuration) { first in
        var taken = configuration
        taken["httpPort"] = .number(JSONNumber(first.port))
        try await Sidecar.with(taken, .init(waits: false)) { second in
          let outcome = try await second.child.finish(within: .seconds(5))
          #expect(outcome.ending == .exited(1))
          let record = second.records("could not start").first
          #expect(record?["level"]?.stringValue?.uppercased() == "ERROR")
          #expect(record?["error"]?.stringValue?.contains("\(first.port)") == true)
        }
        #expect(try await first.get("/healthz/live").status == 200)
      }
    }
  }

  @Test func `begins where only options and no subcommand are given`() async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.library("library")
      let port = try FreePort.take()
      var configuration = Sidecar.configuration([Sidecar.mount("library", library)])
      configuration["httpPort"] = .number(JSONNumber(port))
      let file = try folder.write("config.json", configuration.text())
      let child = try Child(try BuiltProgram.path("mountmon"), "-c", file)
      defer { child.kill() }
      let listens = await eventually(within: .seconds(30)) {
        (try? LoopbackConnection(port: port)) != nil
      }
      #expect(listens)
      kill(child.pid, SIGTERM)
      #expect(try await child.finish().ending == .exited(0))
    }
  }

  @Test func `begins with the file in its working directory where none is named`() async throws {
    try await TemporaryFolder.with { folder in
      let port = try FreePort.take()
      _ = try folder.library("library")
      var configuration = Sidecar.configuration([Sidecar.mount("library", "library")])
      configuration["httpPort"] = .number(JSONNumber(port))
      try folder.write("config.json", configuration.text())
      let child = try Child(
        "env", "-C", folder.path, try BuiltProgram.path("mountmon"), "--log-level=debug",
        "--log-format=text")
      defer { child.kill() }
      let told = await eventually(within: .seconds(30)) {
        child.outputSoFar.contains("mount healthy")
      }
      #expect(told, "\(child.outputSoFar)\(child.errorsSoFar)")
      #expect(child.outputSoFar.contains("mount=\(folder.path)/library"))
      kill(child.pid, SIGTERM)
      #expect(try await child.finish().ending == .exited(0))
    }
  }

  @Test func `takes flags before the environment before the file`() async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.library("library")
      let mounts = [Sidecar.mount("library", library)]
      let byFile = Sidecar.configuration(mounts, ["logLevel": "error", "logFormat": "text"])
      try await Sidecar.with(byFile) { #expect($0.log == "") }
      let environment = ["MOUNTMON_LOG_LEVEL=debug", "MOUNTMON_LOG_FORMAT=json"]
      try await Sidecar.with(byFile, .init(environment: environment)) { sidecar in
        try await sidecar.waitForRecord("probe worker started") { _ in true }
      }
      let flags = ["--log-format", "text"]
      try await Sidecar.with(byFile, .init(arguments: flags, environment: environment)) { sidecar in
        let told = await eventually(within: .seconds(5)) {
          sidecar.log.contains("DEBUG probe worker started")
        }
        #expect(told)
      }

      var elsewhere = Sidecar.configuration(mounts)
      elsewhere["httpPort"] = .number(JSONNumber(try FreePort.take()))
      let port = try FreePort.take()
      let file = try folder.write("config.json", elsewhere.text())
      let options = Sidecar.Options(
        arguments: ["--http-port", "\(port)"], environment: ["MOUNTMON_HTTP_PORT=1"],
        configurationPath: file)
      let sidecar = try Sidecar(in: folder, port: port, options)
      do { try await sidecar.waitUntilListening() } catch { Issue.record(error) }
      await sidecar.tearDown()
    }
  }

  @Test(.needsMounts) func `makes no fault of a probe that its end cuts short`() async throws {
    try await FaultFileSystem.with { system in
      try await system.send("hang READ")
      let configuration = Sidecar.configuration(
        [Sidecar.mount("films", system.mountpoint, ["failureThreshold": 1])],
        ["checkInterval": "60s", "readTimeout": "50s"])
      try await Sidecar.with(configuration) { sidecar in
        try await system.waitUntilHeld("READ")
        #expect(try await sidecar.terminate().ending == .exited(0))
        #expect(sidecar.records("shutdown complete").count == 1)
        #expect(sidecar.records.filter { $0["status"] != nil } == [])
      }
    }
  }

  @Test func `is an init container that looks once`() async throws {
    try await TemporaryFolder.with { folder in
      let good = try folder.library("good")
      let bad = try folder.folder("bad")
      for (paths, code) in [([good], Int32(0)), ([good, bad], 1)] {
        let mounts = paths.map { Sidecar.mount($0, $0) }
        try await Sidecar.with(
          Sidecar.configuration(mounts),
          .init(arguments: ["--init-container-mode"], waits: false)
        ) { sidecar in
          let outcome = try await sidecar.child.finish()
          #expect(outcome.ending == .exited(code))
          #expect(sidecar.records("mount check passed").count == 1)
          #expect(sidecar.records("mount check failed").count == Int(code))
        }
      }
    }
  }

  @Test(.needsMounts) func `is an init container that a hung mount does not hold`() async throws {
    try await FaultFileSystem.with { system in
      try await system.send("hang READ")
      try await Sidecar.with(
        Sidecar.configuration([Sidecar.mount("films", system.mountpoint)]),
        .init(arguments: ["--init-container-mode"], waits: false)
      ) { sidecar in
        let outcome = try await sidecar.child.finish()
        #expect(outcome.ending == .exited(1))
        #expect(outcome.elapsed < .seconds(3))
        #expect(
          sidecar.records("mount check failed").first?["verdict"]?.stringValue == "hung")
      }
    }
  }
}
