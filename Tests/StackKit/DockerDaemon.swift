import Foundation
package import Glibc
import Synchronization

/// A container engine of a test's own: dockerd with everything of it in one folder, without a network,
/// and with one small image, `tiny:1`. Two of them do not meet.
package final class DockerDaemon: Sendable {
  package let folder: KitFolder
  /// The path of its socket.
  package let socket: String
  private let guardian = Mutex<Program?>(nil)
  private let controlGroup: String

  /// What this machine lacks for it, if anything.
  package static var missing: String? {
    if geteuid() != 0 { return "dockerd needs root" }
    for program in ["/usr/sbin/dockerd", "/usr/bin/docker", "/usr/bin/containerd", "/bin/busybox"]
    where access(program, X_OK) != 0 { return "\(program) is missing: scripts/setup.sh" }
    // dockerd would use this one in place of its own.
    let containerd = "/run/containerd/containerd.sock"
    if access(containerd, F_OK) == 0 {
      return "a containerd of this machine runs: \(containerd);"
        + " stop it: systemctl stop containerd docker docker.socket"
    }
    return nil
  }

  /// Starts one, and leaves nothing of it behind, whatever the body does.
  @discardableResult
  package static func with<Result>(
    _ body: (DockerDaemon) async throws -> Result
  ) async throws -> Result {
    if let missing { throw KitFault(missing) }
    let daemon = try DockerDaemon()
    do {
      try await daemon.start()
      try await daemon.makeImage()
      let result = try await body(daemon)
      await daemon.remove()
      return result
    } catch {
      await daemon.remove()
      throw error
    }
  }

  private init() throws {
    folder = try KitFolder()
    socket = folder.path + "/docker.sock"
    controlGroup = ControlGroup.name(for: folder)
  }

  // MARK: The daemon

  /// Starts it, also after ``crash()``, and waits until it answers. Containers live on without it.
  package func start() async throws {
    for _ in 0..<2 where try await comesUp() { return }
    guard try await comesUp() else {
      let output = guardian.withLock { $0?.output } ?? ""
      throw KitFault("dockerd did not start: \(output.suffix(4000))")
    }
  }

  /// Starts it once. It gives up by itself where its containerd is not there in 15 s, which on a machine
  /// that has much else to do may be so; that containerd is not left behind then.
  private func comesUp() async throws -> Bool {
    let folder = folder.path
    // A process that died is there until somebody asks how; to the daemon it is alive.
    for name in ["dockerd.pid", "exec/containerd/containerd.pid"] {
      let pid = ProcessTable.text("\(folder)/\(name)").flatMap { pid_t($0.trimmed) }
      if let pid, !ProcessTable.isAlive(pid) { unlink("\(folder)/\(name)") }
    }
    let program = try Program(
      Program.guarded(
        removing: self.folder, after: "/usr/bin/docker rm -f $(/usr/bin/docker ps -aq)") + [
          "dockerd", "--iptables=false", "--ip6tables=false",
          "--bridge=none", "--ip-forward=false", "--ip-masq=false", "--storage-driver=overlay2",
          // Where systemd runs, its driver would be taken, which refuses such a parent.
          "--exec-opt=native.cgroupdriver=cgroupfs", "--live-restore",
          "--cgroup-parent=\(controlGroup)", "--data-root=\(folder)/root",
          "--exec-root=\(folder)/exec", "--pidfile=\(folder)/dockerd.pid", "-H", "unix://\(socket)",
        ], environment: environment, log: "\(folder)/dockerd.log")
    guardian.withLock { $0 = program }
    let answers = try await holds(within: .seconds(60)) {
      guard program.isRunning else { return true }
      return try await Program.run(["/usr/bin/docker", "version"], environment: environment).code
        == 0
    }
    if program.isRunning {
      guard answers else {
        throw KitFault("dockerd does not answer: \(program.output.suffix(4000))")
      }
      return true
    }
    await endContainerd()
    return false
  }

  /// Ends the containerd of a daemon that died. It may outlive that one for a while, and the next one
  /// waits in vain for the database that it holds. Containers have parents of their own.
  private func endContainerd() async {
    let settings = "\(folder.path)/exec/containerd/containerd.toml"
    let found = ProcessTable.all.filter { pid in
      ProcessTable.text("/proc/\(pid)/cmdline")?.contains(settings) ?? false
    }
    for pid in found { kill(pid, SIGKILL) }
    _ = await holds(within: .seconds(10)) { !found.contains(where: ProcessTable.isAlive) }
  }

  /// Its process; `nil` while none runs.
  package var pid: pid_t? {
    let pid = ProcessTable.text(folder.path + "/dockerd.pid").flatMap { pid_t($0.trimmed) }
    return pid.flatMap { ProcessTable.isAlive($0) ? $0 : nil }
  }

  /// It takes connections and answers nothing.
  package func suspend() async throws {
    guard let pid else { throw KitFault("dockerd does not run") }
    kill(pid, SIGSTOP)
    guard await holds({ ProcessTable.state(of: pid) == "T" }) else {
      throw KitFault("dockerd did not stop")
    }
  }

  /// Ends ``suspend()``.
  package func wake() {
    if let pid { kill(pid, SIGCONT) }
  }

  /// It dies; its containers live on.
  package func crash() async throws {
    guard let pid else { throw KitFault("dockerd does not run") }
    kill(pid, SIGKILL)
    guard await holds({ !ProcessTable.isAlive(pid) }) else { throw KitFault("dockerd lives on") }
    guardian.withLock { $0 = nil }
    await endContainerd()
  }

  // MARK: Containers

  /// The environment with which `docker` and `docker-compose` find it.
  package var environment: [String: String] {
    [
      "DOCKER_HOST": "unix://\(socket)", "DOCKER_CONFIG": folder.path + "/config",
      "HOME": folder.path, "COMPOSE_HTTP_TIMEOUT": "60",
    ]
  }

  /// Runs `docker`.
  @discardableResult
  package func docker(_ words: String...) async throws -> String {
    try await docker(words)
  }

  /// Runs `docker`.
  @discardableResult
  package func docker(_ words: [String]) async throws -> String {
    let (code, output) = try await Program.run(
      ["/usr/bin/docker"] + words, environment: environment)
    guard code == 0 else {
      throw KitFault("docker \(words.joined(separator: " ")): exit code \(code): \(output)")
    }
    return output.trimmed
  }

  /// Starts a container that ends at SIGTERM, unless it runs another script.
  package func run(
    _ name: String, _ options: [String] = [], script: String = KitImage.obedient
  ) async throws {
    try await docker(
      ["run", "-d", "--name", name, "--network", "none"] + options
        + [KitImage.name, "/bin/sh", "-c", script])
  }

  /// What the engine says of a container, by a template of `docker inspect`.
  package func inspect(_ name: String, _ template: String) async throws -> String {
    try await docker("inspect", "-f", template, name)
  }

  private func makeImage() async throws {
    let archive = try await KitImage.archive(in: folder)
    try await docker("import", "--change", KitImage.change, archive, KitImage.name)
  }

  // MARK: The end

  /// Ends it and all its containers, and takes away whatever it made. May come twice.
  package func remove() async {
    // In a task of its own, so that a test that was cancelled is cleaned up all the same.
    await Task { await dismantle() }.value
  }

  private func dismantle() async {
    let ids = containerIDs
    for pid in ids.flatMap({ ProcessTable.inControlGroup(of: $0) }) { kill(pid, SIGKILL) }
    wake()
    if let pid {
      kill(pid, SIGTERM)
      if !(await holds(within: .seconds(20), { !ProcessTable.isAlive(pid) })) { kill(pid, SIGKILL) }
    }
    guardian.withLock { $0 = nil }
    // Its containerd and the shims have the folder among their arguments.
    for signal in [SIGTERM, SIGKILL] {
      for pid in ProcessTable.withArgument(folder.path + "/") { kill(pid, signal) }
      _ = await holds(within: .seconds(5)) {
        ProcessTable.withArgument(folder.path + "/").allSatisfy { !ProcessTable.isAlive($0) }
      }
    }
    for pid in ids.flatMap({ ProcessTable.inControlGroup(of: $0) }) { kill(pid, SIGKILL) }
    await ControlGroup.remove(controlGroup)
    await folder.remove()
  }

  private var containerIDs: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/root/containers")) ?? []
  }
}
