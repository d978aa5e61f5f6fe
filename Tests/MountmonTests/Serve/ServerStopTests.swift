import Foundation
import Testing

@testable import mountmon

@Suite struct `Starting and stopping a server` {
  @Test func `drops idle clients at once and twice is once`() throws {
    let server = try RunningServer()
    let clients = try (0..<20).map { _ in try server.client() }
    for client in clients { #expect(try client.get("/healthz/live").status == 200) }
    let seconds = try #require(server.stop(within: .seconds(60)))
    #expect(seconds < 10)
    for client in clients { #expect(client.isClosed()) }
    server.stop()
    server.stop(within: .seconds(1))
    #expect(throws: RawClient.Failure.self) { try server.client() }
  }

  @Test func `finishes the answers that are being read`() throws {
    let server = try RunningServer()
    let client = try server.client(receiveBuffer: 4096)
    client.send(String(repeating: "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", count: 20))
    #expect(try client.answer().status == 200)
    server.server.stop(within: .seconds(60))
    // The stop has arrived when nobody else is let in; the kernel cannot hold what is still to come.
    for _ in 0..<1000 where (try? server.client()) != nil { usleep(10_000) }
    var last = ""
    for _ in 1..<20 { last = try client.answer().fields["connection"] ?? "" }
    #expect(last == "close")
    #expect(client.isClosed())
    #expect(server.stop() != nil)
  }

  @Test func `answers a request that had begun to arrive`() throws {
    let server = try RunningServer()
    let client = try server.client()
    #expect(try client.get("/healthz/live").status == 200)
    client.send("GET /echo?late HTTP/1.1\r\n")
    // Who came later is answered after that was read.
    #expect(try server.client().get("/healthz/live").status == 200)
    server.server.stop(within: .seconds(60))
    for _ in 0..<1000 where (try? server.client()) != nil { usleep(10_000) }
    client.send("Host: x\r\n\r\n")
    let answer = try client.answer()
    #expect(answer.body == "/echo late")
    #expect(answer.fields["connection"] == "close")
    #expect(client.isClosed())
  }

  @Test func `waits for nobody beyond its patience`() throws {
    let server = try RunningServer()
    let silent = try server.client(receiveBuffer: 4096)
    silent.send(String(repeating: "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", count: 50))
    let crawling = try server.client()
    crawling.send("GET /echo HTTP/1.1\r\n")
    #expect(eventually { server.statistics.answers2xx > 0 })
    usleep(50_000)
    server.server.stop(within: .seconds(3600))
    let seconds = try #require(server.stop(within: .milliseconds(200)))
    #expect(seconds < 5)
  }

  @Test func `serves nothing when stopped before it ran`() throws {
    let server = HTTPServer(
      at: try ListenAddress(host: "127.0.0.1", port: 0), serving: HTTPService(.example))
    server.stop(within: .zero)
    try server.run { _ in Issue.record("must not be ready") }
  }

  @Test func `runs only once at a time`() throws {
    try withServer { server in
      let error = #expect(throws: ServerError.self) { try server.server.run { _ in } }
      #expect(error?.description.contains("running already") == true)
    }
  }

  @Test func `can be stopped while it starts`() throws {
    for _ in 0..<50 {
      let server = HTTPServer(
        at: try ListenAddress(host: "127.0.0.1", port: 0), serving: HTTPService(.example))
      let thread = Thread { server.stop(within: .zero) }
      thread.start()
      try server.run { _ in server.stop(within: .zero) }
    }
  }

  @Test func `ends with an error when the listening socket is lost`() throws {
    let server = try RunningServer()
    let client = try server.client()
    #expect(try client.get("/healthz/live").status == 200)
    let socket = try #require((3..<4096).first { listens($0, on: server.port) })
    shutdown(socket, CInt(SHUT_RDWR))
    #expect(eventually { server.result != nil })
    let error = #expect(throws: ServerError.self) { try server.result?.get() }
    #expect(error?.description.hasPrefix("stopped listening on 127.0.0.1:") == true)
    #expect(client.isClosed())
  }

  private func listens(_ socket: CInt, on port: Int) -> Bool {
    var (listens, size) = (CInt(0), socklen_t(4))
    getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size)
    var address = sockaddr_in()
    size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutableBytes(of: &address) { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) {
        _ = getsockname(socket, $0.baseAddress, &size)
      }
    }
    return listens == 1 && Int(in_port_t(bigEndian: address.sin_port)) == port
  }

  @Test func `says which address is taken and what to do`() throws {
    try withServer { server in
      let error = #expect(throws: ServerError.self) { try RunningServer(port: server.port) }
      #expect(
        error?.description
          == "cannot listen on 127.0.0.1:\(server.port): address already in use; another program"
          + " has it (`ss -ltnp` says which): stop that, or choose another port")
      #expect(error?.isAddressInUse == true)
    }
  }

  @Test func `says which address the machine does not have`() throws {
    let error = #expect(throws: ServerError.self) { try RunningServer(host: "192.0.2.77") }
    #expect(error?.description.contains("cannot assign requested address") == true)
  }

  @Test func `takes both kinds of addresses by default`() throws {
    for host in ["", "::", "[::]"] {
      let server = try RunningServer(host: host)
      #expect(try server.client().get("/healthz/live").status == 200)
      #expect(try RawClient(port: server.port, overIPv6: true).get("/healthz/live").status == 200)
      server.stop()
    }
  }

  @Test func `takes IPv6 alone in brackets`() throws {
    let server = try RunningServer(host: "[::1]")
    #expect(try RawClient(port: server.port, overIPv6: true).get("/healthz/live").status == 200)
    server.stop()
  }
}
