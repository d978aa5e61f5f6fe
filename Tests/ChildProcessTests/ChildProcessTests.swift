import Glibc
import Testing

@testable import ChildProcess

/// Runs a script of the shell as a child.
private func run(
  _ script: String, deadline: Duration = .seconds(30), limit: Int = 1 << 20,
  environment: [String: String] = [:]
) async -> ChildResult {
  await ChildRun.run(
    ChildCommand(
      path: "/bin/sh", arguments: ["-c", script], environment: environment, deadline: deadline,
      outputLimit: limit))
}

private func exited(_ code: Int32, _ output: String, _ complaint: String = "") -> ChildResult {
  .exited(code: code, output: Array(output.utf8), complaint: complaint)
}

@Suite struct `A child process` {
  @Test func `gives its output, its complaint and its exit code`() async {
    #expect(await run("echo out; echo err >&2; exit 3") == exited(3, "out\n", "err\n"))
    #expect(await run("true") == exited(0, ""))
  }

  @Test func `has the environment that it is given, and nothing to read`() async {
    let result = await run("printf %s \"$A-$HOME\"; cat", environment: ["A": "x"])
    #expect(result == exited(0, "x-"))
  }

  @Test func `leads a session of its own, with no descriptor of ours`() async {
    // Without a pipe, which would be a descriptor of the shell's own for a moment; that of the
    // folder it reads is closed when it looks.
    let result = await run(
      "set -- $(cat /proc/$$/stat); [ $1 = $6 ] && echo leads; "
        + "for d in /proc/$$/fd/*; do [ -h $d ] && printf '%s ' ${d##*/}; done; true")
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
    #expect(complaint.utf8.count == ChildRun.complaintLimit)
  }

  @Test func `is killed when it takes too long`() async throws {
    let file = "/tmp/child-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    defer { unlink(file) }
    let result = await run(
      "trap '' TERM; sleep 1000 & echo $! > \(file); wait", deadline: .milliseconds(500))
    #expect(result == .timedOut)
    let text = try #require(read(file))
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
    let command = ChildCommand(
      path: "/no/such/program", arguments: [], environment: [:], deadline: .seconds(5),
      outputLimit: 10)
    #expect(await ChildRun.run(command) == .failed("No such file or directory"))
  }

  /// Whether a process is gone, or a zombie, after a while at the latest.
  private func hasEnded(_ pid: Int32) async -> Bool {
    for _ in 0..<500 {
      guard let stat = read("/proc/\(pid)/stat"),
        let end = stat.lastIndex(of: UInt8(ascii: ")"))
      else { return true }
      if stat[end...].dropFirst(2).first == UInt8(ascii: "Z") { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }
}

/// The first bytes of a file; `nil` where it cannot be read.
private func read(_ path: String) -> [UInt8]? {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return nil }
  defer { close(file) }
  var bytes = [UInt8](repeating: 0, count: 4096)
  let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
  return count < 0 ? nil : Array(bytes.prefix(count))
}
