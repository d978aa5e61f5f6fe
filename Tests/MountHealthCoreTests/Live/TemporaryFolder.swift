import Foundation
import Testing

@testable import MountHealthCore

/// A folder of a test's own, removed at its end.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    // Its real path: what the kernel will name it by.
    let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
    path = base + "/mountmon-test-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file below it; makes the folders above.
  @discardableResult
  func write(_ text: String = "", to name: String) throws -> String {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: file))
    return file
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: path + "/" + name, withDestinationPath: target)
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path + "/" + name, withIntermediateDirectories: true)
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: path + "/" + name)
  }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }

  /// What a live probe reports of it.
  func probe(
    _ canary: String? = ".health-check", _ change: (inout Probe) -> Void = { _ in }
  ) throws -> ProbeReport {
    var probe = Probe(.directory)
    if let canary { probe.target = .canary(try CanaryPath(canary)) }
    change(&probe)
    return LiveProbe.run(
      ProbeOrder(
        flight: Flight(mount: 0, sequence: 1), path: try MountPath(path), probe: probe))
  }
}

/// Waits, by looking again and again, for a condition to hold; gives up after a generous while.
func eventually(
  within limit: Duration = .seconds(30), _ condition: () throws -> Bool
) async throws -> Bool {
  let deadline = ContinuousClock.now + limit
  while ContinuousClock.now < deadline {
    if try condition() { return true }
    try await Task.sleep(for: .milliseconds(5))
  }
  return try condition()
}

/// Runs a program; `false` where it fails.
@discardableResult
func succeeds(_ arguments: String...) -> Bool {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = arguments
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return false }
  process.waitUntilExit()
  return process.terminationStatus == 0
}

/// Whether this process may mount file systems.
let canMount: Bool = {
  guard getuid() == 0, let folder = try? TemporaryFolder() else { return false }
  defer { succeeds("umount", folder.path) }
  return succeeds("mount", "-t", "tmpfs", "mountmon-test", folder.path)
}()
