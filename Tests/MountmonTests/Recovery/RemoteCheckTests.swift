import Foundation
import K8sClient
import Pacing
import Testing
import TimeText

@testable import MountHealthCore
@testable import mountmon

@Suite(.timeLimit(.minutes(1))) struct `A look at the provider of the mounts` {
  private func look(
    _ url: String, timeout: Duration = .seconds(20)
  ) async throws -> (isUp: Bool, detail: String) {
    var upstream = WatchdogSettings.Upstream(url: try #require(ServiceURL(url)))
    upstream.timeout = timeout
    let answer = await RemoteCheck(surroundings: .live()).isUp(upstream)
    guard case .upstream(let isUp, let detail) = answer else {
      throw Unexpected(answer: answer)
    }
    return (isUp, detail)
  }

  @Test(arguments: [
    (200, true), (204, true), (302, true), (401, true), (404, true), (405, true), (429, false),
    (500, false), (502, false), (503, false),
  ])
  func `goes by the status of its answer`(_ status: Int, _ isUp: Bool) async throws {
    try await AnsweringServer.with(status) { server in
      let url = "http://127.0.0.1:\(server.port)/health?full=1"
      let found = try await look(url)
      #expect(found.isUp == isUp)
      #expect(found.detail.contains("\(status)"), "\(found.detail)")
      #expect(server.requests.map(\.target) == ["/health?full=1"])
      #expect(server.requests.first?.headers["user-agent"]?.hasPrefix("mountmon/") == true)
    }
  }

  @Test func `takes a connection for a sign of life where no more is asked for`() async throws {
    try await AnsweringServer.with(nil) { server in
      let found = try await look("tcp://127.0.0.1:\(server.port)")
      #expect(found.isUp)
      #expect(server.requests == [])
    }
  }

  @Test func `takes silence for none`() async throws {
    try await AnsweringServer.with(nil) { server in
      let url = "http://127.0.0.1:\(server.port)"
      let found = try await look(url, timeout: .milliseconds(200))
      #expect(!found.isUp)
      #expect(found.detail.contains("127.0.0.1:\(server.port)"), "\(found.detail)")
    }
  }

  @Test(arguments: ["tcp", "http", "https"])
  func `fails where nobody listens`(_ scheme: String) async throws {
    let port = try await AnsweringServer.with(200) { $0.port }
    let found = try await look("\(scheme)://127.0.0.1:\(port)")
    #expect(!found.isUp)
    #expect(found.detail.contains("\(port)"), "\(found.detail)")
  }

  @Test func `fails where there are no certificates to check against`() async throws {
    var upstream = WatchdogSettings.Upstream(url: try #require(ServiceURL("https://127.0.0.1:1")))
    upstream.authorityFile = "/nowhere/ca.crt"
    let answer = await RemoteCheck(surroundings: .live()).isUp(upstream)
    #expect(
      answer
        == .upstream(isUp: false, detail: "caFile /nowhere/ca.crt: there is no such file"))
  }

  private struct Unexpected: Error {
    let answer: RestartAnswer
  }
}

@Suite(.timeLimit(.minutes(1))) struct `A repair` {
  private func mount(_ path: String = "/mnt/movies", name: String? = "movies") throws -> Mount {
    Mount(
      name: name.flatMap { MountName($0) }, path: try MountPath(path),
      probe: Probe(.canary(try CanaryPath(".health-check"))))
  }

  private func repair(
    _ action: WatchdogSettings.Repair.Action, timeout: Duration = .seconds(20)
  ) async throws -> (succeeded: Bool, detail: String) {
    var repair = WatchdogSettings.Repair(action: action)
    repair.timeout = timeout
    let answer = await RemoteCheck(surroundings: .live()).repair(try mount(), by: repair)
    guard case .repaired(let succeeded, let detail) = answer else {
      Issue.record("\(answer)")
      return (false, "")
    }
    return (succeeded, detail)
  }

  private func call(
    _ url: String, _ change: (inout WatchdogSettings.Repair.Call) -> Void = { _ in }
  ) throws -> WatchdogSettings.Repair.Action {
    var call = WatchdogSettings.Repair.Call(url: try #require(ServiceURL(url)))
    change(&call)
    return .http(call)
  }

  // MARK: By HTTP

  @Test(arguments: [(200, true), (204, true), (301, false), (404, false), (500, false)])
  func `succeeds by the status of its answer`(_ status: Int, _ succeeds: Bool) async throws {
    try await AnsweringServer.with(status) { server in
      let url = "http://127.0.0.1:\(server.port)/vfs/forget"
      let result = try await repair(try call(url) { $0.method = "PUT" })
      #expect(result.succeeded == succeeds)
      #expect(result.detail == "PUT \(url) answered with status \(status)")
      #expect(server.requests.map(\.method) == ["PUT"])
    }
  }

  @Test func `carries what it is told, and reads its secret anew`() async throws {
    let file = FileManager.default.temporaryDirectory.appending(
      path: "mountmon-secret-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try await AnsweringServer.with(200) { server in
      let action = try call("http://127.0.0.1:\(server.port)") { call in
        call.headers = [.init(name: "X-Reason", value: "mount lost")]
        call.body = #"{"fs":"{path}","name":"{name}","other":"{}"}"#
        call.authorizationFile = file.path
      }
      for secret in ["Bearer first", "Bearer second"] {
        try Data("\n \(secret)\r\n".utf8).write(to: file)
        let result = try await repair(action)
        #expect(result.succeeded)
        #expect(!result.detail.contains(secret))
        #expect(server.requests.last?.headers["authorization"] == secret)
      }
      let request = try #require(server.requests.first)
      #expect(request.method == "POST")
      #expect(request.headers["x-reason"] == "mount lost")
      #expect(request.body == #"{"fs":"/mnt/movies","name":"movies","other":"{}"}"#)
    }
  }

  @Test func `sends nothing where its secret is missing`() async throws {
    try await AnsweringServer.with(200) { server in
      let result = try await repair(
        try call("http://127.0.0.1:\(server.port)") { $0.authorizationFile = "/nowhere/token" })
      #expect(!result.succeeded)
      #expect(
        result.detail == "authorizationFile /nowhere/token: there is no such file")
      #expect(server.requests == [])
    }
  }

  @Test func `fails in silence at its deadline`() async throws {
    try await AnsweringServer.with(nil) { server in
      let result = try await repair(
        try call("http://127.0.0.1:\(server.port)"), timeout: .milliseconds(200))
      #expect(!result.succeeded)
      #expect(result.detail.contains("127.0.0.1:\(server.port)"), "\(result.detail)")
    }
  }

  // MARK: By a program

  static let programs: [(words: [String], succeeds: Bool, detail: String)] = [
    (["/bin/true"], true, "/bin/true ended with exit code 0"),
    (["/bin/false"], false, "/bin/false ended with exit code 1"),
    (
      ["/bin/sh", "-c", "echo one >&2; printf 'two\\033[31m\\n\\n' >&2; exit 7"], false,
      "/bin/sh ended with exit code 7: two[31m"
    ),
    (["/bin/sh", "-c", "kill -TERM $$"], false, "/bin/sh was killed by signal 15"),
    (["/nowhere/program"], false, "/nowhere/program: "),
    (["/bin/sh", "-c", "test \"$1\" = '/mnt/movies'", "sh", "{path}"], true, "exit code 0"),
    (["/bin/sh", "-c", "test \"$1\" = '{movies}'", "sh", "{{name}}"], true, "exit code 0"),
    (
      ["/bin/sh", "-c", "head -c 1000000 /dev/zero"], false,
      "/bin/sh wrote more than it may and was killed"
    ),
  ]

  @Test(arguments: programs)
  func `succeeds by the end of its program`(
    _ words: [String], _ succeeds: Bool, _ detail: String
  ) async throws {
    let result = try await repair(.command(words))
    #expect(result.succeeded == succeeds, "\(result.detail)")
    #expect(result.detail.contains(detail), "\(result.detail)")
  }

  @Test func `kills a program that takes too long`() async throws {
    let result = try await repair(
      .command(["/bin/sh", "-c", "sleep 1000"]), timeout: .milliseconds(200))
    #expect(!result.succeeded)
    #expect(result.detail == "/bin/sh took too long and was killed")
  }

  // MARK: Words that stand for the mount's

  @Test func `puts path and name in, and escapes them where they stand in JSON`() throws {
    let odd = try mount("/mnt/\"a\\b\"/{name}", name: nil)
    #expect(odd.filled(in: "{path}", escaped: false) == "/mnt/\"a\\b\"/{name}")
    #expect(odd.filled(in: "\"{path}\"", escaped: true) == #""/mnt/\"a\\b\"/{name}""#)
    #expect(odd.filled(in: "{ {pat} {path {}", escaped: true) == "{ {pat} {path {}")
    let named = try mount()
    #expect(named.filled(in: "{name}{path}{name}", escaped: false) == "movies/mnt/moviesmovies")
    #expect(named.filled(in: "", escaped: true) == "")
  }
}
