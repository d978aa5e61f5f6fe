import Foundation
import Glibc
import JSONValue
import StackKit

/// A `mountmon pool run` as a process, with its configuration and its state folder.
final class Monitor: Sendable {
  let folder: KitFolder
  let file: String
  let stateFolder: String
  let port: Int
  let program: ServedProgram

  init(in folder: KitFolder, _ configuration: JSONValue) throws {
    self.folder = folder
    port = try FreePort.take()
    var configuration = configuration
    configuration["httpPort"] = .number(JSONNumber(port))
    stateFolder = configuration["stateDirectory"]?.stringValue ?? folder.path + "/state"
    file = try folder.write("pool.json", configuration.text(.pretty))
    chmod(file, 0o600)
    program = ServedProgram(
      [try BuiltProgram.path("mountmon"), "pool", "run", "--config", file],
      log: folder.path + "/monitor.log")
  }

  /// A configuration that sees faults soon, and gives up soon.
  static func configuration(
    _ pool: LoopPool, _ docker: DockerDaemon, _ transmission: Transmission, _ sabnzbd: SABnzbd,
    state: String, _ more: JSONObject
  ) -> JSONValue {
    var object: JSONObject = [
      "path": .string(pool.path), "requireMount": ["fsType": "fuse.mergerfs"],
      "branches": .array(
        LoopPool.numbers.map {
          ["label": .string(pool.label($0)), "path": .string(pool.branch($0))]
        }),
      "minBranches": 2, "labelDirectory": .string(pool.labelFolder),
      "stateDirectory": .string(state), "engine": ["socket": .string(docker.socket)],
      "pollInterval": "1s", "readTimeout": "700ms",
      "drainAfter": ["unresponsive": "3s", "scarce": "2s"],
      "upgradeAfter": "1s", "upgradeCoolDown": "0s", "upgradesPerHour": 60,
      "lookAgainAfter": "1s", "lookAgainMax": "4s",
      "deadlines": [
        "client": "3s", "fence": "2s", "look": "3s", "settle": "3s", "stopGrace": "5s",
        "fenceGrace": "2s", "return": "20s", "start": "20s", "project": "40s",
      ],
      "clients": [
        ["type": "transmission", "url": .string("http://127.0.0.1:\(transmission.port)")],
        [
          "type": "sabnzbd", "url": .string("http://127.0.0.1:\(sabnzbd.port)/sabnzbd"),
          "apiKeyIni": .string(sabnzbd.ini),
        ],
      ],
    ]
    for (key, value) in more { object[key] = value }
    return .object(object)
  }

  // MARK: Its life

  /// Starts it, and waits until it has seen the pool.
  func start() async throws {
    try await program.start()
    let hasSeen = await holds(within: .seconds(60)) {
      guard let state = try? await state() else { return program.pid == nil }
      return state != "unknown"
    }
    guard hasSeen, program.pid != nil else { throw KitError("the monitor does not run") }
  }

  /// Asks it to end, and says how long that took; `nil` where it did not end.
  func stop() async -> Duration? {
    let start = ContinuousClock.now
    return await program.stop(within: .seconds(60)) ? start.duration(to: .now) : nil
  }

  func kill() async { await program.kill() }

  func end() async {
    program.wake()
    await program.kill()
    program.end()
  }

  var log: String { program.output }

  // MARK: What it says

  /// Its document.
  func status() async throws -> JSONValue {
    try await LoopbackAnswer.of(port: port, "GET", "/healthz/status").json
  }

  /// What it takes the pool for.
  func state() async throws -> String? { try await status()["pool"]?["state"]?.stringValue }

  func mode() async throws -> String? { try await status()["stack"]?["mode"]?.stringValue }

  /// What is owed, by target.
  func debts() async throws -> Set<String> {
    Set((try await status()["debts"]?.arrayValue ?? []).compactMap { $0["target"]?.stringValue })
  }

  /// Whether it says that pool and stack stand so, and that nothing is owed.
  func isDone(_ state: String, _ mode: String) async throws -> Bool {
    let status = try await status()
    return status["pool"]?["state"]?.stringValue == state
      && status["stack"]?["mode"]?.stringValue == mode && status["run"] == nil
      && (mode != "full" || status["debts"]?.arrayValue?.isEmpty == true)
  }

  /// How often a line that holds these words was logged, in all its lives.
  func count(of words: String) -> Int {
    log.split(separator: "\n").count { $0.contains(words) }
  }

  /// What began last, of all its lives: `drain` or `resume`.
  var lastRun: String? {
    let line = log.split(separator: "\n").last { $0.contains(" began run=") }
    return line.map { $0.contains("drain began") ? "drain" : "resume" }
  }

  /// Runs another command of the pool's, with the same configuration.
  func command(
    _ words: String..., file: String? = nil, within limit: Duration = .seconds(60)
  ) async throws -> (code: Int32, output: String) {
    try await Program.run(
      [try BuiltProgram.path("mountmon"), "pool"] + words + ["--config", file ?? self.file],
      within: limit)
  }

  /// A file of the state folder.
  func kept(_ name: String) -> String? {
    ProcessTable.text("\(stateFolder)/\(name)").map {
      $0.trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }
}
