import ChildProcess
import HTTPTransport
import MountHealthCore
import Pacing
import Testing

@testable import StackDrain

private func result(_ text: String) -> ScriptedProgram.Reply {
  .answer(200, #"{"jsonrpc":"2.0","id":1,"result":\#(text)}"#)
}

@Suite struct `A client of aria2` {
  private let session = result(#"{"sessionId":"s1"}"#)

  @Test func `reads both lists, in pages, and the session`() async throws {
    let page = (0..<1000).map { #"{"gid":"\#(String($0, radix: 16))","status":"waiting"}"# }
    let program = ScriptedProgram(
      result("[\(page.joined(separator: ","))]"),
      result(#"[{"gid":"ffff","status":"paused"},{"gid":"fffe","status":"complete"}]"#),
      result(#"[{"gid":"aaaa","status":"active"},{"gid":"0","status":"active"}]"#), session)
    let client = try program.client(.aria2(secret: .value("word")))
    let state = try await client.look(until: program.soon)
    #expect(state.running.count == 1001 && state.idle == ["ffff"] && state.instance == "s1")
    #expect(
      program.lines[1]
        == #"POST /jsonrpc {"jsonrpc":"2.0","id":1,"method":"aria2.tellWaiting","params":["token:word",1000,1000,["gid","status"]]}"#
    )
  }

  @Test func `pauses by gid, and takes what is no more for no fault`() async throws {
    let program = ScriptedProgram(
      .answer(
        200,
        #"[{"id":1,"jsonrpc":"2.0","result":"aa"},{"id":2,"jsonrpc":"2.0","error":{"code":1,"message":"GID#bb cannot be paused now"}}]"#
      ), result(#""OK""#))
    let client = try program.client(.aria2(secret: nil), path: "/jsonrpc")
    #expect(await program.pause(client, ["bb", "aa", "token:x"]) == "taken")
    #expect(
      program.lines == [
        #"POST /jsonrpc [{"jsonrpc":"2.0","id":1,"method":"aria2.forcePause","params":["aa"]},"#
          + #"{"jsonrpc":"2.0","id":2,"method":"aria2.forcePause","params":["bb"]}]"#,
        #"POST /jsonrpc {"jsonrpc":"2.0","id":1,"method":"aria2.saveSession","params":[]}"#,
      ])
    program.then(
      result("[]"),
      .answer(
        400, #"{"id":1,"jsonrpc":"2.0","error":{"code":1,"message":"Filename is not given."}}"#))
    #expect(await program.resume(client, ["aa"]) == "taken")
    program.then(
      .answer(400, #"{"id":1,"jsonrpc":"2.0","error":{"code":1,"message":"Unauthorized"}}"#))
    #expect(await program.resume(client, ["aa"]).contains("refuses the secret"))
    program.then(.answer(200, #"[{"id":1,"error":{"code":1,"message":"Unauthorized"}}]"#))
    #expect(await program.resume(client, ["aa"]).contains("refuses the secret"))
    for body in ["{}", "[{}]", "7", "<a>", #"[{"result":"a"}"#] {
      program.then(.answer(200, body))
      #expect(await program.resume(client, ["aa"]).contains("not aria2"))
    }
  }
}

@Suite struct `A client of NZBGet` {
  private func status(_ post: Bool, up: Int = 10, at time: Int = 1000) -> ScriptedProgram.Reply {
    result(
      #"{"DownloadPaused":false,"PostPaused":\#(post),"ScanPaused":false,"UpTimeSec":\#(up),"ServerTime":\#(time),"DownloadRate":5}"#
    )
  }

  @Test func `has three units and tells its lives apart`() async throws {
    let program = ScriptedProgram(
      status(true), status(true, up: 20, at: 1011), status(false, up: 2, at: 1100),
      status(false, up: .max, at: .min), status(false, up: .min, at: .max))
    let client = try program.client(.nzbget(nil))
    let first = try await client.look(until: program.soon)
    #expect(first.running == ["download", "scan"] && first.idle == ["post"])
    #expect(try await client.look(until: program.soon).instance == first.instance)
    #expect(try await client.look(until: program.soon).instance != first.instance)
    #expect(try await client.look(until: program.soon).instance == nil)
    #expect(try await client.look(until: program.soon).instance == nil)
    program.then(result("true"), result("false"))
    #expect(await program.pause(client, ["scan", "download", "none"]).contains("did not do it"))
    #expect(program.lines.suffix(2).map { $0.contains("pausedownload") } == [true, false])
    program.then(.answer(200, #"{"error":{"name":"JSONRPCError","message":"Invalid procedure"}}"#))
    #expect(await program.look(client) == "it: NZBGet refuses: Invalid procedure")
    program.then(result("{}"))
    #expect(await program.look(client).contains("its status has no DownloadPaused"))
  }
}

@Suite struct `A client of Tdarr` {
  private let good = ScriptedProgram.Reply.answer(200, #"{"status":"good"}"#)

  private func nodes(_ nodes: (String, String, Bool)...) -> ScriptedProgram.Reply {
    let items = nodes.map {
      #""\#($0.0)":{"nodeName":"\#($0.1)","nodePaused":\#($0.2),"workers":{}}"#
    }
    return .answer(200, "{\(items.joined(separator: ","))}")
  }

  @Test func `counts a name as paused when all nodes of it are`() async throws {
    let program = ScriptedProgram(
      nodes(("1", "a", true), ("2", "a", false), ("3", "b", true), ("4", "c", false)))
    let client = try program.client(.tdarr(key: nil, nodes: ["a", "b", "z"]))
    let state = try await client.look(until: program.soon)
    #expect(state.running == ["a"] && state.idle == ["b"])
    #expect(state.note == "0 workers; not connected: z")
    program.then(nodes(("1", "a", true), (#"2\""#, "a", false)), .answer(200, "OK"))
    #expect(await program.pause(client, ["a", "b"]) == "taken")
    #expect(
      program.lines.last
        == #"POST /api/v2/update-node {"data":{"nodeID":"2\"","nodeUpdates":{"nodePaused":true}}}"#)
    #expect(program.requests.last?.headers["x-api-key"] == nil)
  }

  @Test func `asks twice where there are no nodes`() async throws {
    let program = ScriptedProgram(.answer(200, "{}"), good, .answer(200, "{}"), .answer(200, "{}"))
    let client = try program.client(.tdarr(key: .value("k"), nodes: []))
    #expect(await program.look(client) == "runs [] rests []")
    #expect(await program.look(client).contains("not Tdarr"))
    for body in ["[]", #"{"a":1}"#, #"{"a":{"nodeName":"x"}}"#, "<a>"] {
      program.then(.answer(200, body))
      #expect(await program.look(client).contains("not Tdarr"))
    }
    program.then(.answer(403, ""))
    #expect(await program.look(client).contains("refuses the key (status 403)"))
  }
}

@Suite struct `A client by requests` {
  @Test func `runs while the answer holds the text`() async throws {
    let url: ServiceURL = try #require(ServiceURL("http://127.0.0.1:1/state?x=1"))
    func step(_ method: String) -> ClientSettings.HTTPSteps.Step {
      .init(method: method, url: url, headers: ["X-One": "1"], body: method == "GET" ? "" : "{}")
    }
    let steps = ClientSettings.HTTPSteps(
      look: step("GET"), runningText: #""running":true"#, pause: step("POST"), resume: step("PUT"),
      authorizationFile: "/a")
    let program = ScriptedProgram(
      .answer(200, #"{"running":true}"#), .answer(204, ""), .answer(200, "no"), .answer(201, ""),
      .answer(500, "Bearer secret"), files: ["/a": "Bearer secret\n"])
    let client = try #require(
      try ClientSettings(name: "own", program: .http(steps)).clients(in: program.environment).first
    ).1
    #expect(try await client.look(until: program.soon) == .whole(runs: true))
    #expect(await program.pause(client, ["whole"]) == "taken")
    #expect(try await client.look(until: program.soon) == .whole(runs: false))
    #expect(await program.resume(client, ["whole"]) == "taken")
    #expect(await program.resume(client, []) == "taken")
    #expect(
      await program.look(client)
        == "own: GET /state at 127.0.0.1:1 answered with status 500: …")
    #expect(
      program.lines == [
        "GET /state?x=1", "POST /state?x=1 {}", "GET /state?x=1", "PUT /state?x=1 {}",
        "GET /state?x=1",
      ])
    #expect(program.requests.allSatisfy { $0.headers["Authorization"] == "Bearer secret" })
  }
}

@Suite struct `A client by a unit` {
  @Test(arguments: [
    ("active", "loaded", "runs"), ("reloading", "loaded", "runs"), ("activating", "loaded", "runs"),
    ("deactivating", "loaded", "ends"), ("inactive", "loaded", "rests"),
    ("failed", "loaded", "rests"), ("inactive", "masked", "rests"),
    ("inactive", "not-found", "fault"), ("", "loaded", "fault"), ("new-word", "loaded", "fault"),
  ])
  func `reads the words of systemd`(_ active: String, _ load: String, _ meaning: String) throws {
    let text = "LoadState=\(load)\nActiveState=\(active)\nInvocationID=9f=1\n"
    switch meaning {
    case "fault":
      #expect(throws: ClientFault.self) { try UnitText.state(Array(text.utf8), of: "x") }
    case "ends":
      // A stop has to wait for it, and a start is needed.
      #expect(
        try UnitText.state(Array(text.utf8), of: "x")
          == TargetState(running: ["whole"], idle: ["whole"], instance: "9f=1"))
    default:
      #expect(
        try UnitText.state(Array(text.utf8), of: "x")
          == .whole(runs: meaning == "runs", instance: "9f=1"))
    }
  }

  @Test(arguments: [
    (ChildResult.timedOut, "took too long"), (.tooMuchOutput, "wrote more"),
    (.signalled(9, complaint: ""), "signal 9"), (.failed("no such file"), "did not run"),
    (.exited(code: 1, output: [], complaint: "a\nUnit x not loaded.\n\n"), "Unit x not loaded."),
  ])
  func `says how a program ended`(_ ending: ChildResult, _ words: String) async throws {
    let program = ScriptedProgram()
    program.result(ending)
    let settings = ClientSettings(name: "it", program: .unit("x.service"))
    let client = try #require(try settings.clients(in: program.environment).first).1
    #expect(await program.pause(client, ["whole"]).contains(words))
    #expect(program.commands.first?.path == "/usr/bin/systemctl")
    #expect(program.commands.first?.deadline == .seconds(5))
  }
}
