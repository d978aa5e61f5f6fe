import Glibc

/// The way to the service manager that started this process, if one did: datagrams to the socket in
/// `NOTIFY_SOCKET`.
struct ServiceManager: Hashable, Sendable {
  private let path: String
  /// How long it lets pass between two signs of life; `nil`: for ever.
  let watchdog: Duration?

  /// The longest path that an address holds with its final zero (`sockaddr_un`).
  private static let maximumPath = 107

  /// `nil` where nobody wants to hear anything.
  ///
  /// - Parameter environment: Where `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` are.
  init?(environment: [String: String]) {
    guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@"),
      path.utf8.count > 1, path.utf8.count <= Self.maximumPath
    else { return nil }
    self.path = path
    let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
    let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
    watchdog = isMeant && microseconds > 0 ? .microseconds(microseconds) : nil
  }

  /// Sends a message. Never waits: one that cannot be taken now is lost, and another follows.
  ///
  /// - Returns: Whether it was taken.
  @discardableResult
  func say(_ message: String) -> Bool {
    let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return false }
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      for (index, byte) in path.utf8.enumerated() { bytes[index] = byte }
      // A name that begins with a zero has no file.
      if path.hasPrefix("@") { bytes[0] = 0 }
    }
    // The length says where an abstract name ends.
    let length = MemoryLayout<sockaddr_un>.offset(of: \.sun_path).map { $0 + path.utf8.count } ?? 0
    let isFile = path.hasPrefix("/") ? 1 : 0
    let bytes = Array(message.utf8)
    let sent = withUnsafeBytes(of: &address) { address in
      address.withMemoryRebound(to: sockaddr.self) { address in
        sendto(
          socket, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL),
          address.baseAddress, socklen_t(length + isFile))
      }
    }
    return sent == bytes.count
  }
}
