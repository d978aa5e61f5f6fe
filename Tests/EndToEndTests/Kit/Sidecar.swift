import Foundation
import Glibc
import JSONValue
import StackKit

/// A running `mountmon sidecar` with its configuration, its log and its endpoints.
final class Sidecar {
  /// How it is started.
  struct Options {
    /// Beside `--config`.
    var arguments: [String] = []
    /// Words such as `MOUNTMON_LOG_LEVEL=debug`.
    var environment: [String] = []
    /// Words before the program, such as `setpriv …`.
    var wrapper: [String] = []
    /// The configuration file's path, where it is not `config.json` in the folder.
    var configurationPath: String?
    /// Another copy of the program.
    var program: String?
    /// Whether to wait until it listens.
    var waits = true

    /// As a user without any right, by a copy of the program that everybody can reach.
    static func asNobody(in folder: TemporaryFolder) throws -> Options {
      Options(
        wrapper: Sidecar.asNobody, program: try BuiltProgram.copy("mountmon", to: folder))
    }
  }

  static let asNobody = [
    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
  ]

  let folder: TemporaryFolder
  let port: Int
  let child: Child
  /// When it was started.
  let start = ContinuousClock.now
  private var seenWorkers: Set<pid_t> = []

  var pid: pid_t { child.pid }
  var process: ProcessView { ProcessView(pid: pid) }

  /// A configuration that sees faults soon.
  static func configuration(_ mounts: [JSONValue], _ more: JSONObject = [:]) -> JSONValue {
    var object: JSONObject = [
      "checkInterval": "1s", "readTimeout": "500ms", "startupGrace": "0s", "flapWindow": "0s",
      "httpAddress": "127.0.0.1",
    ]
    for (key, value) in more { object[key] = value }
    object["mounts"] = .array(mounts)
    return .object(object)
  }

  /// A mount of a configuration.
  static func mount(_ name: String, _ path: String, _ more: JSONObject = [:]) -> JSONValue {
    var object: JSONObject = ["name": .string(name), "path": .string(path)]
    for (key, value) in more { object[key] = value }
    return .object(object)
  }

  /// Starts one, and leaves nothing of it behind, whatever the body does.
  @discardableResult
  static func with<Result>(
    _ configuration: JSONValue, _ options: Options = Options(),
    _ body: (Sidecar) async throws -> Result
  ) async throws -> Result {
    try await TemporaryFolder.with { folder in
      var configuration = configuration
      let port = try configuration["httpPort"]?.intValue ?? FreePort.take()
      configuration["httpPort"] = .number(JSONNumber(port))
      try folder.write("config.json", configuration.text(.pretty))
      let sidecar = try Sidecar(in: folder, port: port, options)
      do {
        if options.waits { try await sidecar.waitUntilListening() }
        let result = try await body(sidecar)
        await sidecar.tearDown()
        return result
      } catch {
        await sidecar.tearDown()
        throw KitError("\(error)\nthe sidecar's log:\n\(sidecar.log.suffix(4000))")
      }
    }
  }

  /// Starts one on a configuration that is there.
  init(in folder: TemporaryFolder, port: Int, _ options: Options = Options()) throws {
    self.folder = folder
    self.port = port
    let program = try options.program ?? BuiltProgram.path("mountmon")
    let file = options.configurationPath ?? folder.path + "/config.json"
    child = try Child(
      options.environment + options.wrapper + [program, "sidecar", "--config", file]
        + options.arguments)
  }

  // MARK: HTTP

  func get(
    _ path: String, method: String = "GET", headers: [String: String] = [:]
  ) async throws -> HTTPReply {
    let connection = try LoopbackConnection(port: port)
    let fields = headers.map { "\($0): \($1)\r\n" }.joined()
    await connection.send(
      "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\(fields)\r\n")
    return try await connection.reply(to: method)
  }

  /// The body of `/healthz/status`.
  func document() async throws -> JSONValue {
    noteWorkers()
    return try JSONValue(parsing: try await get("/healthz/status").body)
  }

