import Foundation
import Glibc

/// A FUSE file system that hangs, fails or dies on command: a running `faultfs`.
///
/// It ends with the test run, however that ends.
package final class FaultMount: Sendable {
  package let path: String
  private let program: Program

  /// Mounts at a folder, which is there, and waits until it serves.
  ///
  /// - Parameters:
  ///   - path: Where.
  ///   - folder: Where its log goes.
  ///   - type: The type that the mount table shows.
  ///   - source: The source that the mount table shows.
  /// - Returns: The mount.
  /// - Throws: ``KitFault`` where it does not serve.
  package static func mount(
    at path: String, log folder: KitFolder, type: String = "fuse.mergerfs",
    source: String = "mergerfs-pool"
  ) async throws -> FaultMount {
    let program = try Program(
      [
        try BuiltTool.path("faultfs"), path, "--until-eof", "--fs-type", type, "--source", source,
      ], log: "\(folder.path)/faultfs-\(UUID().uuidString).log")
    let mount = FaultMount(path, program)
    guard await holds({ program.output.contains("ready ") || !program.isRunning }),
      program.isRunning
    else { throw KitFault("faultfs at \(path): \(program.output)") }
    return mount
  }

  private init(_ path: String, _ program: Program) {
    self.path = path
    self.program = program
  }

  /// Gives a command, such as `hang *` or `clear`, and waits until it is obeyed.
  package func send(_ command: String) async throws {
    let known = program.output.split(separator: "\n").filter { $0 == "ok \(command)" }.count
    program.tell(command)
    let isObeyed = await holds {
      program.output.split(separator: "\n").filter { $0 == "ok \(command)" }.count > known
    }
    guard isObeyed else { throw KitFault("faultfs did not obey '\(command)': \(program.output)") }
  }

  /// The daemon dies: who waits for it goes on, and the mount stays and answers ENOTCONN.
  package func die() async {
    program.send(SIGKILL)
    _ = await holds { !program.isRunning }
  }

  /// Takes the mount away, whoever holds it, and ends the daemon. May come twice.
  package func remove() async {
    await die()
    for _ in 0..<5 where ProcessTable.mountPoints(atOrBelow: path).contains(path) {
      _ = try? await Program.run(["umount", "-l", path], within: .seconds(10))
    }
  }
}

/// A program of this package, as it was built.
package enum BuiltTool {
  package static func path(_ name: String) throws -> String {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let beside = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
    let given = ProcessInfo.processInfo.environment["MOUNTMON_BIN_DIR"]
    let folders = given.map { [$0] } ?? [beside, "\(package)/.build/debug"]
    guard let found = folders.first(where: { access("\($0)/\(name)", X_OK) == 0 }) else {
      throw KitFault("\(name) is not built; looked in \(folders.joined(separator: ", "))")
    }
    return "\(found)/\(name)"
  }
}
