import HTTPTransport
import Pacing
import Testing

@testable import StackDrain

private let session = "abcdefghijklmnopqrstuvwxyz"
private let one = "32814fbb5d22ec84efe8a379c9749187bd63255a"
private let two = "b329358a1b592032745a8f0296c6214809f4ede1"

private func list(_ torrents: (String, Int)...) -> String {
  let items = torrents.map { #"{"hashString":"\#($0.0)","status":\#($0.1)}"# }
  return #"{"arguments":{"torrents":[\#(items.joined(separator: ","))]},"result":"success"}"#
}

private func renew(_ id: String = session, rpc: String? = nil) -> ScriptedProgram.Reply {
  // Names of fields are compared without regard to case.
  var headers: HTTPHeaders = ["x-transmission-SESSION-id": id]
  headers["X-Transmission-Rpc-Version"] = rpc
  return .answer(409, "<h1>409: Conflict</h1>", headers)
}

@Suite struct `A client of Transmission` {
  @Test func `takes a session when it is given one, at any time`() async throws {
    let program = ScriptedProgram(
      renew("first"), .answer(200, list((one, 4), (two, 0))), renew("second"),
      .answer(200, list((one, 0), (two, 0))))
    let client = try program.client(.transmission(nil))
    #expect(await program.look(client) == "runs [\"\(one)\"] rests [\"\(two)\"]")
    #expect(await program.look(client) == "runs [] rests [\"\(one)\", \"\(two)\"]")
    #expect(
      program.requests.map { $0.headers[TransmissionAPI.sessionField] }
        == [nil, "first", "first", "second"])
    #expect(program.requests.allSatisfy { $0.target == "/transmission/rpc" })
    #expect(program.open == 0 && program.left == 0)
  }

  @Test func `gives up on sessions that never hold`() async throws {
    let program = ScriptedProgram(renew(), renew(), renew())
    let client = try program.client(.transmission(nil))
    #expect(await program.look(client) == "it: Transmission wants another session each time")
  }

  @Test func `asks for nothing that was not named`() async throws {
    let ok = ScriptedProgram.Reply.answer(200, #"{"arguments":{},"result":"success"}"#)
    let program = ScriptedProgram(
      ok, .answer(200, list((one, 0))), ok, .answer(200, list((two, 3), (one, 0))))
    let client = try program.client(.transmission(nil))
    // Without ids Transmission would act on all torrents.
    #expect(await program.pause(client, []) == "taken")
    #expect(await program.resume(client, ["all", ""]) == "taken")
    #expect(program.requests.isEmpty)
    #expect(await program.pause(client, [one, "x\"y"]) == "taken")
    #expect(await program.resume(client, [two]) == "taken")
    #expect(
      program.lines.dropLast() == [
        #"POST /transmission/rpc {"method":"torrent-stop","arguments":{"ids":["\#(one)"]}}"#,
        #"POST /transmission/rpc {"method":"torrent-get","arguments":{"fields":["hashString","status","error","activityDate"]}}"#,
        #"POST /transmission/rpc {"method":"torrent-start","arguments":{"ids":["\#(two)"]}}"#,
      ])
  }

  @Test func `stops again what has started after its verification`() async throws {
    let ok = ScriptedProgram.Reply.answer(200, #"{"arguments":{},"result":"success"}"#)
    let program = ScriptedProgram(
      ok, .answer(200, list((one, 2))), .answer(200, list((one, 2))), .answer(200, list((one, 4))),
      .answer(200, list((one, 4))), ok, .answer(200, list((one, 0))))
    let client = try program.client(.transmission(nil))
    #expect(await program.pause(client, [one]) == "taken")
    #expect(program.lines.filter { $0.contains("torrent-stop") }.count == 2)
    #expect(program.left == 0)
  }

  @Test func `speaks JSON-RPC with those that do`() async throws {
    let program = ScriptedProgram(
      renew(rpc: "6.0.0"),
      .answer(
        200,
        #"{"jsonrpc":"2.0","id":1,"result":{"torrents":[{"hash_string":"\#(one)","status":6}]}}"#),
      .answer(200, #"{"jsonrpc":"2.0","id":1,"result":null}"#),
      .answer(
        200,
        #"{"jsonrpc":"2.0","id":1,"result":{"torrents":[{"hash_string":"\#(one)","status":6}]}}"#),
      .answer(
        200,
        #"{"jsonrpc":"2.0","id":1,"error":{"code":7,"message":"no","data":{"error_string":"gone"}}}"#
      ), .answer(200, #"{"result":"success"}"#), renew(rpc: "5.4.0"), .answer(200, list()))
    let client = try program.client(.transmission(nil))
    #expect(await program.look(client) == "runs [\"\(one)\"] rests []")
    #expect(await program.resume(client, [one]) == "taken")
    #expect(
      program.lines[program.lines.count - 2]
        == #"POST /transmission/rpc {"jsonrpc":"2.0","id":1,"method":"torrent_start","params":{"ids":["\#(one)"]}}"#
    )
    #expect(await program.look(client) == "it: Transmission refuses: gone")
    #expect(await program.look(client).contains("not Transmission"))
    // An older one has taken its place.
    #expect(await program.look(client) == "runs [] rests []")
    #expect(program.lines.last?.contains("torrent-get") == true)
  }

  @Test(arguments: [
    (401, "", "refuses the login (status 401)"), (403, "", "add it to rpc-whitelist"),
    (421, "", "rpc-host-whitelist"), (409, "", "status 409 without a session"),
    (404, "", "not at that path"), (500, "oops", "status 500: oops"),
    (200, "<html>", "not Transmission: it answered with status 200 and no JSON"),
    (200, #"{"arguments":{"torr"#, "no JSON"), (200, "{}", "its answer has no result"),
    (200, #"{"result":"no method name"}"#, "refuses: no method name"),
    (200, #"{"result":"success","arguments":{}}"#, "not Transmission"),
    (200, #"{"result":"success","arguments":{"torrents":[{}]}}"#, "without a hash"),
    (200, list(("../../x", 4)), "without a hash"), (200, list(("", 4)), "without a hash"),
    (200, String(repeating: "[", count: 5000), "no JSON"),
  ])
  func `says in words of its own what is wrong`(_ status: Int, _ body: String, _ words: String)
    async throws
  {
    let program = ScriptedProgram(.answer(status, body))
    let fault = await program.look(try program.client(.transmission(nil)))
    #expect(fault.hasPrefix("it: "))
    #expect(fault.contains(words))
    #expect(!fault.contains("\n"))
  }

  @Test func `does not try a refused login again and again`() async throws {
    let program = ScriptedProgram(.answer(401, ""), files: ["/p": "wrong\n"])
    let login = ClientSettings.Login(user: "me", password: .file("/p"))
    let client = try program.client(.transmission(login))
    #expect(await program.look(client).contains("refuses the login (status 401)"))
    #expect(await program.look(client).contains("tried again after 10 minutes"))
    #expect(program.requests.count == 1)
    program.write("/p", "right\n")
    program.then(.answer(200, list()))
    #expect(await program.look(client) == "runs [] rests []")
    #expect(program.requests.last?.headers["Authorization"] == "Basic bWU6cmlnaHQ=")
    // The right one is refused, too: the program has another one now, and back.
    program.then(.answer(401, ""))
    #expect(await program.look(client).contains("status 401"))
    program.pass(.seconds(601))
    program.then(.answer(200, list()))
    #expect(await program.look(client) == "runs [] rests []")
  }

  @Test func `takes tens of thousands of torrents`() async throws {
    let hashes = (0..<30_000).map { number in
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: 40 - digits.count) + digits
    }
    let items = hashes.map { #"{"hashString":"\#($0)","status":4}"# }.joined(separator: ",")
    let ok = ScriptedProgram.Reply.answer(200, #"{"arguments":{},"result":"success"}"#)
    let program = ScriptedProgram(
      .answer(200, #"{"arguments":{"torrents":[\#(items)]},"result":"success"}"#))
    let client = try program.client(.transmission(nil))
    let state = try await client.look(until: program.soon)
    #expect(state.running.count == 30_000)
    for _ in 0..<30 { program.then(ok) }
    program.then(.answer(200, list((hashes[0], 4))))
    try await client.resume(state.running, until: program.soon)
    #expect(program.requests.count == 32)
  }

  @Test func `notes torrents whose files are gone`() async throws {
    let torrent = #"{"hashString":"\#(one)","status":0,"error":3}"#
    let program = ScriptedProgram(
      .answer(200, #"{"arguments":{"torrents":[\#(torrent)]},"result":"success"}"#))
    let state = try await program.client(.transmission(nil)).look(until: program.soon)
    #expect(state.note == "1 torrents cannot read or write their files")
  }

  @Test func `tells what cannot write any more from what a person has stopped`() throws {
    func torrent(_ hash: String, _ status: Int, _ error: Int, _ active: Int) -> String {
      #"{"hashString":"\#(hash)","status":\#(status),"error":\#(error),"activityDate":\#(active)}"#
    }
    let names = (1...5).map { String(repeating: "\($0)", count: 40) }
    let list = [
      torrent(names[0], 0, 3, 100_000), torrent(names[1], 0, 0, 100_000),
      torrent(names[2], 0, 3, 90_000), torrent(names[3], 4, 3, 100_000),
      torrent(names[4], 0, 2, 100_000),
    ].joined(separator: ",")
    let text = #"{"arguments":{"torrents":[\#(list)]},"result":"success"}"#
    let answer = ClientAnswer(status: 200, headers: [:], body: Array(text.utf8))
    let state = try TransmissionAPI().torrents(answer, at: 100_100)
    #expect(state.fallen == [names[0]])
    #expect(state.running == [names[3]])
    #expect(state.idle == Set(names).subtracting([names[3]]))
  }

  @Test func `asks nobody once its time is over`() async throws {
    let program = ScriptedProgram(.late(.seconds(30), list()))
    let client = try program.client(.transmission(nil))
    let late = await program.look(client)
    #expect(late == "it: Transmission did not answer: POST at 127.0.0.1:1: timedOut")
    let fault = await program.look(client, until: .zero)
    #expect(fault.contains("no time was left"))
    #expect(program.requests.count == 1)
  }
}