  /// What `/healthz/status` says of a mount.
  func status(of name: String) async throws -> JSONValue {
    let mounts = try await document()["mounts"]?.arrayValue ?? []
    guard let found = mounts.first(where: { $0["name"]?.stringValue == name }) else {
      throw KitError("no mount called \(name)")
    }
    return found
  }

  func readiness() async throws -> Int { try await get("/healthz/ready").status }

  /// A sample of `/metrics`, by its name with labels.
  func metric(_ name: String) async throws -> Double? {
    let page = try await get("/metrics").body
    let line = page.split(separator: "\n").first { $0.hasPrefix(name + " ") }
    return line?.split(separator: " ").last.flatMap { Double($0) }
  }

  // MARK: Waiting

  func waitUntilListening() async throws {
    guard await eventually(within: .seconds(30), { (try? LoopbackConnection(port: port)) != nil })
    else { throw KitError("it does not listen on port \(port)") }
  }

  /// Waits until a mount has this status (`HEALTHY`), this verdict (`hung`), these words in its last
  /// error, or several of them at a time.
  ///
  /// - Returns: How long that took, and the mount then.
  @discardableResult
  func waitUntil(
    _ name: String, is status: String? = nil, verdict: String? = nil, error words: String? = nil,
    within limit: Duration = .seconds(6)
  ) async throws -> (elapsed: Duration, mount: JSONValue) {
    let start = ContinuousClock.now
    var last: JSONValue = .null
    let came = try await eventually(within: limit) {
      last = try await self.status(of: name)
      return (status.map { last["status"]?.stringValue == $0 } ?? true)
        && (verdict.map { last["verdict"]?.stringValue == $0 } ?? true)
        && (words.map { last["lastError"]?.stringValue?.contains($0) == true } ?? true)
    }
    guard came else {
      let wanted = [status, verdict, words].compactMap { $0 }.joined(separator: " ")
      throw KitError("\(name) is not \(wanted) in \(limit) but \(last)")
    }
    return (start.duration(to: .now), last)
  }

  // MARK: Log

  /// All that it wrote to standard output.
  var log: String { child.outputSoFar }

  /// The lines of the log, as JSON.
  var records: [JSONValue] {
    log.split(separator: "\n").compactMap { try? JSONValue(parsing: String($0)) }
  }

  /// The records with this message.
  func records(_ message: String) -> [JSONValue] {
    records.filter { $0["msg"]?.stringValue == message }
  }

  func waitForRecord(
    _ message: String, within limit: Duration = .seconds(30), where isWanted: (JSONValue) -> Bool
  ) async throws {
    guard await eventually(within: limit, { records(message).contains(where: isWanted) }) else {
      throw KitError("no line '\(message)' within \(limit)")
    }
  }

  // MARK: The worker

  /// The probe worker that serves now: the youngest that lives.
  func worker(within limit: Duration = .seconds(30)) async throws -> ProcessView {
    var found: ProcessView?
    _ = await eventually(within: limit) {
      noteWorkers()
      found = process.children.last { $0.isAlive && $0.arguments.contains("probe-worker") }
      return found != nil
    }
    guard let found else { throw KitError("there is no probe worker") }
    return found
  }

  private func noteWorkers() {
    for child in process.children { seenWorkers.insert(child.pid) }
  }

  // MARK: The end

  /// Asks it to end, and waits for that.
  func terminate(
    _ signal: Int32 = SIGTERM, within limit: Duration = .seconds(30)
  ) async throws -> (elapsed: Duration, ending: Child.Ending) {
    noteWorkers()
    let start = ContinuousClock.now
    kill(pid, signal)
    let outcome = try await child.finish(within: limit)
    return (start.duration(to: .now), outcome.ending)
  }

  /// Ends it and its workers. May come twice.
  func tearDown() async {
    noteWorkers()
    if child.isRunning {
      kill(pid, SIGCONT)
      child.kill()
    }
    for worker in seenWorkers.map(ProcessView.init)
    where worker.arguments.contains("probe-worker") {
      kill(worker.pid, SIGKILL)
    }
    // In a task of its own: a test that was cancelled waits all the same.
    let process = process
    _ = await Task { await eventually(within: .seconds(5)) { !process.isAlive } }.value
  }
}
