import Foundation
import Glibc

/// A program that a test lets touch a mount in its place: the test itself must never hang.
final class Child {
  /// How a child fared.
  struct Outcome: Equatable {
    var ending: Ending
    var output: String
    var errors: String
    var elapsed: Duration
  }

  enum Ending: Equatable {
    /// It had not ended by its deadline, and SIGKILL leaves it in D state.
    case blocked
    case exited(Int32)
    case signalled(Int32)
  }

  private let process: SpawnedProcess
  private let output: ScratchFile
  private let errors: ScratchFile
  private let start = ContinuousClock.now

  var pid: pid_t { process.pid }

  /// Starts a program found on the PATH, in `/`, without standard input.
  init(_ words: [String]) throws {
    output = try ScratchFile()
    errors = try ScratchFile()
    let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { close(nothing) }
    process = try SpawnedProcess(
      words, input: nothing, output: output.handle.fileDescriptor,
      errors: errors.handle.fileDescriptor)
  }

  convenience init(_ words: String...) throws {
    try self.init(words)
  }

  /// The letter of `/proc/PID/stat`, such as `S` or `D`; nil when the child is gone.
  var state: Character? { Self.state(of: pid) }

  static func state(of pid: pid_t) -> Character? {
    let stat = KernelFile.text("/proc/\(pid)/stat")
    // The name of the program, in brackets, may hold anything.
    return stat?.split(separator: ")").last?.first { !$0.isWhitespace }
  }

  func kill() {
    _ = Glibc.kill(pid, SIGKILL)
  }

  var isRunning: Bool { process.isRunning }
  /// How it ended, if it has.
  var ending: Ending? { process.ending }

  /// What it has written so far.
  var outputSoFar: String { output.text() }
  var errorsSoFar: String { errors.text() }

  /// Waits for its end; at the deadline it is killed, and is `blocked` if it stays all the same.
  func finish(within limit: Duration = .seconds(30)) async throws -> Outcome {
    if !(await eventually(within: limit, { !isRunning })) {
      kill()
      guard await obeysKill() else { return outcome(.blocked) }
    }
    return outcome(process.ending ?? .blocked)
  }

  /// Whether it ends, now that it was killed. A short while in D state is part of dying.
  private func obeysKill() async -> Bool {
    var stuckSince: ContinuousClock.Instant?
    _ = await eventually(within: .seconds(5)) {
      stuckSince = state == "D" ? stuckSince ?? .now : nil
      let isStuck = stuckSince.map { $0.duration(to: .now) > .milliseconds(300) } ?? false
      return !isRunning || isStuck
    }
    return !isRunning
  }

  private func outcome(_ ending: Ending) -> Outcome {
    Outcome(
      ending: ending, output: output.text(), errors: errors.text(),
      elapsed: start.duration(to: .now))
  }
}
