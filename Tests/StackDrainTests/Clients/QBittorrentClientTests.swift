import HTTPTransport
import Pacing
import Testing

@testable import StackDrain

private let one = "32814fbb5d22ec84efe8a379c9749187bd63255a"
private let two = "b329358a1b592032745a8f0296c6214809f4ede1"
private let login = ClientSettings.Login(user: "me", password: .file("/p"))
private let forbidden = ScriptedProgram.Reply.answer(403, "Forbidden")
private let ok = ScriptedProgram.Reply.answer(200, "")

private func list(_ torrents: (String, String, Bool)...) -> ScriptedProgram.Reply {
  let items = torrents.map {
    #"{"hash":"\#($0.0)","state":"\#($0.1)","force_start":\#($0.2),"name":"all|\u202e"}"#
  }
  return .answer(200, "[\(items.joined(separator: ","))]")
}

private func welcome(_ cookie: String = "SID=abc; HttpOnly; path=/") -> ScriptedProgram.Reply {
  .answer(200, "Ok.", ["Set-Cookie": cookie])
}

private func program(_ replies: ScriptedProgram.Reply...) -> ScriptedProgram {
  let program = ScriptedProgram(files: ["/p": "secret"])
  for reply in replies { program.then(reply) }
  return program
}

@Suite struct `A client of qBittorrent` {
  @Test func `logs in when it is asked to, and keeps the session`() async throws {
    let program = program(
      forbidden, welcome(), list((one, "downloading", false)), list((one, "pausedDL", false)))
    let client = try program.client(.qbittorrent(login), path: "/qb")
    #expect(await program.look(client) == "runs [\"\(one)\"] rests []")
    #expect(await program.look(client) == "runs [] rests [\"\(one)\", \"\(one) forced\"]")
    #expect(
      program.lines == [
        "GET /qb/api/v2/torrents/info?sort=hash&limit=1000&offset=0",
        "POST /qb/api/v2/auth/login username=me&password=secret",
        "GET /qb/api/v2/torrents/info?sort=hash&limit=1000&offset=0",
        "GET /qb/api/v2/torrents/info?sort=hash&limit=1000&offset=0",
      ])
    #expect(program.requests.map { $0.headers["Cookie"] } == [nil, nil, "SID=abc", "SID=abc"])
    #expect(program.requests.allSatisfy { $0.headers["Referer"] == "http://127.0.0.1:1" })
    // The session has ended: one login more.
    program.then(forbidden, welcome("QBT_SID_8080=def; path=/"), list())
    #expect(await program.look(client) == "runs [] rests []")
    #expect(program.requests.last?.headers["Cookie"] == "QBT_SID_8080=def")
  }

  @Test func `tries a refused password once, and another one at once`() async throws {
    let program = program(forbidden, .answer(200, "Fails."))
    let client = try program.client(.qbittorrent(login))
    #expect(await program.look(client).contains("refuses the login"))
    for _ in 0..<5 {
      program.then(forbidden)
      #expect(await program.look(client).contains("refuses the login"))
    }
    program.pass(.seconds(100_000))
    program.then(forbidden)
    #expect(await program.pause(client, [one]).contains("refuses the login"))
    #expect(program.lines.filter { $0.contains("auth/login") }.count == 1)
    program.write("/p", "other")
    program.then(forbidden, welcome(), list())
    #expect(await program.look(client) == "runs [] rests []")
    #expect(program.lines.filter { $0.contains("auth/login") }.count == 2)
    #expect(program.left == 0)
  }

  @Test func `leaves a ban alone for a while`() async throws {
    let program = program(forbidden, .answer(403, "Your IP address has been banned"), forbidden)
    let client = try program.client(.qbittorrent(login))
    #expect(await program.look(client).contains("bans this machine"))
    #expect(await program.look(client).contains("bans this machine"))
    program.pass(.seconds(601))
    program.then(forbidden, welcome(), list())
    #expect(await program.look(client) == "runs [] rests []")
  }

  @Test func `logs in once within a call`() async throws {
    let program = program(forbidden, welcome(), forbidden)
    let client = try program.client(.qbittorrent(login))
    #expect(await program.look(client).contains("refuses what it has just given a session for"))
    let open = ScriptedProgram(forbidden)
    #expect(await open.look(try open.client(.qbittorrent(nil))).contains("wants a login"))
  }

  @Test(arguments: [
    ("2.8.19", "pause", "resume"), ("2.11.0", "stop", "start"), ("2.11", "stop", "start"),
    ("3.0", "stop", "start"), ("2.2.1\n", "pause", "resume"),
  ])
  func `uses the words of its version`(_ version: String, _ pause: String, _ resume: String)
    async throws
  {
    let program = program(.answer(200, version), ok, ok, ok)
    let client = try program.client(.qbittorrent(login))
    #expect(await program.pause(client, [one, two + " forced", "all", "x|y"]) == "taken")
    #expect(await program.resume(client, [one, two + " forced"]) == "taken")
    #expect(
      Array(program.lines.dropFirst()) == [
        "POST /api/v2/torrents/\(pause) hashes=\(one)%7C\(two)",
        "POST /api/v2/torrents/\(resume) hashes=\(one)",
        "POST /api/v2/torrents/setForceStart hashes=\(two)&value=true",
      ])
    #expect(await program.pause(client, []) == "taken")
    #expect(await program.pause(client, ["all"]) == "taken")
    #expect(program.left == 0)
  }

  @Test func `learns new words where another version has taken its place`() async throws {
    let program = program(
      .answer(200, "2.8.19"), ok, .answer(404, "Not Found"), .answer(200, "2.11.4"), ok)
    let client = try program.client(.qbittorrent(login))
    #expect(await program.pause(client, [one]) == "taken")
    #expect(await program.pause(client, [one]) == "taken")
    #expect(program.lines.last == "POST /api/v2/torrents/stop hashes=\(one)")
    program.then(.answer(404, ""), .answer(200, "2.11.4"), .answer(404, ""))
    #expect(await program.pause(client, [one]).contains("not at that path"))
  }

  @Test func `knows the states of both versions`() async throws {
    let resting = ["pausedDL", "pausedUP", "stoppedDL", "stoppedUP", "error", "missingFiles"]
    let running = [
      "downloading", "stalledDL", "uploading", "stalledUP", "queuedDL", "queuedUP", "checkingDL",
      "checkingUP", "checkingResumeData", "metaDL", "forcedMetaDL", "allocating", "moving",
      "unknown", "something new",
    ]
    for state in resting + running {
      let program = program(list((one, state, false)))
      let client = try program.client(.qbittorrent(login))
      let seen = try await client.look(until: program.soon)
      #expect(seen.running.isEmpty == resting.contains(state))
    }
    let forced = program(list((one, "forcedDL", true)))
    let client = try forced.client(.qbittorrent(login))
    #expect(await forced.look(client) == "runs [\"\(one) forced\"] rests []")
  }

  @Test func `reads a long list in pages`() async throws {
    func page(_ numbers: Range<Int>) -> ScriptedProgram.Reply {
      let items = numbers.map { number in
        let digits = String(number, radix: 16)
        let hash = String(repeating: "0", count: 40 - digits.count) + digits
        return #"{"hash":"\#(hash)","state":"uploading","force_start":false}"#
      }
      return .answer(200, "[\(items.joined(separator: ","))]")
    }
    let program = program(page(0..<1000), page(1000..<2000), page(2000..<2001))
    let client = try program.client(.qbittorrent(login))
    #expect(try await client.look(until: program.soon).running.count == 2001)
    // An offset beyond the end gives the last page again.
    program.then(page(0..<1000), page(0..<1000))
    #expect(try await client.look(until: program.soon).running.count == 1000)
    #expect(program.left == 0)
  }

  @Test(arguments: [
    (401, "Unauthorized", "refuses the host name"), (200, "{}", "is no list"),
    (200, "<html>", "not qBittorrent"), (200, "[{}]", "without a hash"),
    (200, #"[{"hash":"a|b","state":"x"}]"#, "without a hash"), (302, "", "redirects"),
    (200, #"[{"hash":"#, "no JSON"), (503, "", "status 503"),
  ])
  func `says in words of its own what is wrong`(_ status: Int, _ body: String, _ words: String)
    async throws
  {
    let program = program(.answer(status, body))
    let fault = await program.look(try program.client(.qbittorrent(login)))
    #expect(fault.hasPrefix("it: ") && fault.contains(words) && !fault.contains("secret"))
    for body in ["<html>", "v4.5.2", "1", "2.x", ""] {
      let other = Self.other(body)
      #expect(
        await other.pause(try other.client(.qbittorrent(login)), [one]).contains("no version"))
    }
  }

  private static func other(_ version: String) -> ScriptedProgram {
    program(.answer(200, version))
  }
}
