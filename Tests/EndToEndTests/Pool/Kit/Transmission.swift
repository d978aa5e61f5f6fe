import Foundation
import Glibc
import JSONValue
import StackKit
import Synchronization

/// A transmission-daemon that downloads onto the pool from a web server on loopback.
final class Transmission: Sendable {
  let port: Int
  let program: ServedProgram
  private let folder: String
  private let files: String
  private let filePort: Int
  private let fileServer: ServedProgram
  private let session = Mutex("")

  /// The speed limit that its owner has set: downloads last, and nobody else is to touch it.
  static let speedLimit = 150

  /// Writes its settings in a folder of its own, and makes two torrents.
  init(in folder: String, downloads: String) async throws {
    self.folder = folder
    files = folder + "/files"
    port = try FreePort.take()
    filePort = try FreePort.take()
    try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
    let settings: JSONValue = [
      "rpc-enabled": true, "rpc-bind-address": "127.0.0.1", "rpc-port": .number(JSONNumber(port)),
      "rpc-whitelist-enabled": true, "rpc-whitelist": "127.0.0.1",
      "rpc-authentication-required": false, "bind-address-ipv4": "127.0.0.1",
      "bind-address-ipv6": "::1", "peer-port": .number(JSONNumber(try FreePort.take())),
      "dht-enabled": false, "lpd-enabled": false, "pex-enabled": false, "utp-enabled": false,
      "port-forwarding-enabled": false, "download-dir": .string(downloads), "preallocation": 0,
      "cache-size-mb": 0,
      "speed-limit-down": .number(JSONNumber(Self.speedLimit)), "speed-limit-down-enabled": true,
    ]
    let configuration = folder + "/cfg"
    try FileManager.default.createDirectory(
      atPath: configuration, withIntermediateDirectories: true)
    try settings.text(.pretty).write(
      toFile: configuration + "/settings.json", atomically: true, encoding: .utf8)
    program = ServedProgram(
      ["/usr/bin/transmission-daemon", "-f", "-g", configuration, "--no-portmap"],
      log: folder + "/log")
    fileServer = ServedProgram(
      ["/bin/busybox", "httpd", "-f", "-p", "127.0.0.1:\(filePort)", "-h", files],
      log: folder + "/files.log")
    for name in ["one", "two"] { try await makeTorrent(name) }
  }

  private func makeTorrent(_ name: String) async throws {
    var bytes = Data(count: 16 << 20)
    for index in stride(from: 0, to: bytes.count, by: 4096) {
      bytes[index] = UInt8.random(in: 0...255)
    }
    try bytes.write(to: URL(filePath: "\(files)/\(name).bin"))
    let bare = "\(folder)/\(name).bare"
    // A port of which nobody answers.
    try await Program.succeed(
      "/usr/bin/transmission-create", "-o", bare, "-t", "http://127.0.0.1:9/announce",
      "\(files)/\(name).bin")
    var dictionary = try Data(contentsOf: URL(filePath: bare))
    guard dictionary.popLast() == UInt8(ascii: "e") else { throw KitError("no torrent was made") }
    let url = "http://127.0.0.1:\(filePort)/\(name).bin"
    try (dictionary + Data("8:url-list\(url.utf8.count):\(url)e".utf8)).write(
      to: URL(filePath: torrentFile(name)))
  }

  private func torrentFile(_ name: String) -> String { "\(folder)/\(name).torrent" }

  /// Starts it, and waits until it answers.
  func start() async throws {
    if fileServer.pid == nil { try await fileServer.start() }
    try await program.start()
    guard await holds(within: .seconds(60), { (try? await torrents()) != nil }) else {
      throw KitError("transmission-daemon does not answer: \(program.output.suffix(1000))")
    }
  }

  func end() async {
    program.wake()
    await program.kill()
    program.end()
    fileServer.end()
  }

  // MARK: Asking it

  /// How its torrents stand.
  struct Torrent: Equatable {
    var isStopped: Bool
    /// Its own complaint, such as that it cannot write.
    var fault: String
  }

  /// By name.
  func torrents() async throws -> [String: Torrent] {
    let answer = try await ask(
      "torrent-get", ["fields": ["name", "status", "errorString"]])
    var torrents: [String: Torrent] = [:]
    for torrent in answer["torrents"]?.arrayValue ?? [] {
      torrents[torrent["name"]?.stringValue ?? "?"] = Torrent(
        isStopped: torrent["status"]?.intValue == 0,
        fault: torrent["errorString"]?.stringValue ?? "")
    }
    return torrents
  }

  /// Adds one of its torrents.
  func add(_ name: String, isStopped: Bool = false) async throws {
    _ = try await ask(
      "torrent-add", ["filename": .string(torrentFile(name)), "paused": .bool(isStopped)])
  }

  /// Whether anything was downloaded of a torrent.
  func hasBegun(_ name: String) async throws -> Bool {
    let answer = try await ask("torrent-get", ["fields": ["name", "downloadedEver"]])
    return answer["torrents"]?.arrayValue?.contains {
      $0["name"]?.stringValue == "\(name).bin" && ($0["downloadedEver"]?.intValue ?? 0) > 0
    } ?? false
  }

  /// Starts or stops all of them, as a person does.
  func tellAll(_ verb: String) async throws { _ = try await ask("torrent-\(verb)", [:]) }

  /// The speed limits in force.
  func speedLimits() async throws -> [JSONValue?] {
    let answer = try await ask("session-get", [:])
    return [
      "speed-limit-down", "speed-limit-down-enabled", "speed-limit-up-enabled", "alt-speed-enabled",
    ].map { answer[$0] }
  }

  private func ask(_ method: String, _ arguments: JSONObject) async throws -> JSONValue {
    let body: JSONValue = ["method": .string(method), "arguments": .object(arguments)]
    for _ in 0..<3 {
      let answer = try await LoopbackAnswer.of(
        port: port, "POST", "/transmission/rpc",
        headers: ["X-Transmission-Session-Id": session.withLock { $0 }], body: body.text())
      if answer.status == 409, let id = answer.headers["x-transmission-session-id"] {
        session.withLock { $0 = id }
        continue
      }
      let json = try answer.json
      guard json["result"]?.stringValue == "success" else { throw KitError(answer.body) }
      return json["arguments"] ?? .null
    }
    throw KitError("transmission-daemon wants another session each time")
  }
}
