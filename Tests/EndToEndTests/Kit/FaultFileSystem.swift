import Foundation
import Glibc

/// A mount that hangs, fails or delays on command: a running `faultfs`, with its lines.
///
/// Nothing in here touches the mount, so nothing in here can hang; let a `Child` do that.
actor FaultFileSystem {
  struct Options: Sendable {
    /// How long the kernel may answer without the daemon.
    var cache: Duration = .zero
    var isInterruptible = false
    var isReadOnly = false
    var source = "faultfs"
    var type = "fuse.faultfs"
  }

  nonisolated let mountpoint: String
  /// A FIFO for commands from elsewhere, such as a shell script.
  nonisolated let control: String
  nonisolated let pid: pid_t

  private let process: SpawnedProcess
  /// Its end is also the daemon's, so that no mount outlives a test run that crashed.
  private let input: Pipe
  private let output: ScratchFile
  private let errors: ScratchFile

  nonisolated var healthCheck: String { mountpoint + "/.health-check" }

  /// Mounts at `folder/mount`, which is made, and waits until it serves.
  static func mount(
    in folder: String, _ options: Options = Options()
  ) async throws -> FaultFileSystem {
    if let missing {
      throw KitError("\(missing); MOUNTMON_ALLOW_MISSING=1 skips the tests that need it")
    }
    let system = try FaultFileSystem(folder: folder, options: options)
    do {
      let start = Mark(output: 0, errors: 0)
      _ = try await system.lines(until: "ready \(system.pid)", from: start, within: .seconds(10))
    } catch {
      await system.tearDown()
      throw error
    }
    return system
  }

  /// Mounts in a folder of its own, and leaves nothing of it behind, whatever the body does.
  @discardableResult
  static func with<Result>(
    _ options: Options = Options(), _ body: (FaultFileSystem) async throws -> Result
  ) async throws -> Result {
    var template = Array("/tmp/mountmon-kit-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw KitError("making a folder: errno \(errno)") }
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { rmdir(folder) }
    let system = try await mount(in: folder, options)
    do {
      let result = try await body(system)
      await system.tearDown()
      return result
    } catch {
      await system.tearDown()
      throw error
    }
  }

  /// As `with`, for several at once.
  @discardableResult
  static func with<Result>(
    count: Int, _ body: ([FaultFileSystem]) async throws -> Result
  ) async throws -> Result {
    guard count > 0 else { return try await body([]) }
    return try await with { first in
      try await with(count: count - 1) { try await body([first] + $0) }
    }
  }

  private init(folder: String, options: Options) throws {
    mountpoint = folder + "/mount"
    control = folder + "/control"
    input = Pipe()
    output = try ScratchFile()
    errors = try ScratchFile()
    // A daemon that died must not take the test run along.
    signal(SIGPIPE, SIG_IGN)
    guard mkdir(mountpoint, 0o755) == 0 || errno == EEXIST else {
      throw KitError("making \(mountpoint): errno \(errno)")
    }
    var words = [
      try BuiltProgram.path("faultfs"), mountpoint, "--control", control, "--until-eof", "--source",
      options.source, "--fs-type",
      options.type, "--cache", "\(options.cache / .seconds(1))",
    ]
    if options.isReadOnly { words.append("--read-only") }
    if options.isInterruptible { words.append("--interruptible") }
    process = try SpawnedProcess(
      words, input: input.fileHandleForReading.fileDescriptor,
      output: output.handle.fileDescriptor, errors: errors.handle.fileDescriptor)
    try input.fileHandleForReading.close()
    pid = process.pid
  }

  // MARK: Commands

  /// Gives a command and waits until it is obeyed; returns the lines that came meanwhile.
  @discardableResult
  func send(_ command: String, within limit: Duration = .seconds(30)) async throws -> [String] {
    let known = Mark(output: output.size, errors: errors.size)
    try input.fileHandleForWriting.write(contentsOf: Data("\(command)\n".utf8))
    return try await lines(until: "ok \(command)", from: known, within: limit)
  }

  /// How many requests came since the mount, by FUSE operation.
  func counts() async throws -> [String: Int] {
    try await table("counts", of: "counts")
  }

  /// The requests that came while `trace on` was in force: operation, thread, path.
  func traced() -> [(operation: String, thread: pid_t, path: String)] {
    output.text().split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ", maxSplits: 3)
      guard words.count == 4, words[0] == "request", words[2].hasPrefix("pid="),
        let thread = pid_t(words[2].dropFirst(4))
      else { return nil }
      return (String(words[1]), thread, String(words[3]))
    }
  }

  /// How many requests are held now, by FUSE operation.
  func held() async throws -> [String: Int] {
    try await table("held", of: "status")
  }

  /// Waits until the daemon holds a request of this operation: only then somebody is stuck.
  func waitUntilHeld(_ operation: String, within limit: Duration = .seconds(30)) async throws {
    guard try await eventually(within: limit, { try await held()[operation] != nil }) else {
      throw KitError("no \(operation) arrived within \(limit)")
    }
  }

  // MARK: The daemon

  /// The daemon takes no more requests: who waits for it can still be killed.
  func stopDaemon() async throws {
    kill(pid, SIGSTOP)
    guard await eventually(within: .seconds(5), { Child.state(of: pid) == "T" }) else {
      throw KitError("faultfs did not stop")
    }
  }

  func continueDaemon() {
    kill(pid, SIGCONT)
  }

  /// The daemon dies; the mount stays, and answers ENOTCONN.
  func killDaemon() async throws {
    kill(pid, SIGKILL)
    try await waitForExit()
  }

  /// Waits until the daemon has ended by itself, as after `abort` or `unmount`; how.
  @discardableResult
  func waitForExit(within limit: Duration = .seconds(30)) async throws -> Child.Ending? {
    guard await eventually(within: limit, { !process.isRunning }) else {
      throw KitError("faultfs still runs after \(limit)")
    }
    return process.ending
  }

  // MARK: The mount

  func unmount(lazy: Bool) async throws {
    let words = lazy ? ["umount", "-l", mountpoint] : ["umount", mountpoint]
    var outcome = try await Child(words).finish()
    // A probe may be in it at this moment.
    _ = try await eventually(within: .seconds(30)) {
      guard outcome.errors.contains("busy") else { return true }
      outcome = try await Child(words).finish()
      return false
    }
    guard outcome.ending == .exited(0) else { throw KitError(outcome.errors) }
  }

  nonisolated var isMounted: Bool {
    get throws {
      let table = try KernelFile.mounts
      return table.contains(" \(mountpoint) ")
    }
  }

  /// Frees who is stuck, then takes away the mount, the daemon and the files. May come twice.
  func tearDown() async {
    // In a task of its own, so that a test that was cancelled is cleaned up all the same.
    await Task { await dismantle() }.value
  }

  private func dismantle() async {
    if process.isRunning {
      continueDaemon()
      _ = try? await send("clear", within: .seconds(1))
    }
    // Whatever a test put on top goes first.
    for _ in 0..<5 where (try? isMounted) == true { try? await unmount(lazy: true) }
    if process.isRunning { try? await killDaemon() }
    try? input.fileHandleForWriting.close()
    unlink(control)
    rmdir(mountpoint)
  }
}

