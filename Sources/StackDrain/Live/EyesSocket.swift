import CLinux
import Glibc
import MountHealthCore

/// The socket on which the kernel tells of its devices.
final class EyesSocket {
  let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: KernelEvent.maximumLength)

  /// Room for the events of some hundred drives that come at once; it is used only then.
  private static let room: Int32 = 1 << 20
  /// How many messages are taken at once: other duties wait meanwhile.
  private static let batch = 1024

  /// What was read.
  enum Reading: Hashable {
    case event(KernelEvent)
    /// There were more events than room.
    case lost
    /// The socket is of no more use.
    case failed(ErrorNumber)
  }

  /// Opens it.
  init() throws(ErrorNumber) {
    descriptor = clinux_event_socket(Self.room)
    guard descriptor >= 0 else { throw ErrorNumber(rawValue: errno) }
  }

  deinit {
    close(descriptor)
  }

  /// Takes what has come. Only the kernel is believed.
  func read() -> [Reading] {
    var readings: [Reading] = []
    for _ in 0..<Self.batch {
      var sender: UInt32 = 0
      let count = buffer.withUnsafeMutableBytes {
        clinux_receive_event(descriptor, $0.baseAddress, UInt($0.count), &sender)
      }
      if count < 0 {
        switch errno {
        case EINTR: continue
        case EAGAIN: return readings
        case ENOBUFS: readings.append(.lost)
        default: return readings + [.failed(ErrorNumber(rawValue: errno))]
        }
        continue
      }
      guard sender == 0, count <= buffer.count, let event = KernelEvent(parsing: buffer[..<count])
      else { continue }
      readings.append(.event(event))
    }
    return readings
  }
}
