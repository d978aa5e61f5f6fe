import HTTPTransport
import Pacing
import Testing

@testable import StackDrain

private let key = "0123456789abcdef0123456789abcdef"
private let taken = ScriptedProgram.Reply.answer(200, #"{"status":true}"#)

private func queue(paused: Bool) -> ScriptedProgram.Reply {
  .answer(200, #"{"queue":{"version":"3.7.1","paused":\#(paused),"kbpersec":"12.00","slots":[]}}"#)
}

private func life(_ pid: Int = 7, _ uptime: String = "0m") -> ScriptedProgram.Reply {
  .answer(200, #"{"status":{"pid":\#(pid),"uptime":"\#(uptime)","apikey":"\#(key)"}}"#)
}

private func history(_ states: String...) -> ScriptedProgram.Reply {
  let slots = states.enumerated().map { #"{"nzo_id":"n\#($0)","status":"\#($1)","name":"\u0000"}"# }
  return .answer(200, #"{"history":{"slots":[\#(slots.joined(separator: ","))]}}"#)
}

@Suite struct `A client of SABnzbd` {
  @Test func `sends the key in a form and nowhere else`() async throws {
    let program = ScriptedProgram(queue(paused: false), life(), taken)
    let client = try program.client(.sabnzbd(key: .value(key)), path: "/sabnzbd/")
    #expect(await program.look(client) == #"runs ["whole"] rests []"#)
    #expect(await program.pause(client, ["whole"]) == "taken")
    #expect(
      program.lines == [
        "POST /sabnzbd/api mode=queue&output=json&apikey=\(key)&start=1000000&limit=1",
        "POST /sabnzbd/api mode=fullstatus&output=json&apikey=\(key)&skip_dashboard=1"
          + "&calculate_performance=0",
        "POST /sabnzbd/api mode=pause&output=json&apikey=\(key)",
      ])
    #expect(program.requests.allSatisfy { !"\($0)".contains(key) })
  }

  @Test(arguments: [
    (200, #"{"status":false,"error":"not implemented"}"#, "refuses: not implemented"),
    (200, #"{"status":false}"#, "refuses: no reason given"), (200, "ok", "not SABnzbd"),
    (200, #"{"ok":true}"#, "no status of the command"), (200, #"{"status":"true"}"#, "no status"),
    (200, "[]", "no object"), (403, "API Key Incorrect", "refuses the key (API Key Incorrect)"),
    (403, "API Key Required", "refuses the key"),
    (403, "Access denied", "status 403: Access denied"),
    (
      403, "Access denied - Hostname verification failed: https://sabnzbd.org/hostname-check",
      "host_whitelist"
    ), (404, "", "not at that path"), (303, "", "redirects"),
    (502, "bad\ngateway", "502: bad gateway"),
    (200, #"{"status":false,"error":"you sent \#(key)\u0007\u202e"}"#, "refuses: you sent …"),
  ])
  func `believes nothing but the status of a command`(
    _ status: Int, _ body: String, _ words: String
  ) async throws {
    for mode in 0..<2 {
      let program = ScriptedProgram(.answer(status, body))
      let client = try program.clients(.sabnzbd(key: .value(key)))[0]
      let fault =
        mode == 0
        ? await program.pause(client, ["whole"]) : await program.resume(client, ["whole"])
      #expect(fault.hasPrefix("it: ") && fault.contains(words))
      #expect(!fault.contains(key) && !fault.contains("\n"))
    }
  }

  @Test func `reads its key from the section of an ini file, each time`() async throws {
    let program = ScriptedProgram(
      queue(paused: true), life(), files: ["/ini": "[misc]\nnzb_key = no\napi_key = first\n"])
    let source = SecretSource.ini(file: "/ini", section: "misc", key: "api_key")
    let client = try program.client(.sabnzbd(key: source))
    #expect(await program.look(client) == #"runs [] rests ["whole"]"#)
    program.write("/ini", "[misc]\napi_key = second\n")
    program.then(queue(paused: true), life())
    _ = await program.look(client)
    // Its storage has gone: the last one is as good as it gets.
    program.write("/ini", nil)
    program.then(queue(paused: true), life())
    _ = await program.look(client)
    let keys = program.lines.filter { $0.contains("mode=queue") }
      .map { $0.split(separator: "apikey=")[1].prefix { $0 != "&" } }
    #expect(keys == ["first", "second", "second"])
    let lost = try ScriptedProgram().client(.sabnzbd(key: source))
    #expect(
      await program.look(lost)
        == "it: the secret cannot be read: /ini: No such file or directory")
  }

  @Test func `holds the post-processing by what was asked in its life`() async throws {
    let program = ScriptedProgram(history(), life())
    let post = try program.clients(.sabnzbd(key: .value(key)))[1]
    let unknown = #"runs ["whole"] rests ["whole"]"#
    let paused = #"runs [] rests ["whole"]"#
    #expect(await program.look(post) == unknown)
    program.then(life(), taken, history("Extracting"), life())
    try await post.pause(["whole"], until: program.soon)
    #expect(await program.look(post) == paused)
    // A resume that got lost may yet come through.
    program.then(life(), .fails(.timedOut), history(), life())
    #expect(
      await program.resume(post, ["whole"]).contains("timedOut"))
    #expect(await program.look(post) == unknown)
    program.then(life(), taken, history(), life(), history(), .answer(500, ""))
    try await post.resume(["whole"], until: program.soon)
    #expect(await program.look(post) == #"runs ["whole"] rests []"#)
    // Which life it is cannot be told at the moment.
    #expect(await program.look(post) == unknown)
    program.then(history(), life(), history(), life(8))
    #expect(await program.look(post) == #"runs ["whole"] rests []"#)
    #expect(await program.look(post) == unknown)
    #expect(program.left == 0 && program.open == 0)
  }

  @Test func `takes jobs that wait while nothing is done for a pause`() async throws {
    let program = ScriptedProgram()
    let post = try program.clients(.sabnzbd(key: .value(key)))[1]
    var seen: [String] = []
    for states in [["Queued"], ["Queued"], ["Queued", "Queued"], ["Extracting", "Queued"]] {
      let slots = states.enumerated().map { #"{"nzo_id":"n\#($0)","status":"\#($1)"}"# }
      program.then(
        .answer(200, #"{"history":{"slots":[\#(slots.joined(separator: ","))]}}"#), life())
      seen.append(await program.look(post))
      program.pass(.seconds(6))
    }
    let unknown = #"runs ["whole"] rests ["whole"]"#
    #expect(seen == [unknown, unknown, #"runs [] rests ["whole"]"#, unknown])
  }
}

@Suite struct `A life of SABnzbd` {
  private func seconds(_ count: Int) -> Tick { .zero + .seconds(count) }

  @Test func `is one as long as its process and its time fit`() {
    var life = SABnzbdLife()
    func name(_ at: Int, _ pid: Int, _ low: Int, _ high: Int) -> String {
      life.name(.init(pid: pid, atLeast: low, below: high), at: seconds(at))
    }
    let first = name(10_000, 7, 0, 60)
    #expect(name(10_050, 7, 0, 60) == first)
    #expect(name(10_070, 7, 60, 120) == first)
    #expect(name(17_000, 7, 3600, 7200) == first)
    // The same number in the next container, and it has just begun.
    let second = name(17_100, 7, 0, 60)
    #expect(second != first)
    #expect(name(17_130, 7, 0, 60) == second)
    #expect(name(17_131, 8, 0, 60) != second)
  }

  @Test(arguments: ["", "m", "5", "5x", "-1m", "99999999999999999999m", "1 m", "１m"])
  func `is not told by what is no time`(_ text: String) {
    let answer = ClientAnswer(
      status: 200, body: Array(#"{"status":{"pid":1,"uptime":"\#(text)"}}"#.utf8))
    #expect(throws: ClientFault.self) { try SABnzbdAPI.life(answer) }
  }
}
