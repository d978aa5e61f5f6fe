import Glibc
import Testing
import TimeText

@testable import K8sClient

/// Runs a script of the shell as a plugin.
private func run(
  _ script: String, deadline: Duration = .seconds(30), limit: Int = 1 << 20,
  environment: [String: String] = [:]
) async -> PluginResult {
  await PluginProcess.run(
    PluginCommand(
      path: "/bin/sh", arguments: ["-c", script], environment: environment, deadline: deadline,
      outputLimit: limit))
}

private func exited(_ code: Int32, _ output: String, _ complaint: String = "") -> PluginResult {
  .exited(code: code, output: Array(output.utf8), complaint: complaint)
}

@Suite struct `The process of a plugin` {
  @Test func `gives its output, its complaint and its exit code`() async {
    #expect(await run("echo out; echo err >&2; exit 3") == exited(3, "out\n", "err\n"))
    #expect(await run("true") == exited(0, ""))
  }

  @Test func `has the environment that it is given, and nothing to read`() async {
    let result = await run("printf %s \"$A-$HOME\"; cat", environment: ["A": "x"])
    #expect(result == exited(0, "x-"))
  }

  @Test func `leads a session of its own, with no descriptor of ours`() async {
    let result = await run(
      "set -- $(cat /proc/$$/stat); [ $1 = $6 ] && echo leads; ls /proc/$$/fd | tr '\\n' ' '")
    #expect(result == exited(0, "leads\n0 1 2 "))
  }

  @Test func `may write much to both sides`() async {
    let result = await run(
      "i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; "
        + "echo 0123456789012345678901234567890123456789 >&2; i=$((i+1)); done")
    guard case .exited(0, let output, let complaint) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(output.count == 41 * 3000)
    #expect(complaint.utf8.count == PluginProcess.complaintLimit)
  }

  @Test func `is killed when it takes too long`() async throws {
    let file = "/tmp/plugin-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    defer { unlink(file) }
    let result = await run(
      "trap '' TERM; sleep 1000 & echo $! > \(file); wait", deadline: .milliseconds(500))
    #expect(result == .timedOut)
    let text = try Files.live.read(file, 100)
    let child = try #require(Int32(String(decoding: text.dropLast(), as: UTF8.self)))
    // The shell's own child is killed with it; whoever adopted it may take a moment to reap it.
    #expect(await hasEnded(child))
  }

  @Test func `is killed when it writes too much`() async {
    #expect(await run("yes", limit: 100_000) == .tooMuchOutput)
    #expect(await run("printf 1234", limit: 4) == exited(0, "1234"))
    #expect(await run("printf 12345", limit: 4) == .tooMuchOutput)
  }

  @Test func `ends when it ends, even if what it started lives on with its pipes`() async {
    #expect(await run("sleep 1000 & echo done") == exited(0, "done\n"))
  }

  @Test func `that is killed by others says so`() async {
    #expect(await run("kill -9 $$") == .signalled(9, complaint: ""))
  }

  @Test func `that cannot start says why`() async {
    let command = PluginCommand(
      path: "/no/such/program", arguments: [], environment: [:], deadline: .seconds(5),
      outputLimit: 10)
    #expect(await PluginProcess.run(command) == .failed("No such file or directory"))
  }

  /// Whether a process is gone, or a zombie, after a while at the latest.
  private func hasEnded(_ pid: Int32) async -> Bool {
    for _ in 0..<500 {
      guard let stat = try? Files.live.read("/proc/\(pid)/stat", 4096),
        let end = stat.lastIndex(of: UInt8(ascii: ")"))
      else { return true }
      if stat[end...].dropFirst(2).first == UInt8(ascii: "Z") { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }
}

@Suite struct `The live surroundings` {
  @Test func `read whole files up to a limit`() throws {
    let files = Files.live
    let path = "/tmp/files-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    defer { unlink(path) }
    let file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    #expect(Glibc.write(file, "hello", 5) == 5)
    close(file)
    #expect(try files.read(path, 5) == Array("hello".utf8))
    #expect(throws: FileError.tooLarge(limit: 4)) { try files.read(path, 4) }
    #expect(throws: FileError.absent) { try files.read(path + "x", 5) }
    #expect(throws: FileError.absent) { try files.read(path + "/x", 5) }
    #expect(throws: FileError.other("it is no regular file")) { try files.read("/tmp", 5) }
    #expect(throws: FileError.other("it is no regular file")) { try files.read("/dev/zero", 5) }
    let stamp = try #require(files.stamp(path))
    #expect(stamp.size == 5)
    #expect(stamp.modified > .epoch)
    #expect(files.stamp(path + "x") == nil)
    #expect(!files.isExecutable(path))
    #expect(files.isExecutable("/bin/sh"))
    #expect(!files.isExecutable("/bin"))
  }

  @Test func `do not wait at a pipe`() {
    let path = "/tmp/fifo-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    defer { unlink(path) }
    #expect(mkfifo(path, 0o600) == 0)
    #expect(throws: FileError.other("it is no regular file")) { try Files.live.read(path, 5) }
  }

  @Test func `have the environment and clocks that move`() {
    let live = Surroundings.live()
    #expect(live.environment["PATH"] == String(cString: getenv("PATH")))
    let before = live.now()
    #expect(live.now() >= before)
    #expect(live.wallTime() > Timestamp(seconds: 1_700_000_000))
  }

  @Test func `run a plugin from a kubeconfig to a credential`() async throws {
    let plugin = ExecPlugin(
      command: "/bin/sh",
      arguments: [
        "-c",
        #"echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","#
          + #""status":{"token":"'$TOKEN'"}}'"#,
      ],
      environment: ["TOKEN": "from-the-script"])
    let source = ClientCredentials.plugin(plugin).source(in: .live())
    #expect(
      try await source.credential() == ClientCredential(token: Secret("from-the-script")))
  }
}
