import Foundation
import Pacing
import Testing

@testable import mountmon

@Suite struct `A hostile client` {
  static let get = "GET /healthz/live HTTP/1.1\r\nHost: x\r\n"

  /// What a client gets that says `bytes` and then only listens.
  private func reply(to bytes: [UInt8], limits: ServerLimits = ServerLimits()) throws -> Int {
    var status = 0
    try withServer(limits: limits) { server in
      let client = try server.client()
      client.send(bytes)
      let answer = try client.answer()
      status = answer.status
      #expect(answer.fields["connection"] == "close")
      #expect(client.isClosed())
      #expect(try server.client().get("/healthz/live").status == 200)
    }
    return status
  }

  @Test func `gets 431 for ten megabytes of fields, and memory stays bounded`() throws {
    let big = Array((Self.get + "X-Big: ").utf8) + [UInt8](repeating: 0x61, count: 10 << 20)
    let blank = Array((Self.get + "X-Big:").utf8) + [UInt8](repeating: 0x20, count: 10 << 20)
    // The client's own copies and other tests are in this process too; what is looked for is the
    // server's, which would be there each time.
    let isBounded = try (0..<3).contains { _ in
      let before = try residentKilobytes()
      #expect(try reply(to: big) == 431)
      #expect(try reply(to: blank) == 431)
      return try residentKilobytes() - before < 60_000
    }
    #expect(isBounded)
  }

  @Test func `gets 431 for too many fields`() throws {
    let many = (0..<200).map { "X-\($0): y\r\n" }.joined()
    #expect(try reply(to: Array((Self.get + many + "\r\n").utf8)) == 431)
  }

  @Test(arguments: [2_100, 15_000, 100_000])
  func `gets 414 for a long target`(length: Int) throws {
    let target = "/" + String(repeating: "a", count: length)
    #expect(try reply(to: Array("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n".utf8)) == 414)
  }

  @Test func `gets 413 for a large body, announced or not`() throws {
    #expect(try reply(to: Array((Self.get + "Content-Length: 65537\r\n\r\n").utf8)) == 413)
    let chunk = "8000\r\n" + String(repeating: "x", count: 0x8000) + "\r\n"
    let chunked = Self.get + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk
    #expect(try reply(to: Array(chunked.utf8)) == 413)
  }

  @Test(arguments: [
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    "Content-Length: 5\r\nContent-Length: 6\r\n",
    "Content-Length: 5, 6\r\n",
    "Content-Length: -1\r\n",
    "Content-Length: +5\r\n",
    "Content-Length: 0x5\r\n",
    "Content-Length: 99999999999999999999999\r\n",
    "Transfer-Encoding: chunked, identity\r\n",
    "Transfer-Encoding: xchunked\r\n",
    "Host: y\r\n",
    "Bad Name: x\r\n",
    ": empty\r\n",
    "X: a\0b\r\n",
  ])
  func `gets 400 for a request that two servers could read differently`(fields: String) throws {
    #expect(try reply(to: Array("\(Self.get)\(fields)\r\n".utf8)) == 400)
  }

  @Test(arguments: [
    "\0\0\0\0\0\0\0\0", "GET / HTTP/1.1\r\n\r\n", "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    "get / HTTP/1.1\r\nHost: x\r\n\r\n",
    "\u{16}\u{3}\u{1}\u{2}\0",
    "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\n\r\n",
    "GET /healthz/live HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
  ])
  func `gets 400 for what is not a request`(bytes: String) throws {
    #expect(try reply(to: Array(bytes.utf8)) == 400)
  }

  @Test(arguments: ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/3.0\r\nHost: x\r\n\r\n"])
  func `is told when it speaks another version`(bytes: String) throws {
    #expect([400, 505].contains(try reply(to: Array(bytes.utf8))))
  }

  @Test func `gets 400 for a TLS greeting`() throws {
    let hello: [UInt8] = [0x16, 3, 1, 0, 0xC8, 1, 0, 0, 0xC4, 3, 3] + (0..<190).map { UInt8($0) }
    #expect(try reply(to: hello) == 400)
  }

  @Test func `gets the answers to the good requests before the bad one`() throws {
    try withServer { server in
      let client = try server.client()
      client.send("\(Self.get)\r\n\(Self.get)\r\nrubbish\r\n\r\n")
      #expect(try (0..<3).map { _ in try client.answer().status } == [200, 200, 400])
      #expect(client.isClosed())
    }
  }

  @Test func `cannot crash the server with broken requests`() throws {
    try withServer { server in
      let whole = Array(
        ("POST /echo?a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
          + "\r\n5;x=y\r\nhello\r\n0\r\nT: t\r\n\r\n\(Self.get)\r\n").utf8)
      var random = SeededGenerator(seed: 7)
      for _ in 0..<1500 {
        var bytes = whole
        for _ in 0...Int.random(in: 0..<4, using: &random) {
          let place = Int.random(in: 0..<bytes.count, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
          case 1: bytes.remove(at: place)
          case 2: bytes.insert(bytes[place], at: place)
          default: bytes.removeSubrange(place...)
          }
          if bytes.isEmpty { bytes = whole }
        }
        let client = try server.client()
        let cut = Int.random(in: 0...bytes.count, using: &random)
        client.send(Array(bytes[..<cut]))
        client.send(Array(bytes[cut...]))
        client.shutdownOutput()
        #expect(client.isClosed())
      }
      #expect(try server.client().get("/healthz/live").status == 200)
      #expect(eventually { server.statistics.openConnections <= 1 })
    }
  }

  private func residentKilobytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon") } ?? ""
    return Int(line.filter(\.isNumber)) ?? 0
  }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
