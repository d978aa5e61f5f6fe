import CLinux
import Foundation
import Glibc
import MountHealthCore
import Synchronization
import Testing

@testable import StackDrain

/// One at a time: loop devices and the kernel's events are the machine's.
@Suite(.serialized) enum `Pools of a laboratory` {}

/// A drive pool as it is: ext4 on loop devices, mergerfs over them. Nothing in here touches the pool
/// from the test's own process.
final class PoolLab: Sendable {
  /// What went wrong in the laboratory itself.
  struct Fault: Error, CustomStringConvertible {
    var description: String
  }

  let folder: String
  let loops: [String]
  private let daemon = UnionDaemon()

  static let count = 3

  var pool: String { folder + "/pool" }
  var labelFolder: String { folder + "/by-label" }
  func branch(_ number: Int) -> String { "\(folder)/b\(number)" }
  /// With a space in it, which udev writes in another way.
  static func label(_ number: Int) -> String { "Disk \(number)" }
  func link(_ number: Int) -> String { labelFolder + "/Disk\\x20\(number)" }

  /// Builds one, and leaves nothing of it behind, whatever the body does.
  static func with(
    sealing: Set<Int> = [], mountsPool: Bool = true, _ body: (PoolLab) async throws -> Void
  ) async throws {
    guard geteuid() == 0 else { throw Fault(description: "needs root: it mounts file systems") }
    removeLeftovers
    let lab = try PoolLab(sealing: sealing)
    do {
      if mountsPool { try lab.mountPool() }
      try await body(lab)
      lab.tearDown()
    } catch {
      lab.tearDown()
      throw error
    }
  }

