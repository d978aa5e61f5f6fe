import Foundation
import Glibc

/// A drive pool as it is: three ext4 images on loop devices, and mergerfs over them. Nothing in here
/// touches the pool from the test's own process.
package final class LoopPool: Sendable {
  /// Where all of it is.
  package let folder: String
  private let union: ServedProgram
  /// Cleans up where the test run was killed.
  private let guardian: Program

  package static let numbers = 1...3

  package var path: String { folder + "/pool" }
  /// Links to the devices by label, as udev makes them.
  package var labelFolder: String { folder + "/labels" }
  package func branch(_ number: Int) -> String { "\(folder)/b\(number)" }
  package func label(_ number: Int) -> String { "Disk\(number)" }
  private func image(_ number: Int) -> String { "\(folder)/\(number).img" }
  private func link(_ number: Int) -> String { "\(labelFolder)/\(label(number))" }

  /// What this machine lacks for it, if anything.
  package static var missing: String? {
    if geteuid() != 0 { return "mounting a pool needs root" }
    for program in ["/usr/bin/mergerfs", "/usr/sbin/mkfs.ext4", "/usr/sbin/losetup"]
    where access(program, X_OK) != 0 { return "\(program) is missing: scripts/setup.sh" }
    return nil
  }

  /// Makes drives in a folder; nothing is mounted yet.
  ///
  /// - Parameters:
  ///   - home: Where: a folder of its own is made there. All of it is removed where the test run is
  ///     killed.
  ///   - sealsBranches: Whether nothing can be written beside a drive that is away. Beside the pool
  ///     nothing ever can, or mergerfs would not mount there again.
  /// - Throws: ``KitFault`` where this machine cannot have one.
  package init(in home: KitFolder, sealsBranches: Bool = true) async throws {
    if let missing = Self.missing { throw KitFault(missing) }
    let folder = try home.folder("lab")
    self.folder = folder
    let cleanup =
      #"sleep 1; if cd "$folder/lab"; then umount -l pool b1 b2 b3; chattr -i pool b1 b2 b3; "#
      + #"for n in 1 2 3; do losetup -nO NAME -j "$n.img" | xargs -r losetup -d; done; cd /; fi"#
    guardian = try Program(
      Program.guarded(removing: home, after: cleanup) + ["sleep", "infinity"], log: "/dev/null")
    let branches = Self.numbers.map { "\(folder)/b\($0)" }.joined(separator: ":")
    union = ServedProgram(
      [
        "/usr/bin/mergerfs", "-f", "-o",
        "fsname=pool,category.create=mfs,minfreespace=1M,cache.files=off,allow_other", branches,
        "\(folder)/pool",
      ], log: "\(folder)/mergerfs.log")
    for name in ["pool", "labels", "b1", "b2", "b3"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    try await Program.succeed("chattr", "+i", path)
    for number in Self.numbers {
      if sealsBranches { try await Program.succeed("chattr", "+i", branch(number)) }
      try await Program.succeed("truncate", "-s", "48M", image(number))
      try await Program.succeed("mkfs.ext4", "-q", "-F", "-L", label(number), image(number))
    }
  }

  // MARK: The union

  /// Starts mergerfs, and waits for its mount.
  package func mount() async throws {
    try await union.start()
    let path = path
    guard await holds({ ProcessTable.mountPoints(atOrBelow: path).contains(path) }) else {
      throw KitFault("mergerfs did not mount: \(union.output)")
    }
  }

  /// It dies, and its mount stays.
  package func killUnion() async { await union.kill() }
  /// It takes requests and answers none.
  package func suspendUnion() async throws { try await union.suspend() }
  package func wakeUnion() { union.wake() }
  package var isUnionAlive: Bool { union.pid != nil }

  /// Takes the pool out of the path, whoever holds it, and ends mergerfs.
  package func unmount() async {
    for _ in 0..<5 where ProcessTable.mountPoints(atOrBelow: path).contains(path) {
      _ = try? await Program.run(["umount", "-l", path], within: .seconds(10))
    }
    await union.kill()
  }

  // MARK: Drives

  /// Plugs a drive in, with its label, and mounts it.
  package func plug(_ number: Int) async throws {
    let loop = try await Program.succeed("losetup", "--find", "--show", image(number))
      .trimmingCharacters(in: .whitespacesAndNewlines)
    try await Program.succeed("mount", loop, branch(number))
    _ = try await Program.succeed("sh", "-c", "echo alive > '\(branch(number))/.canary'")
    try FileManager.default.createSymbolicLink(atPath: link(number), withDestinationPath: loop)
  }

  /// Pulls a drive out: its label goes first, then the mount and the device.
  ///
  /// - Parameters:
  ///   - number: Which.
  ///   - lingers: Whether its mount stays, as that of a drive that is pulled while in use.
  package func pull(_ number: Int, lingers: Bool = false) async {
    unlink(link(number))
    guard !lingers else { return }
    let branch = branch(number)
    for _ in 0..<5 where ProcessTable.mountPoints(atOrBelow: branch).contains(branch) {
      _ = try? await Program.run(["umount", "-l", branch], within: .seconds(10))
    }
    await detach(number)
  }

  /// Puts the label of a drive back whose mount stayed.
  package func relabel(_ number: Int) async throws {
    let lines = try await Program.succeed("losetup", "-j", image(number))
    let loop = lines.prefix { $0 != ":" }
    try FileManager.default.createSymbolicLink(
      atPath: link(number), withDestinationPath: String(loop))
  }

  private func detach(_ number: Int) async {
    guard let lines = try? await Program.run(["losetup", "-j", image(number)]).output else {
      return
    }
    for line in lines.split(separator: "\n") {
      _ = try? await Program.run(["losetup", "-d", String(line.prefix { $0 != ":" })])
    }
  }

  /// Takes away whatever is mounted. May come twice.
  package func remove() async {
    union.wake()
    await union.kill()
    union.end()
    await unmount()
    for number in Self.numbers { await pull(number) }
    for folder in [path] + Self.numbers.map(branch) {
      _ = try? await Program.run(["chattr", "-i", folder])
    }
  }
}
