import MountHealthCore
import Pacing
import StackDrain
import Testing

/// Every program that listens, asked at the address of another one.
@Suite struct `Another program at the address` {
  private static let login = ClientSettings.Login(user: "u", password: .value("a-secret-word"))
  private static let programs: [ClientSettings.Program] = [
    .sabnzbd(key: .value("a-secret-word")), .transmission(login), .qbittorrent(login),
    .tdarr(key: .value("a-secret-word"), nodes: []), .aria2(secret: .value("a-secret-word")),
    .nzbget(login),
  ]

  private func faults(
    _ answer: @escaping @Sendable (LoopbackHTTP.Request) -> LoopbackHTTP.Answer
  ) async throws -> [String] {
    let server = try await LoopbackHTTP(answer)
    var faults: [String] = []
    for program in Self.programs {
      for (_, client) in try ClientSettings("it", program, port: server.port).clients(in: machine) {
        faults.append(await client.fault())
        do throws(ClientFault) {
          try await client.pause(
            ["whole", "00112233", "download", "n"], until: machine.now() + .seconds(10))
          faults.append("it was believed")
        } catch {
          faults.append(error.description)
        }
      }
    }
    return faults
  }

  private func check(_ faults: [String], _ location: SourceLocation = #_sourceLocation) {
    #expect(faults.count == 14, sourceLocation: location)
    for fault in faults {
      #expect(fault.hasPrefix("it: "), sourceLocation: location)
      #expect(!fault.contains("a-secret-word"), sourceLocation: location)
      #expect(fault.utf8.count < 600, sourceLocation: location)
    }
  }

  @Test func `is not believed when it answers 200 with a page`() async throws {
    check(
      try await faults { _ in
        LoopbackHTTP.Answer(
          headers: [("Content-Type", "text/html")], body: Array("<html>ok</html>".utf8))
      })
  }

  @Test func `is not believed when it answers 200 with nothing, or with other JSON`() async throws {
    check(try await faults { _ in LoopbackHTTP.Answer() })
    check(try await faults { _ in .json("{}") })
    check(try await faults { _ in .json("[1]") })
    check(try await faults { _ in .json(#"{"success":true,"data":{"a":[1,2,3]}}"#) })
  }

  @Test func `is quoted without the secrets it sends back`() async throws {
    check(
      try await faults { request in
        .json("\(request.body) \(request.headers)", status: 500)
      })
    check(try await faults { .json($0.body, status: 200) })
  }

  @Test func `is not followed where it points`() async throws {
    let faults = try await faults { _ in
      LoopbackHTTP.Answer(status: 302, headers: [("Location", "http://127.0.0.1:9/login")])
    }
    check(faults)
    #expect(faults.allSatisfy { $0.contains("redirects to 'http://127.0.0.1:9/login'") })
  }
}
