import Foundation
import Glibc
import Testing

@testable import StackDrain

@Suite struct `A state folder` {
  @Test func `is made for its owner alone`() throws {
    let room = try StateRoom()
    let folder = try room.locked()
    #expect(room.mode("state", in: room.base) == 0o700)
    try folder.keep(StateRoom.ledger(1))
    _ = folder.show(StateWords(mode: .full, method: .autostart, pool: .healthy))
    folder.note(.info, "x", at: StateRoom.now)
    for name in room.names { #expect(room.mode(name) == 0o600, "\(name)") }
    #expect(
      room.names == [
        "ledger.json", "lock", "pool-health.log", "pool-state", "shown", "stack-mode",
        "start-method",
      ])
  }

  @Test func `that others may write to is refused`() throws {
    let room = try StateRoom()
    try FileManager.default.createDirectory(
      atPath: room.path, withIntermediateDirectories: false)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: room.path)
    let fault = #expect(throws: StateFault.self) { _ = try room.open() }
    #expect(fault?.code == .unsafe)
    #expect(
      fault?.description
        == "\(room.path): others may write to it (mode 777): make it this user's without the "
        + "right of others to write, or set stateDirectory")
  }

  @Test func `of another user is refused`() throws {
    let room = try StateRoom()
    try FileManager.default.createDirectory(atPath: room.path, withIntermediateDirectories: false)
    try FileManager.default.setAttributes([.ownerAccountID: 4711], ofItemAtPath: room.path)
    let fault = #expect(throws: StateFault.self) { _ = try room.open() }
    #expect(fault?.code == .unsafe)
  }

  @Test func `that is a link, a file or nowhere is refused with what to do`() throws {
    let room = try StateRoom()
    try FileManager.default.createDirectory(
      atPath: room.base + "/real", withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      atPath: room.path, withDestinationPath: room.base + "/real")
    for path in [room.path, room.path + "/"] {
      let fault = #expect(throws: StateFault.self) { _ = try StateFolder.open(path) }
      #expect(
        fault?.description
          == "\(room.path): is no folder, or a link, expected a folder: move it away, or set "
          + "stateDirectory")
    }
    try FileManager.default.removeItem(atPath: room.path)
    try room.write("x", "state", in: room.base)
    #expect(throws: StateFault.self) { _ = try room.open() }
    let fault = #expect(throws: StateFault.self) { _ = try StateFolder.open(room.base + "/a/b") }
    #expect(
      fault?.description
        == "\(room.base)/a/b: cannot be made, as the folder above it does not exist: make that one, or "
        + "set stateDirectory")
  }

  @Test func `writes nothing without the lock`() throws {
    let room = try StateRoom()
    let folder = try room.open()
    #expect(throws: StateFault.self) { try folder.keep(Ledger()) }
    #expect(folder.show(StateWords(mode: .full, method: .manual, pool: .stale)).count == 1)
    folder.note(.warn, "x", at: StateRoom.now)
    #expect(room.names == [])
  }
}

@Suite struct `The lock of a state folder` {
  @Test func `has one holder, which the other one is told`() throws {
    let room = try StateRoom()
    var first: StateFolder? = try room.locked()
    let second = try room.open()
    let fault = #expect(throws: StateFault.self) { try second.lock(at: StateRoom.now) }
    #expect(fault?.code == .held)
    #expect(
      fault?.description
        == "\(room.path)/lock: held by the process \(ProcessInfo.processInfo.processIdentifier) since "
        + "2026-01-04T20:04:00Z: one monitor works with a state folder; ask that one, stop it, or set "
        + "stateDirectory")
    #expect(first?.isLocked == true && !second.isLocked)
    first = nil
    let third = try room.locked()
    try third.lock(at: StateRoom.now)
    #expect(room.names == ["lock"])
  }

  @Test func `goes with a process that is killed`() async throws {
    let room = try StateRoom()
    _ = try room.locked()
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/flock")
    process.arguments = ["--no-fork", room.path + "/lock", "sleep", "600"]
    try process.run()
    defer { process.terminate() }
    var isHeld = false
    for _ in 0..<3000 where !isHeld {
      do {
        try room.open().lock(at: StateRoom.now)
        try await Task.sleep(for: .milliseconds(10))
      } catch let fault as StateFault {
        isHeld = fault.code == .held
      }
    }
    #expect(isHeld)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(try room.locked().isLocked)
  }

  @Test(arguments: [
    "", "x", "pid", "pid x since 2026-01-04T20:04:00Z\n", "pid 1 since now\n",
    "pid 1 since 2026-01-04T20:04:00Z and more", String(repeating: "pid ", count: 1000),
  ])
  func `may hold anything`(text: String) {
    #expect(StateFolder.holder(in: Array(text.utf8)) == "another process")
  }
}

