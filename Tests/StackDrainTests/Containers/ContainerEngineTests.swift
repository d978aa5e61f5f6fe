import HTTPTransport
import MountHealthCore
import Pacing
import Testing

@testable import StackDrain

@Suite(.timeLimit(.minutes(2))) struct `The client of an engine` {
  private static let stuck = StuckTask(
    pid: 4711, tid: 4711, name: "ffmpeg", waitsIn: "request_wait_answer")
  private static let plex =
    #"{"Id":"5ff1b07f0fb2","Name":"/plex","State":{"Status":"running","Pid":7,"StartedAt":"t1"}}"#

  private func engine(
    _ rules: [ScriptedEngine.Rule], places: [String] = ["/pool"], processes: HostProcesses = .none
  ) throws -> (ContainerEngine, ScriptedEngine) {
    let script = ScriptedEngine(rules)
    let engine = ContainerEngine(
      socket: "/s", places: try places.map { try MountPath($0) }, transport: script,
      processes: processes)
    return (engine, script)
  }

  private var soon: Tick { Tick.now() + .seconds(30) }

  private func fault(_ body: () async throws -> Void) async -> EngineFault? {
    do {
      try await body()
      return nil
    } catch { return error as? EngineFault }
  }

  @Test func `agrees on a version once`() async throws {
    let (engine, script) = try engine([.ping, .on("/containers/json", 200, "[]")])
    _ = try await engine.list(until: soon)
    _ = try await engine.list(until: soon)
    #expect(
      script.asked == [
        "GET /_ping", "GET /v1.41/containers/json?all=1", "GET /v1.41/containers/json?all=1",
      ])
  }

  @Test func `agrees anew where the engine became another one`() async throws {
    let old =
      #"{"message":"client version 1.41 is too old. Minimum supported API version is 1.44"}"#
    let (engine, script) = try engine([
      .ping, .on("/v1.41/", 400, old), .on("/v1.51/containers/json", 200, "[]"),
      .on("GET /version", 200, #"{"ApiVersion":"1.52","MinAPIVersion":"1.44"}"#),
    ])
    #expect(try await engine.list(until: soon).isEmpty)
    _ = try await engine.list(until: soon)
    #expect(script.asked.last == "GET /v1.51/containers/json?all=1" && script.asked.count == 5)
  }

  @Test func `asks further where a ping tells nothing, and refuses what is too old`() async throws {
    let (podman, _) = try engine([
      .on("/_ping", 200, "OK"), .on("GET /version", 200, #"{"ApiVersion":"1.40"}"#),
      .on("/v1.40/containers/json", 200, "[]"),
    ])
    #expect(try await podman.list(until: soon).isEmpty)
    let (ancient, _) = try engine([.on("/_ping", 200, "OK", headers: ["Api-Version": "1.22"])])
    let old = await fault { _ = try await ancient.list(until: soon) }
    #expect(old?.description.contains("at least 1.24 is needed") == true)
    let (stranger, _) = try engine([.on("", 200, "hello")])
    let odd = await fault { _ = try await stranger.list(until: soon) }
    #expect(odd?.kind == .strange)
  }

  @Test func `never acts on a container of another name`() async throws {
    let (engine, script) = try engine([.ping, .on("/containers/db/json", 200, Self.plex)])
    #expect(await fault { try await engine.kill("db", until: soon) }?.kind == .gone)
    #expect(await fault { _ = try await engine.look("db", until: soon) }?.kind == .gone)
    #expect(!script.asked.contains { $0.hasPrefix("POST") })
  }

  @Test func `names what holds a container, before the deadline`() async throws {
    let processes = HostProcesses(
      mountTables: { _ in MountTables() },
      stuckTasks: { id, pid in id == "5ff1b07f0fb2" && pid == 7 ? [Self.stuck] : [] })
    let (engine, _) = try engine(
      [.ping, .silence("/plex/kill"), .on("/plex/json", 200, Self.plex)], processes: processes)
    let deadline = Tick.now() + .seconds(20)
    let told = await fault { try await engine.kill("plex", until: deadline) }
    #expect(told?.kind == .refused)
    #expect(told?.description.contains("process 4711 (ffmpeg) is in state D") == true)
  }

  @Test func `knows what holds a container of an engine that says nothing at all`() async throws {
    let processes = HostProcesses(
      mountTables: { _ in MountTables() },
      stuckTasks: { id, _ in id == "5ff1b07f0fb2" ? [Self.stuck] : [] })
    let (engine, _) = try engine(
      [
        .ping, .on("/containers/json", 200, #"[{"Id":"5ff1b07f0fb2","Names":["/plex"]}]"#),
        .silence("/plex/"),
      ], processes: processes)
    _ = try await engine.list(until: soon)
    let told = await fault {
      try await engine.stop("plex", grace: .zero, until: Tick.now() + .seconds(20))
    }
    #expect(told?.description.contains("process 4711") == true)
  }

  @Test func `leaves silence what it is where nothing is stuck`() async throws {
    let (engine, _) = try engine([.ping, .silence("/plex/")])
    let told = await fault {
      try await engine.restart("plex", grace: .zero, until: Tick.now() + .seconds(20))
    }
    #expect(told?.kind == .silent)
    #expect(await fault { try await engine.start("plex", until: Tick.now()) }?.kind == .silent)
  }

  @Test func `sees containers though volumes and single ones do not answer`() async throws {
    let list = """
      [{"Id":"a1","Names":["/a"],"State":"running","Mounts":[{"Type":"volume","Name":"v",
      "Source":"/pool/x","Destination":"/data"}]},
      {"Id":"b1","Names":["/b"],"State":"exited","Mounts":[{"Type":"bind","Source":"/pool",
      "Destination":"/data"}]}]
      """
    let tables = HostProcesses(
      mountTables: { _ in MountTables(own: .empty) }, stuckTasks: { _, _ in [] })
    let (engine, script) = try engine(
      [
        .ping, .on("/containers/json", 200, list), .on("/volumes", 500),
        .on("/containers/a1/json", 500),
      ], processes: tables)
    let found = try await engine.survey(inspects: true, until: soon)
    #expect(found.containers.map(\.name) == ["a", "b"])
    #expect(found.complaints.count == 2)
    #expect(found.complaints.contains { $0.contains("volumes that are folders of the pool") })
    #expect(found.containers.allSatisfy { $0.showsDeadMount == nil })
    #expect(found.mayMissUsers && found.uninspected == ["a"])
    // What does not run shows nothing.
    #expect(!script.asked.contains { $0.contains("/containers/b1/") })
    let quick = try await engine.survey(inspects: false, until: soon)
    #expect(quick.complaints.count == 1)
  }

  @Test func `says whose binds could not be seen, and whom it may have overlooked`() async throws {
    let list = """
      [{"Id":"5ff1b07f0fb2","Names":["/plex"],"State":"running","Mounts":[{"Type":"bind",
      "Source":"/pool","Destination":"/data"}]}]
      """
    let rules: [ScriptedEngine.Rule] = [
      .ping, .on("/containers/json", 200, list), .on("/volumes", 200, "{}"),
      .on("/containers/5ff1b07f0fb2/json", 200, Self.plex),
    ]
    let foreign = HostProcesses(
      mountTables: { _ in MountTables(own: .empty) }, stuckTasks: { _, _ in [] })
    let (engine, _) = try engine(rules, processes: foreign)
    let seen = try await engine.survey(inspects: true, until: soon)
    #expect(seen.uninspected == ["plex"] && !seen.mayMissUsers)
    let quick = try await engine.survey(inspects: false, until: soon)
    #expect(quick.uninspected == [] && !quick.mayMissUsers)
    let blind = HostProcesses(
      mountTables: { _ in MountTables() }, stuckTasks: { _, _ in [] },
      realPaths: { _, _ in nil })
    let (other, _) = try self.engine(rules, processes: blind)
    let unsure = try await other.survey(inspects: true, until: soon)
    #expect(unsure.uninspected == ["plex"] && unsure.mayMissUsers)
    #expect(unsure.complaints.contains { $0.contains("by another name") })
  }

  @Test func `finds who mounts the pool by another name of it`() async throws {
    func entry(_ id: String, _ source: String) -> String {
      """
      {"Id":"\(id)","Names":["/\(id)"],"State":"running","Mounts":[{"Type":"bind",
      "Source":"\(source)","Destination":"/data"}]}
      """
    }
    let rules: [ScriptedEngine.Rule] = [
      .ping, .on("/volumes", 200, "{}"),
      .on(
        "/containers/json", 200,
        "[\(entry("real", "/var/pool/tv")),\(entry("link", "/data")),\(entry("device", "/odd"))]"),
      .on("/json", 404, "{}"),
    ]
    let host = MountTable(parsing: "70 27 0:41 / /var/pool rw - fuse.mergerfs a rw".utf8)
    let shows = MountTable(parsing: "148 1 0:41 /x /data rw - fuse.mergerfs a rw".utf8)
    let processes = HostProcesses(
      mountTables: { _ in MountTables(own: host, byPID: [7: shows]) }, stuckTasks: { _, _ in [] },
      processes: { ids in ids.contains("device") ? ["device": 7] : [:] },
      realPaths: { _, _ in
        RealPaths(byPath: ["/pool": "/var/pool", "/data": "/var/pool"], table: host)
      })
    let (engine, _) = try engine(rules, processes: processes)
    let users = PoolUsers(paths: [try MountPath("/pool")])
    func found(_ survey: ContainerSurvey) -> [String?] {
      survey.containers.map { users.reason(for: $0) }
    }
    let first = try await engine.survey(inspects: false, until: soon)
    #expect(found(first) == ["mounts /pool/tv", "mounts /pool", nil])
    let whole = try await engine.survey(inspects: true, until: soon)
    #expect(found(whole) == ["mounts /pool/tv", "mounts /pool", "mounts /pool"])
    // What was seen of a container once is so for as long as it is that one.
    let later = try await engine.survey(inspects: false, until: soon)
    #expect(found(later) == found(whole))
  }

  @Test func `asks for no restart where a volume is held by others as well`() async throws {
    func entry(_ name: String) -> String {
      """
      {"Id":"\(name)1","Names":["/\(name)"],"State":"running","Mounts":[{"Type":"volume",
      "Name":"v","Source":"/d/v/_data","Destination":"/data"}]}
      """
    }
    func details(_ name: String) -> ScriptedEngine.Rule {
      .on(
        "/containers/\(name)1/json", 200,
        #"{"Id":"\#(name)1","Name":"/\#(name)","State":{"Status":"running","Pid":7}}"#)
    }
    let old = MountTable(parsing: "148 1 0:39 / /data rw - fuse.mergerfs a rw".utf8)
    let own = MountTable(parsing: "70 27 0:41 / /pool rw - fuse.mergerfs a rw".utf8)
    let processes = HostProcesses(
      mountTables: { _ in MountTables(own: own, byPID: [7: old]) }, stuckTasks: { _, _ in [] })
    let volumes = ScriptedEngine.Rule.on(
      "/volumes", 200, #"{"Volumes":[{"Name":"v","Options":{"device":"/pool"}}]}"#)
    let (both, _) = try engine(
      [
        .ping, .on("/containers/json", 200, "[\(entry("x")),\(entry("y"))]"), volumes,
        details("x"), details("y"),
      ], processes: processes)
    let found = try await both.survey(inspects: true, until: soon)
    #expect(found.containers.allSatisfy { $0.showsDeadMount == nil })
    #expect(found.complaints.count == 2)
    #expect(found.complaints.allSatisfy { $0.contains("stop all of them") })
    let (one, _) = try engine(
      [.ping, .on("/containers/json", 200, "[\(entry("x"))]"), volumes, details("x")],
      processes: processes)
    let alone = try await one.survey(inspects: true, until: soon)
    #expect(alone.containers.map(\.showsDeadMount) == [true] && alone.complaints == [])
    #expect(alone.containers[0].deadMountReason?.contains("earlier mount") == true)
  }
}
