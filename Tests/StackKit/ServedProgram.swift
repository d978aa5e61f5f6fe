import Foundation
package import Glibc
import Synchronization

/// A server that a test starts, stops, kills and starts again. It ends with the test run, however
/// that ends.
package final class ServedProgram: Sendable {
  private let words: [String]
  private let environment: [String: String]
  private let log: String
  private let pidFile: String
  private let guardian = Mutex<Program?>(nil)

  /// - Parameters:
  ///   - words: Its absolute path, and its arguments.
  ///   - environment: Variables beside those of the test run.
  ///   - log: The file for all that it writes.
  package init(_ words: [String], environment: [String: String] = [:], log: String) {
    self.words = words
    self.environment = environment
    self.log = log
    pidFile = log + ".pid"
  }

  /// Starts it; one that still runs is killed.
  package func start() async throws {
    guard let program = words.first, access(program, X_OK) == 0 else {
      throw KitFault("\(words.first ?? "") is missing: scripts/setup.sh")
    }
    end()
    unlink(pidFile)
    let script =
      #"file=$1; shift; "$@" </dev/null & child=$!; echo $child > "$file.new"; "#
      + #"mv "$file.new" "$file"; read -r _; exec 2>/dev/null; kill -CONT $child; "#
      + "kill -KILL $child"
    let guardian = try Program(
      ["sh", "-c", script, "sh", pidFile] + words, environment: environment, log: log)
    self.guardian.withLock { $0 = guardian }
    guard await holds({ access(pidFile, R_OK) == 0 }) else {
      throw KitFault("\(program) did not start: \(output)")
    }
  }

  /// Its process, alive or not; `nil` where none was started.
  package var lastPID: pid_t? {
    ProcessTable.text(pidFile).flatMap {
      pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  /// Its process; `nil` while none runs.
  package var pid: pid_t? {
    lastPID.flatMap { ProcessTable.isAlive($0) ? $0 : nil }
  }

  package func send(_ signal: Int32) {
    if let pid { Glibc.kill(pid, signal) }
  }

  /// Stops it in the middle of whatever it does, and returns once none of its threads runs.
  package func suspend() async throws {
    guard let pid else { throw KitFault("\(words[0]) does not run: \(output.suffix(1000))") }
    Glibc.kill(pid, SIGSTOP)
    guard await holds({ ProcessTable.state(of: pid) == "T" }) else {
      throw KitFault("\(words[0]) did not stop")
    }
  }

  /// Ends ``suspend()``.
  package func wake() { send(SIGCONT) }

  /// Kills it, and waits until it is dead.
  package func kill() async {
    guard let pid else { return }
    Glibc.kill(pid, SIGKILL)
    _ = await holds { !ProcessTable.isAlive(pid) }
  }

  /// Asks it to end, and says whether it has.
  @discardableResult
  package func stop(within limit: Duration = .seconds(20)) async -> Bool {
    guard let pid else { return true }
    Glibc.kill(pid, SIGTERM)
    Glibc.kill(pid, SIGCONT)
    return await holds(within: limit) { !ProcessTable.isAlive(pid) }
  }

  /// Ends it at once, without waiting.
  package func end() {
    guardian.withLock { $0 = nil }
  }

  /// What it has written, in all its lives.
  package var output: String {
    guard let bytes = FileManager.default.contents(atPath: log) else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }
}
