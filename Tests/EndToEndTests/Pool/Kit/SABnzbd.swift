import Foundation
import JSONValue
import StackKit

/// A SABnzbd without a news server.
final class SABnzbd: Sendable {
  let port: Int
  let program: ServedProgram
  let ini: String

  static let key = "0123456789abcdef0123456789abcdef"
  private static let place = "/opt/mountmon-tests/sabnzbd/usr/bin/sabnzbdplus"

  init(in folder: String) throws {
    port = try FreePort.take()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    ini = folder + "/sab.ini"
    // Another key before the right one: whoever greps takes the wrong one, or both.
    try """
    __version__ = 19
    __encoding__ = utf-8
    [misc]
    host = 127.0.0.1
    port = \(port)
    enable_https = 0
    nzb_key = fedcba9876543210fedcba9876543210
    rating_api_key = not-this-one
    api_key = \(Self.key)
    auto_browser = 0
    check_new_rel = 0
    enable_broadcast = 0
    ipv6_servers = 0
    selftest_host = ""
    download_dir = dl/incomplete
    complete_dir = dl/complete
    log_dir = logs
    admin_dir = admin
    url_base = /sabnzbd
    """.write(toFile: ini, atomically: true, encoding: .utf8)
    guard FileManager.default.fileExists(atPath: Self.place) else {
      throw KitError("\(Self.place) is missing: scripts/setup.sh")
    }
    program = ServedProgram(
      ["/usr/bin/python3", "-OO", Self.place, "-f", ini, "-b", "0", "-l", "1"],
      log: folder + "/log")
  }

  /// Starts it, and waits until it answers.
  func start() async throws {
    try await program.start()
    guard await holds(within: .seconds(60), { (try? await isPaused()) != nil }) else {
      throw KitError("SABnzbd does not answer: \(program.output.suffix(1000))")
    }
  }

  /// Whether its queue is paused, as it says itself.
  func isPaused() async throws -> Bool {
    guard let isPaused = try await ask("queue")["queue"]?["paused"]?.boolValue else {
      throw KitError("SABnzbd does not say whether it is paused")
    }
    return isPaused
  }

  func pause() async throws { _ = try await ask("pause") }

  /// As it is after a start.
  func resume() async throws {
    _ = try await ask("resume")
    _ = try await ask("resume_pp")
  }

  private func ask(_ mode: String) async throws -> JSONValue {
    try await LoopbackAnswer.of(
      port: port, "GET", "/sabnzbd/api?mode=\(mode)&output=json&apikey=\(Self.key)"
    ).json
  }
}
