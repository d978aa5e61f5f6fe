import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)), .needsMounts)
struct `The test kit` {
  @Test func `mounts a file system that reads and writes`() async throws {
    try await FaultFileSystem.with { system in
      let read = try await Child("cat", system.healthCheck).finish()
      #expect(read.ending == .exited(0))
      #expect(read.output == "ok\n")

      let script = """
        cd "$0" && echo one > a && echo two >> a && mkdir d && mv a d/b && ln -s d/b l && cat l \
        && mkfifo p && test -p p && truncate -s 3 d/b && cat l && rm l p && rm -r d && ls
        """
      let written = try await Child("sh", "-c", script, system.mountpoint).finish()
      #expect(written.errors == "")
      #expect(written.output == "one\ntwo\nonelibrary\n")
    }
  }

  @Test func `shows the source and the type that were asked for`() async throws {
    let options = FaultFileSystem.Options(source: "disk1:disk2", type: "fuse.mergerfs")
    try await FaultFileSystem.with(options) { system in
      let table = try KernelFile.mounts
      let line = table.split(separator: "\n").first { $0.contains(" \(system.mountpoint) ") }
      #expect(line?.contains(" - fuse.mergerfs disk1:disk2 rw,") == true)
    }
  }

  @Test func `blocks a reader until the hang is cleared`() async throws {
    try await FaultFileSystem.with { system in
      try await system.send("hang READ:/.health-check")
      let reader = try Child("cat", system.healthCheck)
      try await system.waitUntilHeld("READ")
      #expect(reader.isRunning)
      #expect(try await system.held() == ["READ": 1])

      try await system.send("clear")
      let outcome = try await reader.finish()
      #expect(outcome.ending == .exited(0))
      #expect(outcome.output == "ok\n")
    }
  }

  @Test func `holds a reader in D state against SIGKILL`() async throws {
    try await FaultFileSystem.with { system in
      try await system.send("hang READ")
      let reader = try Child("cat", system.healthCheck)
      try await system.waitUntilHeld("READ")
      let stuck = try await reader.finish(within: .zero)
      #expect(stuck.ending == .blocked)
      #expect(reader.state == "D")

      try await system.send("clear")
      #expect(try await reader.finish().ending == .signalled(9))
    }
  }

  @Test func `lets SIGKILL through when it is interruptible`() async throws {
    try await FaultFileSystem.with(.init(isInterruptible: true)) { system in
      try await system.send("hang READ")
      let reader = try Child("cat", system.healthCheck)
      try await system.waitUntilHeld("READ")
      #expect(try await reader.finish(within: .zero).ending == .signalled(9))
    }
  }

  @Test(arguments: [
    ("EIO", "READ", "Input/output error"), ("ESTALE", "GETATTR", "Stale file handle"),
    ("107", "LOOKUP", "Transport endpoint is not connected"), ("EACCES", "*", "Permission denied"),
  ])
  func `answers with the error it is told`(
    error: String, operation: String, message: String
  ) async throws {
    try await FaultFileSystem.with { system in
      try await system.send("error \(error) \(operation)")
      let reader = try await Child("cat", system.healthCheck).finish()
      #expect(reader.ending == .exited(1))
      #expect(reader.errors.contains(message))

      try await system.send("clear \(operation)")
      #expect(try await Child("cat", system.healthCheck).finish().output == "ok\n")
    }
  }

  @Test func `answers late by the delay it is told`() async throws {
    try await FaultFileSystem.with { system in
      try await system.send("delay 0.5 STATFS")
      let asker = try await Child("stat", "-f", system.mountpoint).finish()
      #expect(asker.ending == .exited(0))
      #expect(asker.elapsed >= .milliseconds(500))
      #expect(asker.elapsed < .seconds(4))
    }
  }

  @Test func `refuses changes while it is read-only`() async throws {
    try await FaultFileSystem.with { system in
      try await system.send("readonly on")
      let file = system.mountpoint + "/new"
      let refused = try await Child("touch", file).finish()
      #expect(refused.errors.contains("Read-only file system"))
      try await system.send("readonly off")
      #expect(try await Child("touch", file).finish().ending == .exited(0))
    }
  }

