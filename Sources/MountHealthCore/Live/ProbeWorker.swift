import CLinux
import Glibc
import Synchronization

/// The probe worker: the process that touches watched paths, so that the one which decides and
/// serves never does.
///
/// It takes orders on descriptor 0 and reports on descriptor 1, and ends when its orders end. It
/// knows nothing else: no configuration, no clock but for latencies, no judgement.
public enum ProbeWorker {
  /// Works until the other end of descriptor 0 is closed; then ends the process.
  ///
  /// Threads that hang in a probe do not delay that, as far as the kernel lets them be killed.
  public static func main() -> Never {
    // Whoever reads the reports may be gone first.
    signal(SIGPIPE, SIG_IGN)
    do {
      try work()
      exit(0)
    } catch {
      let line = Array("mountmon probe-worker: \(error)\n".utf8)
      _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      exit(1)
    }
  }

  private static func work() throws {
    let output = Mutex(())
    let send: @Sendable (WorkerAnswer) -> Void = { answer in
      let frame = answer.frame
      output.withLock { _ in writeAll(frame, to: STDOUT_FILENO) }
    }
    let pool = try ProbePool { flight, report in send(.report(flight, report)) }
    var buffer = FrameBuffer()
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      let patience = Int32(ProbePool.patience.inSeconds * 1000)
      let ready = poll(&input, 1, pool.hasBacklog ? patience : -1)
      if ready == 0 { pool.relieve() }
      guard ready > 0 else { continue }
      let count = chunk.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { return }
      buffer.append(chunk[..<count])
      var orders: [ProbeOrder] = []
      while let frame = try buffer.next() {
        switch try WorkerRequest(frame: frame) {
        case .order(let order): orders.append(order)
        case .ping(let number): send(.pong(number))
        }
      }
      pool.submit(orders)
    }
  }
}

/// Writes all bytes, waiting as long as that takes; gives up only where nobody can read them.
private func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return }
    rest = rest.dropFirst(count)
  }
}
