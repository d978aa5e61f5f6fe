import NIOCore

/// Why the server cannot serve: which address, what went wrong, what to do.
struct ServerError: Error, Hashable, CustomStringConvertible {
  private enum Code: Hashable {
    case badPort, badSocketPath, notAnAddress, addressInUse, notPermitted, noSuchAddress,
      noSuchFamily
    case outOfDescriptors, other, listenerLost, alreadyRunning
  }

  private let code: Code
  /// One line.
  let description: String

  private init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  var isAddressInUse: Bool { code == .addressInUse }

  /// The machine has no such kind of address, so another kind may do.
  var isForLackOfFamily: Bool { code == .noSuchFamily || code == .noSuchAddress }

  static func badPort(_ port: Int) -> ServerError {
    ServerError(.badPort, "cannot listen on port \(port): a port is a number from 0 to 65535")
  }

  static func badSocketPath(_ path: String) -> ServerError {
    ServerError(
      .badSocketPath,
      "cannot listen on '\(path)': the path of a Unix socket has 1 to 107 bytes; choose a shorter"
        + " directory")
  }

  static func notAnAddress(_ host: String) -> ServerError {
    ServerError(
      .notAnAddress,
      "cannot listen on '\(host)': it is not an IP address, and names are not looked up; give one"
        + " such as 127.0.0.1, ::1, 0.0.0.0 or ::, or none for all addresses")
  }

  static func listenerLost(_ address: ListenAddress) -> ServerError {
    ServerError(.listenerLost, "stopped listening on \(address): the system closed the socket")
  }

  static func alreadyRunning(_ address: ListenAddress) -> ServerError {
    ServerError(.alreadyRunning, "cannot serve on \(address): this server is running already")
  }

  static func bindFailed(_ address: ListenAddress, _ cause: any Error) -> ServerError {
    let number = (cause as? IOError)?.errnoCode
    let (code, why, remedy) = explanation(of: number, cause)
    return ServerError(code, "cannot listen on \(address): \(why); \(remedy)")
  }

  /// Error numbers as Linux has them on x86-64 and ARM: this room knows no C library.
  private static func explanation(
    of number: CInt?, _ cause: any Error
  ) -> (Code, String, remedy: String) {
    switch number {
    case 98:
      (
        .addressInUse, "address already in use",
        "another program has it (`ss -ltnp` says which): stop that, or choose another port"
      )
    case 13, 1:
      (.notPermitted, "permission denied", "choose a port from 1024 on, or grant NET_BIND_SERVICE")
    case 99:
      (
        .noSuchAddress, "cannot assign requested address",
        "this machine does not have it: `ip address` lists what it has"
      )
    case 97:
      (.noSuchFamily, "address family not supported", "this machine has no IPv6: use 0.0.0.0")
    case 23, 24:
      (.outOfDescriptors, "too many open files", "raise the limit on open files")
    default:
      (.other, "\(cause)", "check the address and the limits of this process")
    }
  }
}
