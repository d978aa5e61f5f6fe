import CLinux
import Glibc

/// The probe worker: the process that touches watched paths, so that the one which decides and
/// serves never does.
///
/// It takes orders from the socket on descriptor 0 and reports there. On descriptor 1 it is asked for
/// signs of life, and ends when that is closed. It knows nothing else: no configuration, no judgement.
public enum ProbeWorker {
  /// Works until the other end of descriptor 1 is closed; then ends the process.
  ///
  /// Threads that hang in a probe do not delay that, as far as the kernel lets them be killed.
  public static func main() -> Never {
    clinux_name_thread("probe-worker")
    // Whoever reads the reports may be gone first.
    signal(SIGPIPE, SIG_IGN)
    let crew = ProbeCrew(socket: STDIN_FILENO)
    do {
      try crew.start()
    } catch {
      let line = Array("no thread: \(error)\n".utf8)
      _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      _exit(1)
    }
    clinux_forget_program_pages()
    giveSignsOfLife(on: STDOUT_FILENO, crew)
    _exit(0)
  }

  /// Answers each byte with the same byte. This thread never probes, so nothing can hold it up.
  private static func giveSignsOfLife(on socket: Int32, _ crew: ProbeCrew) {
    var byte: UInt8 = 0
    while true {
      let count = recv(socket, &byte, 1, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      crew.relieve()
      guard send(socket, &byte, 1, Int32(MSG_NOSIGNAL)) > 0 else { return }
    }
  }
}
