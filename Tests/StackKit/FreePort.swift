import Glibc
import Synchronization

/// Ports on 127.0.0.1 that nobody has.
package enum FreePort {
  // Below the kernel's own choices (32768 and up), so that nobody is given one meanwhile.
  private static let next = Atomic<Int>(20_000 + Int(getpid()) % 1000 * 12)

  /// One that was given to nobody in this process, and that nobody listens at now.
  package static func take() throws -> Int {
    for _ in 0..<200 {
      let port = 20_000 + (next.wrappingAdd(1, ordering: .relaxed).newValue - 20_000) % 12_000
      if isFree(port) { return port }
    }
    throw KitFault("no free port")
  }

  private static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return result == 0
  }
}