  @Test func `shows the space and the sizes it is told`() async throws {
    try await FaultFileSystem.with { system in
      try await system.send("space 25 100")
      let space = try await Child("stat", "-f", "-c", "%f/%b", system.mountpoint).finish()
      #expect(space.output == "25/100\n")

      let film = system.mountpoint + "/library/big film.mkv"
      try await system.send("file /library/big film.mkv 300M")
      let copy = try Child("dd", "if=" + film, "of=/dev/null", "bs=1M")
      #expect(try await copy.finish(within: .seconds(30)).errors.contains("\(300 << 20) bytes"))
      let zeros = try await Child("cmp", "-n", "65536", film, "/dev/zero").finish()
      #expect(zeros.ending == .exited(0))
      try await system.send("short /library/big film.mkv")
      #expect(try await Child("cat", film).finish().output == "")
      #expect(try await Child("stat", "-c", "%s", film).finish().output == "\(300 << 20)\n")
    }
  }

  @Test func `counts every request that reaches it`() async throws {
    try await FaultFileSystem.with { system in
      let before = try await system.counts()
      _ = try await Child("cat", system.healthCheck).finish()
      let after = try await system.counts()
      #expect(after["OPEN", default: 0] == before["OPEN", default: 0] + 1)
      #expect(after["READ", default: 0] > before["READ", default: 0])
      #expect(after["WRITE"] == nil)
      #expect(try await system.counts() == after)
    }
  }

  @Test func `hides reads behind the caches only when asked to`() async throws {
    for (cache, isHidden) in [(Duration.zero, false), (.seconds(60), true)] {
      try await FaultFileSystem.with(.init(cache: cache)) { system in
        _ = try await Child("cat", system.healthCheck).finish()
        let before = try await system.counts()
        #expect(try await Child("cat", system.healthCheck).finish().output == "ok\n")
        #expect(try await (system.counts()["READ"] == before["READ"]) == isHidden)
      }
    }
  }

  @Test func `takes commands from its FIFO too`() async throws {
    try await FaultFileSystem.with { system in
      let script = "echo 'error EIO LOOKUP' > \"$0\""
      #expect(try await Child("sh", "-c", script, system.control).finish().ending == .exited(0))
      let failed = try await eventually(within: .seconds(5)) {
        try await Child("stat", system.healthCheck).finish().ending == .exited(1)
      }
      #expect(failed)
    }
  }

  @Test func `says which command it does not know and goes on`() async throws {
    try await FaultFileSystem.with { system in
      await #expect(throws: KitError.self) { try await system.send("hang READING") }
      try await system.send("status")
    }
  }
}

@Suite(.serialized, .timeLimit(.minutes(2)), .needsMounts)
struct `A daemon of the test kit` {
  private let disconnected = "Transport endpoint is not connected"

  @Test func `leaves ENOTCONN behind when it aborts`() async throws {
    try await FaultFileSystem.with { system in
      try await system.send("hang READ")
      let reader = try Child("cat", system.healthCheck)
      try await system.waitUntilHeld("READ")
      try await system.send("abort")
      #expect(try await reader.finish().ending == .exited(1))
      #expect(try await system.waitForExit() == .exited(0))
      let later = try await Child("stat", system.healthCheck).finish()
      #expect(later.errors.contains(disconnected))
      #expect(try system.isMounted)
    }
  }

  @Test func `leaves ENOTCONN behind when it is killed`() async throws {
    try await FaultFileSystem.with { system in
      try await system.killDaemon()
      let later = try await Child("stat", system.mountpoint).finish()
      #expect(later.errors.contains(disconnected))
    }
  }

  @Test func `lets its readers wait, but be killed, while it is stopped`() async throws {
    try await FaultFileSystem.with { system in
      try await system.stopDaemon()
      let reader = try await Child("cat", system.healthCheck).finish(within: .milliseconds(300))
      #expect(reader.ending == .signalled(9))
      await system.continueDaemon()
      #expect(try await Child("cat", system.healthCheck).finish().output == "ok\n")
    }
  }

  @Test func `ends when its mount is taken away`() async throws {
    try await FaultFileSystem.with { system in
      try await system.unmount(lazy: false)
      #expect(try await system.waitForExit() == .exited(0))
      #expect(try !system.isMounted)
    }
  }

  @Test func `leaves nothing behind, whoever is stuck`() async throws {
    var reader: Child?
    var mountpoint = ""
    try await FaultFileSystem.with { system in
      mountpoint = system.mountpoint
      try await system.send("hang *")
      reader = try Child("cat", system.healthCheck)
      try await system.waitUntilHeld("LOOKUP")
    }
    #expect(try await reader?.finish().ending != .blocked)
    let table = try KernelFile.mounts
    #expect(!table.contains(mountpoint))
    #expect(!FileManager.default.fileExists(atPath: mountpoint))
  }
}
