import Glibc
import MountHealthCore

/// Standard output and standard error.
enum Terminal {
  /// Whether a person may be looking at standard output.
  static var isOutput: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether a person may be looking at standard error, and a line there can be written over.
  static var showsProgress: Bool {
    isatty(STDERR_FILENO) == 1 && ProcessSetup.environment["TERM"] != "dumb"
  }

  /// How many columns standard output has; 80 where it is no terminal.
  static var columns: Int { columns(of: STDOUT_FILENO) }
  /// How many columns standard error has, likewise.
  static var errorColumns: Int { columns(of: STDERR_FILENO) }

  private static func columns(of descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes to standard output, and says on standard error where that cannot be done. A reader that
  /// has gone wanted no more, and is told nothing.
  ///
  /// - Returns: Whether all was written.
  static func write(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard LogDescriptor.write(bytes, to: STDOUT_FILENO) < bytes.count else { return true }
    let error = errno
    if error != EPIPE {
      complain(
        "mountmon: cannot write to standard output: \(ErrorNumber(rawValue: error))\n")
    }
    return false
  }

  /// Writes the answer of a command. Where that cannot be done, nobody is to take it for good news.
  ///
  /// - Returns: The code to leave with: `code`, and `undecided` in place of 0 where nothing is told.
  static func answer(_ text: String, _ code: Int32, orElse undecided: Int32) -> Int32 {
    let isTold = write(text)
    return code == 0 && !isTold ? undecided : code
  }

  /// Writes to standard error.
  static func complain(_ text: String) {
    _ = LogDescriptor.write(Array(text.utf8), to: STDERR_FILENO)
  }
}
