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
    /// It had not ended by its deadline, and SIGKILL did not help at once.
    case blocked
    case exited(Int32)
    case signalled(Int32)
  }

  private let process = Process()
  private let output: ScratchFile
  private let errors: ScratchFile
  private let start = ContinuousClock.now

  var pid: pid_t { process.processIdentifier }

  /// Starts a program found on the PATH, in `/`, without standard input.
  init(_ words: [String]) throws {
    output = try ScratchFile()
    errors = try ScratchFile()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = URL(filePath: "/")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output.handle
    process.standardError = errors.handle
    try process.run()
  }

  convenience init(_ words: String...) throws {
    try self.init(words)
  }

  /// The letter of `/proc/PID/stat`, such as `S` or `D`; nil when the child is gone.
  var state: Character? { Self.state(of: pid) }

  static func state(of pid: pid_t) -> Character? {
    let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    // The name of the program, in brackets, may hold anything.
    return stat?.split(separator: ")").last?.first { !$0.isWhitespace }
  }

  func kill() {
    _ = Glibc.kill(pid, SIGKILL)
  }

  var isRunning: Bool { process.isRunning }

  /// Waits for its end; at the deadline it is killed, and is `blocked` if it stays all the same.
  func finish(within limit: Duration = .seconds(5)) async throws -> Outcome {
    if !(await ended(within: limit)) {
      kill()
      guard await ended(within: .milliseconds(200)) else { return outcome(.blocked) }
    }
    let status = process.terminationStatus
    return outcome(
      process.terminationReason == .uncaughtSignal ? .signalled(status) : .exited(status))
  }

  private func ended(within limit: Duration) async -> Bool {
    await eventually(within: limit) { !self.process.isRunning }
  }

  private func outcome(_ ending: Ending) -> Outcome {
    Outcome(
      ending: ending, output: output.text(), errors: errors.text(),
      elapsed: start.duration(to: .now))
  }
}

/// A file that nobody else sees: it has no name.
struct ScratchFile {
  let handle: FileHandle

  init() throws {
    var template = Array("/tmp/mountmon-kit-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw KitError("making a scratch file: errno \(errno)") }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// How many bytes were written so far.
  var size: Int {
    var information = stat()
    return fstat(handle.fileDescriptor, &information) == 0 ? Int(information.st_size) : 0
  }

  /// What was written so far, after the first `start` bytes.
  func text(from start: Int = 0) -> String {
    var bytes = [UInt8](repeating: 0, count: max(0, size - start))
    let count = pread(handle.fileDescriptor, &bytes, bytes.count, off_t(start))
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}

/// What the test kit itself could not do.
struct KitError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Asks until the answer is yes or the time is up; returns the last answer.
func eventually(
  within limit: Duration, _ condition: () async throws -> Bool
) async rethrows -> Bool {
  let deadline = ContinuousClock.now + limit
  while ContinuousClock.now < deadline {
    if try await condition() { return true }
    try? await Task.sleep(for: .milliseconds(5))
  }
  return try await condition()
}
