import CLinux
import Glibc

/// The monitor's end of the socket to those who probe. No call blocks.
final class MessageChannel {
  private let socket: Int32
  // Messages that the socket had no room for. There is never more than one order for each mount.
  private var unsent: ArraySlice<[UInt8]> = []
  private var buffer = [UInt8](repeating: 0, count: WorkerMessage.maximumLength)

  /// Why nothing more can be had from the other end.
  enum Fault: Error, CustomStringConvertible {
    case closed
    case failed(ErrorNumber)
    case nonsense(MessageError)

    var description: String {
      switch self {
      case .closed: "its socket was closed"
      case .failed(let error): "its socket failed: \(error)"
      case .nonsense(let error): "its reports make no sense (\(error))"
      }
    }
  }

  /// Takes the end of a pair that stays here.
  init(_ socket: Int32) {
    self.socket = socket
  }

  deinit {
    close(socket)
  }

  /// What to poll.
  var descriptor: (descriptor: Int32, events: Int16) {
    (socket, Int16(unsent.isEmpty ? POLLIN : POLLIN | POLLOUT))
  }

  /// Sends orders, or keeps them for `flush`.
  func send(_ orders: [ProbeOrder]) throws(Fault) {
    unsent += ProbeOrder.messages(of: orders)
    try flush()
  }

  /// Sends what the socket has room for.
  func flush() throws(Fault) {
    while let message = unsent.first {
      let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
      let count = message.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, flags)
      }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN { return }
        throw .failed(currentError)
      }
      unsent.removeFirst()
    }
  }

  /// Takes the reports that have come.
  func receive() throws(Fault) -> [FlightReport] {
    var reports: [FlightReport] = []
    // A bounded number: the monitor's other duties wait meanwhile.
    while reports.count < 1024 {
      let count = buffer.withUnsafeMutableBytes {
        recv(socket, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
      }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN { break }
        throw .failed(currentError)
      }
      guard count > 0 else {
        guard reports.isEmpty else { break }
        throw .closed
      }
      do throws(MessageError) {
        reports += try FlightReport.reports(in: buffer[..<count])
      } catch {
        throw .nonsense(error)
      }
    }
    return reports
  }
}
