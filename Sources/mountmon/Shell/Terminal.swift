import Glibc

/// Standard output and standard error.
enum Terminal {
  /// Whether a person may be looking at standard output.
  static var isOutput: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether a person may be looking at standard error.
  static var isError: Bool { isatty(STDERR_FILENO) == 1 }

  /// How many columns the terminal has; 80 where there is none.
  static var columns: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes to standard output.
  static func write(_ text: String) {
    write(Array(text.utf8), to: STDOUT_FILENO)
  }

  /// Writes to standard error.
  static func complain(_ text: String) {
    write(Array(text.utf8), to: STDERR_FILENO)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    _ = LogDescriptor.write(bytes, to: descriptor)
  }
}
