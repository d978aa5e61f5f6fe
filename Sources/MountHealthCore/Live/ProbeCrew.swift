import CLinux
import Glibc
import Synchronization

/// Threads that take orders from a socket, probe, and report: as few as the mounts allow.
///
/// One thread listens, takes the orders that come together one after the other, and reports at the
/// end: that costs the least. When a probe hangs, `relieve` sends the reports that are ready, gives
/// the orders that wait threads of their own, and sees that somebody listens again. There are never
/// more threads than probes that are out, and one that listens.
final class ProbeCrew: Sendable {
  private struct State {
    /// Whether a thread waits at the socket, or is on its way there.
    var isListening = false
    /// Orders that no thread has taken yet.
    var orders: [ProbeOrder] = []
    /// Reports that were not sent yet.
    var reports: [FlightReport] = []
  }

  private let socket: Int32
  private let state = Mutex(State())

  /// A crew at this end of a message socket; whoever has the other end closes it to end the crew.
  ///
  /// - Parameter socket: Is the crew's from now on.
  init(socket: Int32) {
    self.socket = socket
  }

  deinit {
    close(socket)
  }

  /// Sees that somebody listens.
  ///
  /// - Throws: The errno, where no thread can be had.
  func start() throws(ErrorNumber) {
    let isNeeded = state.withLock { state in
      defer { state.isListening = true }
      return !state.isListening
    }
    guard isNeeded else { return }
    do {
      try startThread { self.listen() }
    } catch {
      state.withLock { $0.isListening = false }
      throw error
    }
  }

  /// Helps probes that wait behind one that hangs. Does not block: what is to be sent is sent by the
  /// threads that it starts.
  func relieve() {
    do {
      let waiting = state.withLock {
        $0.reports.isEmpty ? $0.orders.count : max($0.orders.count, 1)
      }
      for _ in 0..<waiting {
        try startThread {
          self.sendReports()
          self.takeOrders()
          self.sendReports()
        }
      }
      try start()
    } catch {
      refuseOrders(because: error)
    }
  }

  private func listen() {
    var buffer = [UInt8](repeating: 0, count: WorkerMessage.maximumLength)
    while let orders = receive(into: &buffer, flags: 0) {
      state.withLock { state in
        state.isListening = false
        state.orders += orders
      }
      takeOrders()
      sendReports()
      let isNeeded = state.withLock { state in
        defer { state.isListening = true }
        return !state.isListening
      }
      // Another thread took this one's place while it was in a probe.
      guard isNeeded else { return }
      clinux_name_thread("probe-idle")
    }
  }

  /// Takes orders until there are none.
  private func takeOrders() {
    while let order = nextOrder() {
      // The name tells whoever looks at a stuck process which mount it is stuck on.
      clinux_name_thread(Self.threadName(of: order.flight))
      let report = LiveProbe.run(order)
      state.withLock { $0.reports.append(FlightReport(order.flight, report)) }
    }
  }

  private func nextOrder() -> ProbeOrder? {
    state.withLock { $0.orders.isEmpty ? nil : $0.orders.removeFirst() }
  }

  /// Says of all orders that wait, here and in the socket, that they cannot be carried out.
  private func refuseOrders(because error: ErrorNumber) {
    var buffer = [UInt8](repeating: 0, count: WorkerMessage.maximumLength)
    var refused = state.withLock { state in
      defer { state.orders = [] }
      return state.orders
    }
    while let orders = receive(into: &buffer, flags: Int32(MSG_DONTWAIT)) { refused += orders }
    let report = ProbeReport(finding: .unable("no thread for a probe: \(error)"))
    state.withLock { $0.reports += refused.map { FlightReport($0.flight, report) } }
    // There is no thread that could wait for room; what finds none is sent at the next relief.
    sendReports(flags: Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
  }

  private func sendReports(flags: Int32 = Int32(MSG_NOSIGNAL)) {
    let reports = state.withLock { state in
      defer { state.reports = [] }
      return state.reports
    }
    guard !reports.isEmpty else { return }
    for message in FlightReport.messages(of: reports) {
      var count = 0
      repeat {
        count = message.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, flags) }
      } while count < 0 && errno == EINTR
      if count < 0, errno == EAGAIN, let unsent = try? FlightReport.reports(in: message[...]) {
        state.withLock { $0.reports += unsent }
      }
    }
  }

  /// The next orders; `nil` when there will be none, or when none are there and nobody may wait.
  private func receive(into buffer: inout [UInt8], flags: Int32) -> [ProbeOrder]? {
    while true {
      let count = buffer.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, flags) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      // What makes no sense cannot be answered; the engine finds out that nothing came back.
      if let orders = try? ProbeOrder.orders(in: buffer[..<count]) { return orders }
    }
  }

  /// What a thread is called while it is on a flight.
  static func threadName(of flight: Flight) -> String {
    // 15 bytes is all that Linux keeps (pthread_setname_np(3)).
    "probe-\(flight.mount % 1_000_000_000)"
  }
}
