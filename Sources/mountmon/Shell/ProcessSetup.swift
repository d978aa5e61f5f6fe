import CLinux
import Glibc
import MountHealthCore
import Pacing

/// What this process is, before it does anything.
enum ProcessSetup {
  /// The signals that end the program, or have it read its configuration again.
  static let handledSignals = [SIGTERM, SIGINT, SIGHUP]

  /// Makes descriptors, signals and threads behave as the rest of the program expects.
  ///
  /// To be called first: threads inherit the signal mask.
  static func prepare() {
    // Were one of the three standard descriptors closed, the next file opened would take its place.
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDWR)
    }
    // A reader that goes away is an error of write(2), not an end of the program.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Keeps the handled signals for `waitForSignal`.
  static func blockSignals() {
    var set = sigset_t()
    sigemptyset(&set)
    for number in handledSignals { sigaddset(&set, number) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Waits for one of the handled signals.
  ///
  /// - Returns: The signal's number, or `nil` when none came in that time.
  static func waitForSignal(atMost duration: Duration) -> Int32? {
    let milliseconds = Int32(clamping: duration.clampedNanoseconds / 1_000_000)
    let number = clinux_wait_for_signal(
      handledSignals, Int32(handledSignals.count), milliseconds)
    return number > 0 ? number : nil
  }

  /// Whether a signal asks for the configuration to be read again.
  static func isHangup(_ number: Int32) -> Bool { number == SIGHUP }

  /// Gives the memory back that only the start needed.
  static func forgetStart() {
    clinux_forget_program_pages()
  }

  /// What people call a signal.
  static func name(ofSignal number: Int32) -> String {
    switch number {
    case SIGTERM: "SIGTERM"
    case SIGINT: "SIGINT"
    case SIGHUP: "SIGHUP"
    default: "signal \(number)"
    }
  }

  /// The environment.
  static var environment: [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      next += 1
    }
    return variables
  }

  /// The working directory; `/` where there is none any more.
  static var workingDirectory: String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }

  /// The command that starts this program again: also when its file was replaced meanwhile.
  static let probeWorker = ["/proc/self/exe", MountmonCommands.probeWorker.name]

  /// Ends the process. No thread is waited for: one may hang for ever.
  static func leave(_ code: Int32) -> Never {
    _exit(code)
  }
}
