import Foundation
import Glibc
import JSONValue
import StackKit

/// A running `mountmon volsync --watch`.
final class UnlockWatch {
  let child: Child
  let port: Int

  /// Starts one, and leaves nothing of it behind, whatever the body does.
  static func with(
    _ stage: UnlockStage, _ arguments: [String] = [],
    _ body: (UnlockWatch) async throws -> Void
  ) async throws {
    let watch = try UnlockWatch(stage, arguments)
    do {
      try await body(watch)
      await watch.tearDown()
    } catch {
      await watch.tearDown()
      throw KitError("\(error)\nthe log of the watch:\n\(watch.log.suffix(6000))")
    }
  }

  init(_ stage: UnlockStage, _ arguments: [String] = []) throws {
    port = try FreePort.take()
    child = try Child(
      Self.words(stage) + [
        "--watch", "--http-address", "127.0.0.1", "--http-port", "\(port)", "--log-level", "debug",
      ] + arguments)
  }

  /// Whatever machine runs the tests may be a pod itself.
  static func words(_ stage: UnlockStage, _ command: [String] = []) throws -> [String] {
    ["KUBERNETES_SERVICE_HOST", "POD_NAME", "POD_NAMESPACE", "POD_UID"].flatMap { ["-u", $0] }
      + [try BuiltProgram.path("mountmon"), "volsync"] + command + stage.access
  }

  /// Runs `mountmon volsync` once.
  static func once(
    _ stage: UnlockStage, _ arguments: [String], command: [String] = [],
    within limit: Duration = .seconds(100)
  ) async throws -> Child.Outcome {
    try await Child(words(stage, command) + arguments).finish(within: limit)
  }

  func get(_ path: String) async throws -> HTTPReply {
    let connection = try LoopbackConnection(port: port)
    await connection.send("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    return try await connection.reply(to: "GET")
  }

  /// The sum of the samples of a metric whose labels have all of these parts.
  func metric(_ name: String, _ parts: String...) async throws -> Double? {
    let lines = try await get("/metrics").body.split(separator: "\n").filter { line in
      (line.hasPrefix(name + "{") || line.hasPrefix(name + " "))
        && parts.allSatisfy { line.contains($0) }
    }
    guard !lines.isEmpty else { return nil }
    return lines.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
      .reduce(0, +)
  }

  func status() async throws -> JSONValue {
    try JSONValue(parsing: try await get("/healthz/status").body)
  }

  func isReady() async -> Bool {
    (try? await get("/healthz/ready").status) == 200
  }

  /// Waits until it leads and has read the cluster.
  func waitUntilReady() async throws {
    guard await eventually(within: .seconds(30), { await isReady() }) else {
      throw KitError("it is not ready")
    }
  }

  var log: String { child.outputSoFar + child.errorsSoFar }

  func tearDown() async {
    if child.isRunning {
      kill(child.pid, SIGCONT)
      child.kill()
    }
    let process = ProcessView(pid: child.pid)
    _ = await Task { await eventually(within: .seconds(5)) { !process.isAlive } }.value
  }
}
