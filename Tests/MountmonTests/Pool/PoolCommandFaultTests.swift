import Foundation
import HTTPTransport
import Synchronization
import Testing

@testable import mountmon

@Suite(.timeLimit(.minutes(2))) struct `A command of the pool that is hard to answer` {
  @Test func `waits for the first look where no monitor runs`() async throws {
    let world = FakeRoom()
    world.lookSlowly(.milliseconds(700))
    let resumed = try await world.run("resume")
    #expect(resumed.code == 0, "\(resumed)")
  }

  @Test func `is no success where its answer cannot be written`() async throws {
    let world = FakeRoom()
    for isWritten in [true, false] {
      world.canPrint.withLock { $0 = isWritten }
      let code: Int32 = isWritten ? 0 : 3
      #expect(try await world.run("status").code == code)
      #expect(try await world.run("status", "--output", "json").code == code)
      #expect(try await world.run("plan").code == code)
      #expect(try await world.run("plan", "--output", "json").code == code)
      #expect(try await world.run("check").code == code)
    }
    world.pool(isThere: false)
    #expect(try await world.run("check").code == 2, "a bad answer stays one")
  }

  @Test func `whose answer is late may have been taken`() async throws {
    let world = FakeRoom()
    let path = world.folder + "/control"
    let routes = Routes(
      [:],
      posts: [
        "/v1/drain": { _ in
          Thread.sleep(forTimeInterval: 6)
          return .json(.ok, "{}")
        }
      ])
    let server = HTTPServer(at: try ListenAddress(socket: path), serving: HTTPService(routes))
    Thread.detachNewThread { try? server.run { _ in } }
    defer { server.stop(within: .zero) }
    #expect(await waits { FileManager.default.fileExists(atPath: path) })
    let late = try await world.run("drain")
    #expect(late.code == 4)
    #expect(
      late.err.contains("the command may have been taken; see `mountmon pool status`"),
      "\(late.err)")
    #expect(!late.err.contains("rights"))
  }

  @Test func `speaks of rights where they are missing, and nowhere else`() {
    func reply(_ reason: String, sent: Bool = false) -> MonitorClient.Reply {
      MonitorClient.reply(
        TransportError(.unreachable, "connect", reason, mayHaveBeenSent: sent))
    }
    guard case .denied = reply("permission denied: this user may not use the socket"),
      case .denied = reply("Operation not permitted"),
      case .fault = reply("too many open files: raise the limit on open files"),
      case .late = reply("no byte for a while", sent: true)
    else {
      Issue.record("a fault was taken for another")
      return
    }
  }
}