extension FaultFileSystem {
  /// What this machine lacks for a mount, if anything.
  static var missing: String? {
    if geteuid() != 0 { return "the test kit mounts file systems, which needs root" }
    if access("/dev/fuse", R_OK | W_OK) != 0 { return "the test kit needs /dev/fuse" }
    return nil
  }

  /// Whether the tests that mount are to run. Where something is missing they fail, unless the one
  /// who runs them said that this is all right.
  static var isWanted: Bool {
    missing == nil || ProcessInfo.processInfo.environment["MOUNTMON_ALLOW_MISSING"] != "1"
  }

  /// What the daemon had said at some time, in bytes.
  private struct Mark {
    var output: Int
    var errors: Int
  }

  /// The whole lines that came after `start`, once `last` is among them.
  private func lines(
    until last: String, from start: Mark, within limit: Duration
  ) async throws -> [String] {
    var found: [String] = []
    let came = try await eventually(within: limit) {
      // Asked first: what a daemon said before it ended still counts.
      let isOver = !process.isRunning
      found = output.text(from: start.output)
        .split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
      if found.contains(last) { return true }
      let refusal = errors.text(from: start.errors)
      guard refusal.isEmpty, !isOver else { throw KitError("no '\(last)': \(refusal)") }
      return false
    }
    guard came else { throw KitError("no '\(last)' from faultfs within \(limit)") }
    return found
  }

  private func table(_ title: String, of command: String) async throws -> [String: Int] {
    let lines = try await send(command)
    guard let line = lines.last(where: { $0.split(separator: " ").first == title[...] }) else {
      throw KitError("'\(command)' answered nothing")
    }
    var table: [String: Int] = [:]
    for word in line.split(separator: " ").dropFirst() {
      let parts = word.split(separator: "=")
      if parts.count == 2 { table[String(parts[0])] = Int(parts[1]) }
    }
    return table
  }
}
