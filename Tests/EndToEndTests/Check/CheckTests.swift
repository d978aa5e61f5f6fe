import Foundation
import Glibc
import JSONValue
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)), .needsMounts)
struct `A check` {
  @Test func `prints a table, JSON or a plugin's lines`() async throws {
    try await TemporaryFolder.with { folder in
      let good = try folder.library("good")
      let bad = try folder.folder("bad")

      let table = try await CheckRun.run("--canary", ".health-check", good, bad)
      #expect(table.code == 2)
      #expect(table.output.contains("VERDICT"))
      #expect(table.output.contains("missing"))
      #expect(table.output.contains("ENOENT"))
      #expect(!table.output.contains("\u{1B}"), "no color where nobody looks")

      let json = try await CheckRun.run("--output", "json", good)
      #expect(json.code == 0)
      let mount = try #require(try json.mounts().first)
      let keys = mount.objectValue?.keys ?? []
      try await Sidecar.with(
        Sidecar.configuration([Sidecar.mount("good", good, ["checkType": "directory"])])
      ) { sidecar in
        let status = try await sidecar.waitUntil("good", is: "HEALTHY").mount
        #expect(status.objectValue?.keys ?? [] == keys, "the same object as the sidecar's")
      }

      let plugin = try await CheckRun.run(
        "--output", "nagios", "--canary", ".health-check", good, bad)
      #expect(plugin.code == 2)
      #expect(plugin.output.hasPrefix("MOUNTS CRITICAL - \(bad) is missing | '\(good)'="))
    }
  }

  @Test func `says 0, 1, 2 or 3 for the kinds of answer`() async throws {
    try await FaultFileSystem.with { system in
      let path = system.mountpoint
      let rows: [(command: String, options: String, code: Int32, word: String)] = [
        ("clear", "", 0, "\"ok\""),
        ("delay 0.2 READ", "\"slowAfter\": \"50ms\"", 1, "slow"),
        ("space 0 100", "\"minFreeBytes\": \"1KiB\"", 1, "full"),
        ("error EACCES OPEN", "", 1, "inaccessible"),
        ("error EIO READ", "", 2, "dead"), ("error ESTALE LOOKUP", "", 2, "dead"),
        ("error ENOENT LOOKUP", "", 2, "missing"), ("hang OPEN", "", 2, "hung"),
        ("readonly on", "\"write\": true", 2, "readOnly"),
        ("clear", "\"requireMount\": {\"fsType\": \"nfs4\"}", 2, "absent"),
        ("clear", "\"minEntries\": 90", 2, "absent"),
      ]
      try await TemporaryFolder.with { folder in
        for row in rows {
          try await system.send("clear")
          try await system.send(row.command)
          let more = row.options.isEmpty ? "" : ", " + row.options
          let file = try folder.write(
            "config.json",
            "{\"readTimeout\": \"500ms\", \"mounts\": [{\"path\": \"\(path)\"\(more)}]}")
          let check = try await CheckRun.run("--config", file, "--output", "json")
          #expect(check.code == row.code, "\(row): \(check.output)\(check.errors)")
          #expect(check.output.contains(row.word), "\(row): \(check.output)")
        }
      }
    }
  }

  @Test func `cannot decide on bad words or a bad file, and tells every fault`() async throws {
    try await TemporaryFolder.with { folder in
      let file = try folder.write(
        "config.json",
        """
        {"checkIntervall": "1s", "failureThreshold": -2,
         "mounts": [{"path": "/a", "readTimeout": 5}, {"pth": "/b"}]}
        """)
      let check = try await CheckRun.run("--config", file)
      #expect(check.code == 3)
      #expect(check.output == "")
      for word in ["checkIntervall", "-2", "mounts[0].readTimeout", "pth", "mounts[1].path"] {
        let lines = check.errors.split(separator: "\n").filter { $0.contains(word) }
        #expect(lines.count >= 1, "\(word): \(check.errors)")
      }
      for words in [
        ["--timeout", "soon", "/tmp"], ["--nonsense"], [], ["--config", "/nowhere/config.json"],
        ["--config", folder.path], ["--output", "xml", "/tmp"],
      ] {
        let refused = try await CheckRun.run(words)
        #expect(refused.code == 3, "\(words): \(refused)")
        #expect(refused.errors != "")
      }
    }
  }

  @Test func `waits until the canary comes, and gives up in time`() async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.folder("library")
      async let waiting = CheckRun.run(
        "--canary", ".health-check", "--timeout", "500ms", "--wait", "15s", library)
      try await Task.sleep(for: .seconds(1.5))
      try folder.write("library/.health-check", "ok\n")
      let came = try await waiting
      #expect(came.code == 0)
      #expect(came.elapsed > .seconds(1.4))
      #expect(came.elapsed < .seconds(6))

      let never = try await CheckRun.run("--canary", "never", "--wait", "2s", library)
      #expect(never.code == 2)
      #expect(never.elapsed > .seconds(1.9))
      #expect(never.elapsed < .seconds(4))
      #expect(never.errors == "", "no progress line where nobody looks")
    }
  }

  @Test func `explains what was seen and what a remount would do`() async throws {
    try await TemporaryFolder.with { folder in
      let point = try folder.folder("films")
      try await run("mount", "-t", "tmpfs", "films-disk", point)
      try await run("mount", "--make-private", point)
      let alone = try await CheckRun.run("--explain", point)
      #expect(alone.code == 0)
      #expect(alone.output.contains("a remount on the host will not reach this container"))
      #expect(alone.output.contains("looked at"))

      try await run("mount", "--make-shared", point)
      let receiving = try await CheckRun.run(
        ["--explain", point], wrapper: ["unshare", "--mount", "--propagation", "slave"])
      #expect(receiving.code == 0)
      #expect(receiving.output.contains("a remount outside reaches this place"))
    }
  }

  @Test func `never hangs, nor keeps a pipe open`() async throws {
    try await FaultFileSystem.with { system in
      try await system.send("hang READ")
      let arguments = ["--timeout", "1s", "--canary", ".health-check", system.mountpoint]
      let check = try await CheckRun.run(arguments)
      print("figure: a hung mount reported \(check.elapsed - .seconds(1)) after the timeout")
      #expect(check.code == 2)
      #expect(check.output.contains("hung"))
      #expect(check.elapsed < .seconds(2))

      let program = try BuiltProgram.path("mountmon")
      let piped = try await Child(
        ["sh", "-c", "\"$@\" 2>&1 | cat", "sh", program, "check"] + arguments
      ).finish()
      #expect(piped.ending == .exited(0))
      #expect(piped.output.contains("hung"))
      #expect(piped.elapsed < .seconds(2))

      let waiting = try await CheckRun.run(["--wait", "2s"] + arguments)
      #expect(waiting.code == 2)
      #expect(waiting.elapsed < .seconds(3.5))
    }
  }

  @Test func `works for a user without rights`() async throws {
    try await TemporaryFolder.with { folder in
      let good = try folder.library("good")
      let secret = try folder.library("secret")
      chmod(secret + "/.health-check", 0o600)
      let program = try BuiltProgram.copy("mountmon", to: folder)
      for (path, code) in [(good, Int32(0)), (secret, 1)] {
        let check = try await CheckRun.run(
          ["--canary", ".health-check", path], wrapper: Sidecar.asNobody, program: program)
        #expect(check.code == code, "\(check.output)\(check.errors)")
      }
    }
  }
}