@Suite struct `Links in a state folder` {
  /// Every name that is ever written.
  private static let names =
    ["ledger.json", "ledger.json.previous", "lock", "reserve", "shown", "pool-health.log"]
    + StateWords.names

  @Test(arguments: names, ["", ".new"])
  func `are not followed`(name: String, suffix: String) throws {
    let room = try StateRoom()
    _ = try room.open()
    let victim = room.base + "/victim"
    try "precious".write(toFile: victim, atomically: false, encoding: .utf8)
    try FileManager.default.createSymbolicLink(
      atPath: room.path + "/" + name + suffix, withDestinationPath: victim)
    let folder = try room.open(reserve: 4096)
    do {
      try folder.lock(at: StateRoom.now)
      let (ledger, warnings) = try folder.readLedger(at: StateRoom.now)
      #expect(ledger == Ledger())
      #expect(warnings.isEmpty != (suffix.isEmpty && name.hasPrefix("ledger.json")))
      try folder.keep(StateRoom.ledger(1))
      try folder.keep(StateRoom.ledger(2))
      let words = StateWords(
        mode: .full, method: .manual, pool: .stale, started: StateRoom.now,
        degraded: StateRoom.now)
      #expect(folder.show(words) == [])
      #expect(folder.note(.info, "x", at: StateRoom.now) == nil)
      #expect(try folder.readLedger(at: StateRoom.now).ledger == StateRoom.ledger(2))
    } catch {
      #expect(name == "lock" && error.description.contains("is a link"))
    }
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
  }

  @Test func `gives the second folder its modes whatever the umask, and makes none for who reads`()
    async throws
  {
    let room = try StateRoom()
    try StateFolder.open(room.path).lock(at: StateRoom.now)
    _ = try StateFolder.open(room.path, compatibility: room.twin, creates: false)
    #expect(!FileManager.default.fileExists(atPath: room.twin))
    let fault: String? = await withCheckedContinuation { waiter in
      Thread.detachNewThread {
        // A umask of this thread's own.
        let isApart = Self.unshareFiles?(0x200) == 0
        umask(0o077)
        do {
          guard isApart else { return waiter.resume(returning: "unshare: \(errno)") }
          let folder = try room.locked(twin: room.twin)
          _ = folder.show(StateWords(mode: .full, method: .autostart, pool: .healthy))
          folder.note(.info, "hello", at: StateRoom.now)
          waiter.resume(returning: nil)
        } catch {
          waiter.resume(returning: "\(error)")
        }
      }
    }
    #expect(fault == nil)
    func mode(_ name: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: room.twin + name)[.posixPermissions] as? Int
    }
    #expect(try mode("") == 0o755)
    for name in ["/stack-mode", "/pool-state", "/pool-health.log"] {
      #expect(try mode(name) == 0o644, "\(name)")
    }
    let own = try FileManager.default.attributesOfItem(atPath: room.path + "/pool-health.log")
    #expect(own[.posixPermissions] as? Int == 0o600)
  }

  /// unshare(2), which the overlay of Glibc leaves out; 0x200 is CLONE_FS.
  private static var unshareFiles: (@convention(c) (Int32) -> Int32)? {
    dlsym(nil, "unshare").map { unsafeBitCast($0, to: (@convention(c) (Int32) -> Int32).self) }
  }
}
