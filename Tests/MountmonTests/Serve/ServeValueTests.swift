import Glibc
import NIOCore
import NIOHTTP1
import Testing

@testable import mountmon

@Suite struct `The values of serving` {
  @Test func `take targets apart`() {
    #expect(HTTPQuestion(target: "/a/b").path == "/a/b")
    #expect(HTTPQuestion(target: "/a/b/?").path == "/a/b")
    #expect(HTTPQuestion(target: "/a?") == HTTPQuestion(path: "/a", query: ""))
    #expect(HTTPQuestion(target: "/").path == "/")
    #expect(HTTPQuestion(target: "//").path == "/")
    #expect(HTTPQuestion(target: "*").path == "*")
    #expect(HTTPQuestion(target: "").path == "")
    #expect(HTTPQuestion(target: "HTTP://h").path == "/")
    #expect(HTTPQuestion(target: "http://h?q") == HTTPQuestion(path: "/", query: "q"))
    #expect(HTTPQuestion(target: "http://h/a/?q") == HTTPQuestion(path: "/a", query: "q"))
  }

  @Test func `join what a client accepts`() {
    var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
    head.headers = ["Host": "x", "ACCEPT": "text/plain", "accept": "application/json"]
    guard case .accept(let request) = RequestPolicy.decide(head, ServerLimits()) else {
      Issue.record("refused")
      return
    }
    #expect(request.question.accept == "text/plain, application/json")
  }

  @Test func `never let a field split an answer`() {
    let answer = HTTPAnswer.text(
      .ok, "",
      headers: ["Good": "a\tb", "Bad": "a\r\nSet-Cookie: x", "Bad:": "x", "": "x", "N": "\0"])
    let text = String(buffer: answer.preamble)
    #expect(text.hasSuffix("nosniff\r\nGood: a\tb\r\n"))
  }

  @Test(arguments: [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
    (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
    (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
    (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"), (.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
    (.min, "Thu, 01 Jan 1970 00:00:00 GMT"),
  ])
  func `write a date`(seconds: Int64, text: String) {
    #expect(HTTPDate.text(of: seconds) == text)
  }

  @Test func `write the dates the C library writes`() {
    for day in stride(from: Int64(0), to: 60_000, by: 1) {
      var (moment, parts) = (time_t(day * 86_400 + day % 86_400), tm())
      gmtime_r(&moment, &parts)
      var text = [CChar](repeating: 0, count: 64)
      let length = strftime(&text, 64, "%a, %d %b %Y %H:%M:%S GMT", &parts)
      let bytes = text.prefix(length).map { UInt8(bitPattern: $0) }
      #expect(HTTPDate.text(of: Int64(moment)) == String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test(arguments: [
    ("", "*:80"), ("::", "[::]:80"), ("[::1]", "[::1]:80"), ("10.0.0.1", "10.0.0.1:80"),
  ])
  func `read addresses`(host: String, text: String) throws {
    #expect(try ListenAddress(host: host, port: 80).description == text)
  }

  @Test(arguments: ["localhost", "1.2.3", "[127.0.0.1]", "::g", "[::1", " ", "1.2.3.4 ", "a\0b"])
  func `do not look names up`(host: String) {
    let error = #expect(throws: ServerError.self) { try ListenAddress(host: host, port: 80) }
    #expect(error?.description.contains("is not an IP address") == true)
  }

  @Test(arguments: [-1, 65536, .max, .min])
  func `know what a port is`(port: Int) {
    #expect(throws: ServerError.badPort(port)) { try ListenAddress(port: port) }
  }

  @Test(arguments: [
    (EADDRINUSE, "address already in use"), (EACCES, "permission denied"),
    (EADDRNOTAVAIL, "cannot assign requested address"), (EMFILE, "too many open files"),
    (EAFNOSUPPORT, "address family not supported"),
  ])
  func `name what the system said`(number: CInt, text: String) throws {
    let error = ServerError.bindFailed(
      try ListenAddress(port: 80), IOError(errnoCode: number, reason: "bind"))
    #expect(error.description.hasPrefix("cannot listen on *:80: \(text); "))
    #expect(error.isForLackOfFamily == [EADDRNOTAVAIL, EAFNOSUPPORT].contains(number))
  }
}
