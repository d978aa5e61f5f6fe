import Foundation
import HTTPTransport
import JSONValue
import Pacing
import Synchronization
import Testing

@testable import mountmon

@Suite(.timeLimit(.minutes(2))) struct `The HTTP front` {
  private func answers(_ port: Int) -> Bool {
    let client = try? MonitorClient(address: "127.0.0.1", port: port)
    if case .answered(200, _)? = client?.ask("GET", "/x") { return true }
    return false
  }

  @Test func `tries again where its port is taken`() async throws {
    let world = FakeRoom()
    let service = HTTPService(Routes(["/x": { _ in .json(.ok, "{}") }]))
    let first = HTTPServer(at: try ListenAddress(host: "127.0.0.1", port: 0), serving: service)
    let (ports, door) = AsyncStream.makeStream(of: Int.self)
    Thread.detachNewThread { try? first.run { door.yield($0) } }
    defer { first.stop(within: .zero) }
    var waiting = ports.makeAsyncIterator()
    let port = try #require(await waiting.next())
    let front = try HTTPFront(
      at: try ListenAddress(host: "127.0.0.1", port: port), serving: service, world.log,
      backoff: Backoff(initial: .milliseconds(20), maximum: .milliseconds(50)))
    async let run: Void = onThread { front.run() }
    #expect(
      await waits { world.logged.withLock { $0.contains("no HTTP is served") } })
    first.stop(within: .zero)
    #expect(await waits { world.logged.withLock { $0.contains("http server started") } })
    #expect(await onThread { answers(port) })
    front.stop(within: .zero)
    await run
  }

  @Test func `ends though it waits for its port, and before it began`() async throws {
    let world = FakeRoom()
    let service = HTTPService(Routes([:]))
    // An address of nobody's here.
    let front = try HTTPFront(
      at: try ListenAddress(host: "192.0.2.1", port: 9), serving: service, world.log,
      backoff: Backoff(initial: .seconds(3600), maximum: .seconds(3600)))
    async let run: Void = onThread { front.run() }
    #expect(
      await waits { world.logged.withLock { $0.contains("no HTTP is served") } })
    front.stop(within: .zero)
    await run
    await onThread { front.run() }
  }
}
