import HTTPTransport
import Testing

@testable import StackDrain

@Suite struct `A request to the engine` {
  private let version = EngineVersion(major: 1, minor: 41)

  @Test func `names what it wants in the version agreed on`() {
    let lines: [(EngineCall, String)] = [
      (.ping, "GET /_ping"), (.version, "GET /version"),
      (.list, "GET /v1.41/containers/json?all=1"),
      (.inspect("plex"), "GET /v1.41/containers/plex/json"),
      (.stop("plex", seconds: 30), "POST /v1.41/containers/plex/stop?t=30"),
      (.kill("plex"), "POST /v1.41/containers/plex/kill"),
      (.start("plex"), "POST /v1.41/containers/plex/start"),
      (.restart("plex", seconds: 0), "POST /v1.41/containers/plex/restart?t=0"),
      (.volumes, "GET /v1.41/volumes?filters=%7B%22driver%22%3A%5B%22local%22%5D%7D"),
    ]
    for (call, line) in lines {
      let request = call.request(in: version)
      #expect("\(request.method) \(request.target)" == line)
    }
  }

  @Test func `lets no name lead elsewhere`() {
    for (name, text) in [
      ("a/../b", "a%2F..%2Fb"), ("a?force=1", "a%3Fforce%3D1"), ("ä", "%C3%A4"), ("..", "%00"),
      (".", "%00"), ("a b%", "a%20b%25"), ("a_b.c-9", "a_b.c-9"), ("\u{1}", "%01"),
    ] {
      #expect(EngineCall.encoded(name) == text)
    }
  }

  @Test func `asks for the name where it could be a number`() {
    #expect(EngineCall.looksLikeNumber("db"))
    #expect(EngineCall.looksLikeNumber("cafe01"))
    #expect(!EngineCall.looksLikeNumber("sonarr"))
    #expect(!EngineCall.looksLikeNumber("db-1"))
  }

  @Test func `counts a grace in whole seconds, up`() {
    #expect(ContainerEngine.seconds(.seconds(30)) == 30)
    #expect(ContainerEngine.seconds(.milliseconds(1)) == 1)
    #expect(ContainerEngine.seconds(.zero) == 0)
    #expect(ContainerEngine.seconds(.seconds(-3)) == 0)
    #expect(ContainerEngine.seconds(.seconds(1 << 40)) == 86_400)
  }
}

@Suite struct `A version of the engine's API` {
  @Test func `is two numbers`() {
    #expect(EngineVersion("1.41") == EngineVersion(major: 1, minor: 41))
    for text in ["", "1", "1.", ".1", "1.41.2", "1.x", "v1.41", "1.-1", "1.99999", "+1.2"] {
      #expect(EngineVersion(text) == nil, "\(text)")
    }
    #expect(EngineVersion(major: 1, minor: 9) < EngineVersion(major: 1, minor: 41))
  }

  @Test(
    arguments: [
      ("1.41", nil, "1.41"), ("1.24", nil, "1.24"), ("1.23", nil, nil), ("1.51", "1.44", "1.51"),
      ("1.99", nil, "1.51"), ("1.99", "1.44", "1.51"), ("1.99", "1.60", "1.60"),
      ("2.3", "2.0", "2.0"),
    ] as [(String, String?, String?)])
  func `is the engine's newest, not newer than ours, not older than it takes`(
    _ server: String, _ oldest: String?, _ expected: String?
  ) throws {
    let agreed = EngineVersion.agreed(
      with: try #require(EngineVersion(server)), oldest: oldest.flatMap { EngineVersion($0) })
    #expect(agreed?.description == expected)
  }
}

@Suite struct `An answer of the engine` {
  private func fault(_ call: EngineCall, _ status: Int, _ body: String) -> EngineFault? {
    EngineFault(to: call, status: status, body: Array(body.utf8), at: "/s")
  }

  @Test func `is good where it is so, or was so already`() {
    #expect(fault(.stop("a", seconds: 1), 204, "") == nil)
    #expect(fault(.stop("a", seconds: 1), 304, "") == nil)
    #expect(fault(.start("a"), 304, "") == nil)
    #expect(
      fault(
        .kill("a"), 409,
        #"{"message":"Cannot kill container: a: Container 5ff1 is not running"}"#) == nil)
    #expect(
      fault(
        .kill("a"), 500,
        #"{"cause":"container state improper","message":"can only kill running containers. 5ff1 is in state exited: container state improper","response":500}"#
      ) == nil)
  }

  @Test func `says that a container is gone only in so many words`() {
    #expect(fault(.inspect("a"), 404, #"{"message":"No such container: a"}"#)?.kind == .gone)
    #expect(
      fault(
        .inspect("a"), 404,
        #"{"cause":"no such container","message":"no container with name or ID \"a\" found: no such container","response":404}"#
      )?.kind == .gone)
    #expect(fault(.start("a"), 404, #"{"message":"network media not found"}"#)?.kind == .refused)
    #expect(fault(.inspect("a"), 404, #"{"message":"page not found"}"#)?.kind == .refused)
    #expect(fault(.inspect("a"), 404, "")?.kind == .refused)
  }

  @Test func `is told with the engine's own words`() {
    let stuck = fault(
      .kill("plex"), 500,
      #"{"message":"Cannot kill container: plex: tried to kill container,\n but did not receive an exit event"}"#
    )
    #expect(stuck?.kind == .refused)
    #expect(
      stuck?.description
        == "kill container plex: the container engine at /s says: Cannot kill container: plex: "
        + "tried to kill container, but did not receive an exit event (status 500)")
    #expect(fault(.list, 500, "<html>")?.description.contains("no word why") == true)
    #expect(fault(.kill("a"), 409, #"{"message":"removal is in progress"}"#)?.kind == .refused)
    #expect(
      fault(
        .list, 400,
        #"{"message":"client version 1.50 is too new. Maximum supported API version is 1.41"}"#
      )?.kind == .version)
    #expect(fault(.list, 403, "")?.description.contains("socket proxy") == true)
  }

  @Test func `is clipped, and kept on one line`() {
    let long = String(repeating: "ä", count: 1000)
    let told = EngineText.message(of: Array(#"{"message":"\#(long)"}"#.utf8))
    #expect(told.utf8.count <= EngineText.messageLimit + 3)
    #expect(EngineText.line(" a\t\n b\u{1b}[31m\u{85}c ", limit: 80) == "a b [31m c")
    #expect(EngineText.message(of: Array("[1]".utf8)) == "")
    #expect(EngineText.message(of: Array(repeating: 0x5B, count: 1 << 20)) == "")
  }

  @Test(
    arguments: [
      (TransportError.Code.refused, "nobody listens on this socket", "does not run", true),
      (.refused, "there is no such socket: is the service running?", "no such socket", true),
      (.unreachable, "permission denied: this user may not use the socket", "as root", true),
      (.timedOut, "no byte for 5 s", "does not answer", false),
      (.cut, "the connection was closed", "broke off", true),
      (.malformed, "not HTTP", "cannot be read", false),
    ])
  func `that never came is told apart, with what to do`(
    _ code: TransportError.Code, _ reason: String, _ words: String, _ isUnreachable: Bool
  ) {
    let fault = EngineFault(
      TransportError(code, "GET at unix:/s", reason, mayHaveBeenSent: true), to: .list, at: "/s")
    #expect(fault.description.contains(words))
    #expect(fault.description.hasPrefix("list containers: the container engine at /s "))
    #expect((fault.kind == .unreachable) == isUnreachable)
  }
}
