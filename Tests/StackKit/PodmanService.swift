import Foundation
import Glibc

/// Podman's API service of a test's own, with everything of it in one folder, without a network, and
/// with one small image, `tiny:1`.
package final class PodmanService: Sendable {
  package let folder: KitFolder
  /// The path of its socket.
  package let socket: String
  private let service: Program
  private let words: [String]
  private let controlGroup: String

  /// What this machine lacks for it, if anything.
  package static var missing: String? {
    if geteuid() != 0 { return "these tests of Podman need root" }
    for program in ["/usr/bin/podman", "/usr/bin/conmon", "/usr/sbin/runc", "/bin/busybox"]
    where access(program, X_OK) != 0 { return "\(program) is missing: scripts/setup.sh" }
    return nil
  }

  /// Starts one, and leaves nothing of it behind, whatever the body does.
  @discardableResult
  package static func with<Result>(
    _ body: (PodmanService) async throws -> Result
  ) async throws -> Result {
    if let missing { throw KitFault(missing) }
    let podman = try PodmanService(KitFolder())
    do {
      try await podman.prepare()
      let result = try await body(podman)
      await podman.remove()
      return result
    } catch {
      await podman.remove()
      throw error
    }
  }

  private init(_ folder: KitFolder) throws {
    self.folder = folder
    let path = folder.path
    socket = path + "/podman.sock"
    controlGroup = ControlGroup.name(for: folder)
    // runc, for crun refuses a host with control groups of both versions.
    words = [
      "podman", "--root=\(path)/root", "--runroot=\(path)/run", "--tmpdir=\(path)/tmp",
      "--cgroup-manager=cgroupfs", "--storage-driver=overlay", "--events-backend=file",
      "--runtime=/usr/sbin/runc",
    ]
    service = try Program(
      Program.guarded(
        removing: folder, after: (words + ["rm", "-f", "-a", "-t", "0"]).joined(separator: " "))
        + words + ["system", "service", "-t", "0", "unix://\(socket)"],
      log: "\(path)/podman.log")
  }

  private func prepare() async throws {
    let socket = socket
    let service = service
    guard await holds({ access(socket, F_OK) == 0 || !service.isRunning }), service.isRunning else {
      throw KitFault("podman did not start: \(service.output)")
    }
    let archive = try await KitImage.archive(in: folder)
    try await podman("import", "--change", KitImage.change, archive, KitImage.name)
  }

  /// Runs `podman`.
  @discardableResult
  package func podman(_ arguments: String...) async throws -> String {
    let (code, output) = try await Program.run(words + arguments)
    guard code == 0 else {
      throw KitFault("podman \(arguments.joined(separator: " ")): exit code \(code): \(output)")
    }
    return output
  }

  /// Starts a container that ends at SIGTERM.
  package func run(_ name: String, volume: String) async throws {
    try await podman(
      "run", "-d", "--name", name, "--network", "none", "--cgroup-parent", controlGroup, "--ulimit",
      "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "-v", volume, "localhost/\(KitImage.name)",
      "/bin/sh", "-c", KitImage.obedient)
  }

  private func remove() async {
    await Task {
      _ = try? await Program.run(words + ["rm", "-f", "-a", "-t", "0"], within: .seconds(30))
      for pid in ProcessTable.withArgument("unix://\(socket)") where pid != service.pid {
        kill(pid, SIGTERM)
      }
      service.tell("")
      _ = await holds(within: .seconds(5)) { !service.isRunning }
      for pid in ProcessTable.withArgument(folder.path + "/") { kill(pid, SIGKILL) }
      await ControlGroup.remove(controlGroup)
      await folder.remove()
    }.value
  }
}
