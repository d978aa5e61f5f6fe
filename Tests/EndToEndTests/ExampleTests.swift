import Foundation
import JSONValue
import StackKit
import StubAPIServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct `An example` {
  @Test func `probes once`() async throws {
    try await TemporaryFolder.with { folder in
      let program = try BuiltProgram.path("probe-once")
      let good = try await Child(program, try folder.library("good")).finish()
      #expect(good.ending == .exited(0))
      #expect(good.output.hasPrefix("ok"))
      let bad = try await Child(program, try folder.folder("bad")).finish()
      #expect(bad.output.hasPrefix("missing "))
      #expect(bad.output.contains("ENOENT"))
    }
  }

  @Test func `embeds a monitor that has a worker of its own`() async throws {
    try await TemporaryFolder.with { folder in
      let program = try BuiltProgram.path("embed-monitor")
      let good = try folder.folder("good")
      let outcome = try await Child(program, good, folder.path + "/nowhere").finish(
        within: .seconds(15))
      #expect(outcome.ending == .exited(0))
      #expect(outcome.output.contains("\(good) healthy nothing wrong"))
      #expect(outcome.output.contains("ENOENT"))
    }
  }

  @Test(.needsMounts) func `embeds a monitor that a hung mount does not hold`() async throws {
    try await FaultFileSystem.with { system in
      try await system.send("hang *")
      let outcome = try await Child(
        try BuiltProgram.path("embed-monitor"), system.mountpoint
      ).finish(within: .seconds(15))
      #expect(outcome.ending == .exited(0))
      #expect(outcome.elapsed < .seconds(10))
    }
  }

  @Test func `reacts to changes`() async throws {
    let program = try BuiltProgram.path("react-to-changes")
    let outcome = try await Child(program).finish(within: .seconds(30))
    #expect(outcome.ending == .exited(0))
    let words = outcome.output.split(separator: "\n").compactMap { line in
      line.split(separator: "→").last?.split(separator: " ").first
    }
    #expect(words == ["healthy", "degraded", "unhealthy", "healthy"])
  }

  @Test func `declares a resource of its own`() async throws {
    let outcome = try await Child(try BuiltProgram.path("own-resource")).finish()
    #expect(outcome.ending == .exited(0))
    let lines = outcome.output.split(separator: "\n")
    #expect(
      lines == [
        "list backups in media: GET /apis/example.org/v1/namespaces/media/backups"
          + "?labelSelector=tier%20in%20%28hot%2Cwarm%29&limit=50",
        "backup media/plex runs @daily, failed 2 times",
        #"changed: {"schedule":"@hourly","colour":"blue"}"#,
        "delete backup media/plex: DELETE /apis/example.org/v1/namespaces/media/backups/plex "
          + #"{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u-1"}}"#,
        "refused: backup odd, at spec.schedule: expected a string, found 5",
      ])
  }

  @Test func `lists and watches pods`() async throws {
    let server = try await StubAPIServer()
    server.withCluster { $0.create(Self.pod("plex-0")) }
    try await TemporaryFolder.with { folder in
      let authority = Data(server.certificates.authorityPEM.utf8).base64EncodedString()
      let path = try folder.write(
        "kubeconfig",
        """
        {"apiVersion": "v1", "kind": "Config", "current-context": "stub",
         "clusters": [{"name": "stub", "cluster": {"server": "\(server.url)",
           "certificate-authority-data": "\(authority)"}}],
         "users": [{"name": "admin", "user": {"token": "\(server.administratorToken)"}}],
         "contexts": [{"name": "stub", "context": {"cluster": "stub", "user": "admin"}}]}
        """)
      // Into a file a program writes in blocks, unless told otherwise.
      let watcher = try Child(
        "stdbuf", "-oL", try BuiltProgram.path("watch-pods"), path, "media")
      let isThere = await eventually(within: .seconds(20)) {
        watcher.outputSoFar.contains("that is all there is now")
      }
      #expect(isThere, "\(watcher.outputSoFar)\(watcher.errorsSoFar)")
      server.withCluster { $0.create(Self.pod("plex-1")) }
      server.withCluster { $0.remove("Pod", "plex-0", in: "media") }
      let isTold = await eventually(within: .seconds(20)) {
        let text = watcher.outputSoFar
        return text.contains("added    plex-1") && text.contains("deleted  media/plex-0")
      }
      #expect(isTold, "\(watcher.outputSoFar)")
      #expect(watcher.outputSoFar.hasPrefix("1 pods at version "))
      watcher.kill()
      _ = try await watcher.finish()
    }
    #expect(server.violations.isEmpty)
    try await server.stop()
  }

  private static func pod(_ name: String) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": ["name": .string(name), "namespace": "media"],
      "spec": ["containers": [["name": "main", "image": "registry.example/plex:1"]]],
    ]
  }

  @Test(.needsMounts, .timeLimit(.minutes(2)))
  func `shows the sidecar at work`() async throws {
    let script = BuiltProgram.package + "/Examples/demo/demo.sh"
    let folder = URL(filePath: try BuiltProgram.path("mountmon")).deletingLastPathComponent().path
    let outcome = try await Child(
      "MOUNTMON_DEMO_PORT=\(try FreePort.take())", "bash", script, folder
    ).finish(within: .seconds(90))
    #expect(outcome.ending == .exited(0), "\(outcome.output.suffix(2000))\(outcome.errors)")
    #expect(outcome.elapsed < .seconds(60))
    for word in ["HEALTHY", "DEGRADED", "UNHEALTHY"] { #expect(outcome.output.contains(word)) }
  }

  @Test func `edits JSON, and says where a document is wrong`() async throws {
    let outcome = try await Child(try BuiltProgram.path("edit-json")).finish()
    #expect(outcome.ending == .exited(0))
    #expect(
      outcome.output.split(separator: "\n") == [
        #"{"version":1.10,"shares":[{"name":"movies","path":"/srv/movies","colour":"blue"}],"#
          + #""checked":true}"#,
        "movies is at /srv/movies",
        "refused: line 2, column 19, at shares[2]: expected a value after ',', found ']'",
        "refused: [0]: expected a number, found an object",
      ])
  }

  @Test func `fetches once, or says why not`() async throws {
    let program = try BuiltProgram.path("fetch-once")
    let server = try LoopbackServer { $0.target == "/there" ? 200 : 404 }
    let there = try await Child(program, server.url + "/there").finish()
    #expect(there.ending == .exited(0))
    #expect(there.output.hasPrefix("200 "))
    let elsewhere = try await Child(program, server.url, "/elsewhere").finish()
    #expect(elsewhere.output.hasPrefix("404 "))
    server.stop()
    let nobody = try await Child(program, "http://127.0.0.1:\(try FreePort.take())").finish()
    #expect(nobody.ending == .exited(0))
    #expect(nobody.output.hasPrefix("no answer (refused): "))
  }

  @Test func `plans a drain, and stops sooner what writes into nothing`() async throws {
    let outcome = try await Child(try BuiltProgram.path("plan-drain")).finish()
    #expect(outcome.ending == .exited(0))
    let steps = outcome.output.split(separator: "\n").compactMap { line -> String? in
      let words = line.split(separator: " ")
      guard words.first.flatMap({ Int($0) }) != nil, words.count > 2 else { return nil }
      return "\(words[1]) \(words[2].filter { $0 != "," })"
    }
    #expect(steps.first == "pause client:sabnzbd")
    #expect(steps.contains("stop container:plex"))
    #expect(!outcome.output.contains("proxy"), "it does not use the pool")
    #expect(outcome.output.contains("\n1. fence: stop at once what writes into nothing\n"))
  }

  @Test func `judges the lock of a dead backup, and of one that lives`() async throws {
    let outcome = try await Child(try BuiltProgram.path("judge-locks")).finish()
    #expect(outcome.ending == .exited(0))
    let verdicts = outcome.output.split(separator: "\n").map { line in
      line.prefix { $0 != "(" }
    }
    #expect(
      verdicts == [
        "its pod runs: lock 1a12470f of backup-7xk2p: live ",
        "its pod was killed: lock 1a12470f of backup-7xk2p: dead ",
        "no such pod is known: lock 1a12470f of backup-7xk2p: foreign ",
      ])
  }
}