  private init(sealing: Set<Int>) throws {
    folder = "/tmp/mountmon-lab-\(getpid())-\(UInt32.random(in: .min ... .max))"
    var loops: [String] = []
    do {
      for name in ["pool", "by-label"] { try Self.makeFolder("\(folder)/\(name)") }
      for number in 1...Self.count {
        let branch = "\(folder)/b\(number)"
        try Self.makeFolder(branch)
        if sealing.contains(number) { try Self.run("chattr", "+i", branch) }
        let image = "\(folder)/\(number).img"
        try Self.run("truncate", "-s", "24M", image)
        try Self.run("mkfs.ext4", "-q", "-F", "-L", Self.label(number), image)
        let loop = try Self.run("losetup", "--find", "--show", image)
        loops.append(loop)
        try Self.run("mount", loop, branch)
        try Data("disk \(number)\n".utf8).write(to: URL(filePath: branch + "/.canary"))
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder)/by-label/Disk\\x20\(number)",
          withDestinationPath: "../../" + loop.dropFirst("/dev/".count))
      }
      self.loops = loops
    } catch {
      Self.clean(folder)
      throw error
    }
  }

  /// Starts mergerfs and waits for its mount.
  func mountPool() throws {
    let branches = (1...Self.count).map { branch($0) }.joined(separator: ":")
    try daemon.start(
      "mergerfs", "-f", "-o",
      "fsname=pool,category.create=mfs,minfreespace=1M,cache.files=off,allow_other", branches, pool)
    for _ in 0..<1000 {
      if Self.isMounted(pool) { return }
      usleep(10_000)
    }
    throw Fault(description: "mergerfs did not mount within 10 s")
  }

  /// Sends mergerfs a signal.
  func signal(_ number: Int32) {
    daemon.signal(number)
  }

  /// Kills mergerfs; its mount stays.
  func killDaemon() {
    daemon.end()
  }

  /// Takes the pool out of the path while its mergerfs, and whoever waits for it, hang on.
  func detachPool() throws {
    try Self.run("umount", "-l", pool)
    daemon.leave()
  }

  /// Unmounts the pool by its path.
  func unmountPool() throws {
    defer { daemon.end() }
    // The probe worker may be in it at this moment.
    for _ in 0..<100 {
      if (try? Self.run("umount", pool)) != nil { return }
      usleep(20_000)
    }
    try Self.run("umount", pool)
  }

  /// Unmounts a branch; a look or a request that is just at it makes it busy for a moment.
  func unmountBranch(_ number: Int) throws {
    for _ in 0..<500 {
      if (try? Self.run("umount", branch(number))) != nil { return }
      usleep(10_000)
    }
    try Self.run("umount", branch(number))
  }

  /// Has the kernel tell of a device of the pool.
  func tell(_ action: String, of number: Int) throws {
    let name = URL(filePath: loops[number - 1]).lastPathComponent
    let file = open("/sys/class/block/\(name)/uevent", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw Fault(description: "uevent of \(name): errno \(errno)") }
    defer { close(file) }
    guard write(file, action, action.utf8.count) > 0 else {
      throw Fault(description: "uevent of \(name): errno \(errno)")
    }
  }

  private func tearDown() {
    daemon.signal(SIGCONT)
    daemon.end()
    Self.clean(folder)
  }

  // MARK: - What all of them share

  @discardableResult
  static func run(_ arguments: String...) throws -> String { try run(arguments) }

  @discardableResult
  static func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Fault(
        description: "\(arguments.joined(separator: " ")): "
          + "exit code \(process.terminationStatus), \(text)")
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  static func isMounted(_ path: String) -> Bool { mountPoints(in: path).contains(path) }

  private static func mountPoints(in folder: String) -> [String] {
    let bytes = (try? readKernelFile("/proc/self/mountinfo", limit: MountTable.maximumBytes)) ?? []
    return MountTable(parsing: bytes).entries.map(\.mountPoint)
      .filter { $0 == folder || $0.hasPrefix(folder + "/") }
  }

  /// Takes away all that is below a laboratory's folder.
  private static func clean(_ folder: String) {
    for path in mountPoints(in: folder).reversed() { _ = try? run("umount", "-l", path) }
    for number in 1...count {
      let image = "\(folder)/\(number).img"
      guard let lines = try? run("losetup", "-j", image) else { continue }
      for line in lines.split(separator: "\n") {
        _ = try? run("losetup", "-d", String(line.prefix { $0 != ":" }))
      }
    }
    for number in 1...count { _ = try? run("chattr", "-i", "\(folder)/b\(number)") }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Takes away what test runs that crashed left behind.
  private static let removeLeftovers: Void = {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? [] {
      let parts = name.split(separator: "-")
      guard name.hasPrefix("mountmon-lab-"), parts.count == 4, let pid = pid_t(parts[2]),
        pid != getpid(), kill(pid, 0) != 0
      else { continue }
      clean("/tmp/" + name)
    }
  }()
}

/// A program in the foreground, killed at its owner's end.
private final class UnionDaemon: Sendable {
  private let pid = Mutex<pid_t?>(nil)
  private let others = Mutex<[pid_t]>([])

  func start(_ arguments: String...) throws {
    var words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let error = clinux_spawn_helper(&child, arguments[0], &words)
    guard error == 0 else {
      throw PoolLab.Fault(description: "\(arguments[0]): \(ErrorNumber(rawValue: error))")
    }
    pid.withLock { $0 = child }
  }

  func signal(_ number: Int32) {
    if let child = pid.withLock({ $0 }) { kill(child, number) }
  }

  /// Leaves it as it is until the end.
  func leave() {
    guard let child = pid.withLock({ $0 }) else { return }
    others.withLock { $0.append(child) }
    pid.withLock { $0 = nil }
  }

  /// Kills it and waits for its end.
  func end() {
    guard let child = pid.withLock({ $0 }) else { return }
    kill(child, SIGKILL)
    var status: Int32 = 0
    waitpid(child, &status, 0)
    pid.withLock { $0 = nil }
  }

  deinit {
    end()
    for child in others.withLock({ $0 }) {
      kill(child, SIGKILL)
      waitpid(child, nil, 0)
    }
  }
}
