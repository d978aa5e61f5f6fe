import Foundation
import Glibc

/// A terminal whose other side a test reads, as a person would look at it.
final class Pseudoterminal {
  private let side: Int32
  private let terminal: Int32

  /// What a program wrote, and how it ended.
  struct Run {
    var ending: Child.Ending?
    /// What the terminal was given.
    var seen: String
    /// What went to standard output and standard error where they were no terminal.
    var output: String
    var errors: String
  }

  init(columns: Int = 80) throws {
    // posix_openpt(3) and its like are not in Swift's Glibc: the requests of ioctl_tty(2).
    let (lock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
    side = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
    var isLocked: Int32 = 0
    var name: Int32 = 0
    guard side >= 0, ioctl(side, lock, &isLocked) == 0, ioctl(side, number, &name) == 0 else {
      throw KitError("making a terminal: errno \(errno)")
    }
    terminal = open("/dev/pts/\(name)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard terminal >= 0 else { throw KitError("opening a terminal: errno \(errno)") }
    var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0 else {
      throw KitError("sizing a terminal: errno \(errno)")
    }
  }

  deinit {
    close(side)
    close(terminal)
  }

  /// Runs `mountmon` with these arguments, and with `variables` beside the environment without what
  /// says how to use colors. `output` and `errors` say whether those are the terminal; else they
  /// are files.
  static func run(
    _ arguments: [String], variables: [String] = [], output: Bool, errors: Bool,
    columns: Int = 80
  ) async throws -> Run {
    let pair = try Pseudoterminal(columns: columns)
    let (out, err) = (try ScratchFile(), try ScratchFile())
    let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { close(nothing) }
    let clean = ["env", "-u", "NO_COLOR", "-u", "CLICOLOR_FORCE", "TERM=xterm"]
    let process = try SpawnedProcess(
      clean + variables + [try BuiltProgram.path("mountmon")] + arguments, input: nothing,
      output: output ? pair.terminal : out.handle.fileDescriptor,
      errors: errors ? pair.terminal : err.handle.fileDescriptor)
    var seen: [UInt8] = []
    let hasEnded = await eventually(within: .seconds(30)) {
      seen += pair.read()
      return !process.isRunning
    }
    if !hasEnded { kill(process.pid, SIGKILL) }
    seen += pair.read()
    return Run(
      ending: process.ending, seen: String(decoding: seen, as: UTF8.self), output: out.text(),
      errors: err.text())
  }

  /// What has come and was not read yet.
  private func read() -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(side, &buffer, buffer.count)
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }
}
