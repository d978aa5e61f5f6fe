import CLinux
import Foundation
package import Glibc
import Synchronization

/// A program that a test started, in a session of its own, with its output in a file.
package final class Program: Sendable {
  package let pid: pid_t
  private let log: String
  private let status = Mutex<Int32?>(nil)
  /// Its end is the program's sign that the test run is over, however that came.
  private let lifeline: Int32

  /// Starts a program found on the PATH.
  ///
  /// - Parameters:
  ///   - words: Its name and arguments.
  ///   - environment: Variables beside those of the test run.
  ///   - log: The file for all that it writes.
  /// - Throws: ``KitFault`` where it does not start.
  package init(_ words: [String], environment: [String: String] = [:], log: String) throws {
    let file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw KitFault("opening \(log): errno \(errno)") }
    defer { close(file) }
    var ends: [Int32] = [-1, -1]
    guard clinux_pipe(&ends) == 0 else { throw KitFault("a pipe: errno \(errno)") }
    defer { close(ends[0]) }
    var variables = ProcessInfo.processInfo.environment
    for (key, value) in environment { variables[key] = value }
    var arguments = (["env"] + words).map { strdup($0) } + [nil]
    var list = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + list { free(text) } }
    var pid: pid_t = 0
    let error = clinux_spawn(&pid, "/usr/bin/env", &arguments, &list, ends[0], file, file)
    guard error == 0 else {
      close(ends[1])
      throw KitFault("starting \(words): errno \(error)")
    }
    self.pid = pid
    self.log = log
    lifeline = ends[1]
    // A program that died must not take the test run along.
    signal(SIGPIPE, SIG_IGN)
  }

  deinit {
    close(lifeline)
    _ = code
  }

  /// What stands before the words of a program that would outlive the test run: whoever holds its
  /// lifeline. Where that ends before the program does, the test run was killed.
  ///
  /// - Parameters:
  ///   - folder: What is unmounted and removed then.
  ///   - cleanup: What a shell does first then, while the program still runs.
  /// - Returns: The words.
  static func guarded(removing folder: KitFolder, after cleanup: String) -> [String] {
    let script = #"""
      folder=$1; shift
      "$@" </dev/null &
      child=$!
      read -r _
      if grep -q 'State:.[^ZX]' "/proc/$child/status"; then
        kill -CONT $child
        \#(cleanup)
        kill -TERM $child
        wait $child
        for _ in 1 2 3; do
          awk -v f="$folder/" 'index($5, f) == 1 { print $5 }' /proc/self/mountinfo |
            sort -r | xargs -r -n 1 umount -l
        done
        name=$(basename "$folder")
        find "/sys/fs/cgroup/$name" /sys/fs/cgroup/*/"$name" -depth -type d -exec rmdir {} + 2>/dev/null
        rm -rf --one-file-system "$folder"
      fi
      """#
    return ["sh", "-c", script, "sh", folder.path]
  }

  /// Writes a line to its standard input.
  package func tell(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(lifeline, bytes, bytes.count)
  }

  /// How it ended: its exit code, or 128 and the signal; `nil` while it runs.
  package var code: Int32? {
    let status = status.withLock { known in
      var status: Int32 = 0
      if known == nil, waitpid(pid, &status, WNOHANG) == pid { known = status }
      return known
    }
    return status.map { $0 & 0x7F == 0 ? ($0 >> 8) & 0xFF : 128 + ($0 & 0x7F) }
  }

  package var isRunning: Bool { code == nil }

  package func send(_ signal: Int32) {
    if isRunning { kill(pid, signal) }
  }

  /// What it has written.
  package var output: String {
    (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
  }

  /// Runs a program to its end.
  ///
  /// - Returns: Its exit code and what it wrote; a code of -1 where it was killed for taking too long.
  /// - Throws: ``KitFault`` where it does not start.
  package static func run(
    _ words: [String], environment: [String: String] = [:], within limit: Duration = .seconds(60)
  ) async throws -> (code: Int32, output: String) {
    let log = "/tmp/mountmon-kit-\(UUID().uuidString)"
    defer { unlink(log) }
    let program = try Program(words, environment: environment, log: log)
    if await holds(within: limit, { !program.isRunning }) {
      return (program.code ?? -1, program.output)
    }
    kill(-program.pid, SIGKILL)
    _ = await holds(within: .seconds(5)) { !program.isRunning }
    return (-1, program.output + "\nkilled: it took longer than \(limit)")
  }

  /// The same for one that has to end well.
  @discardableResult
  package static func succeed(
    _ words: String..., environment: [String: String] = [:], within limit: Duration = .seconds(60)
  ) async throws -> String {
    let (code, output) = try await run(words, environment: environment, within: limit)
    guard code == 0 else {
      throw KitFault("\(words.joined(separator: " ")): exit code \(code): \(output)")
    }
    return output
  }
}
