import Glibc
import NIOCore
import NIOPosix

extension Exchange.Trouble {
  /// Why a connection could not be opened.
  init(opening endpoint: HTTPEndpoint, _ error: any Error) {
    switch error {
    case let error as NIOConnectionError:
      if let failure = error.connectionErrors.last {
        // All addresses of a name were tried; what the last one said stands for all.
        self.init(opening: endpoint, failure.error)
      } else {
        self.init(code: .unresolved, reason: Self.lookup(error.dnsAError ?? error.dnsAAAAError))
      }
    case let error as IOError:
      let (code, reason) = Self.explain(error.errnoCode, at: endpoint)
      self.init(code: code, reason: reason)
    case let error as LookupFailure:
      self.init(code: .unresolved, reason: Self.lookup(error))
    case ChannelError.connectTimeout:
      self.init(code: .timedOut, reason: "no connection in time")
    default:
      self.init(code: .unreachable, reason: "\(error)")
    }
  }

  private static func lookup(_ error: (any Error)?) -> String {
    guard let error else { return "the name has no address" }
    return "the name was not found: \((error as? LookupFailure)?.reason ?? "\(error)")"
  }

  private static func explain(
    _ number: CInt, at endpoint: HTTPEndpoint
  ) -> (TransportError.Code, String) {
    switch (number, endpoint.place) {
    case (ECONNREFUSED, .unix): (.refused, "nobody listens on this socket (connection refused)")
    case (ECONNREFUSED, _): (.refused, "nobody listens there (connection refused)")
    case (ENOENT, .unix): (.refused, "there is no such socket: is the service running?")
    case (EACCES, .unix): (.unreachable, "permission denied: this user may not use the socket")
    case (ENOTSOCK, .unix), (EPROTOTYPE, .unix):
      (.unreachable, "the path is not a socket that can be connected to")
    case (ENETUNREACH, _): (.unreachable, "there is no route to that network")
    case (EHOSTUNREACH, _): (.unreachable, "there is no route to that host")
    case (ETIMEDOUT, _): (.unreachable, "the host does not answer")
    case (EMFILE, _), (ENFILE, _):
      (.unreachable, "too many open files: raise the limit on open files")
    case (EADDRNOTAVAIL, _):
      (.unreachable, "no local address or port is left to connect from")
    default: (.unreachable, Self.text(number))
    }
  }

  /// What the system calls an error.
  static func text(_ number: CInt) -> String {
    guard let text = strerror(number) else { return "error \(number)" }
    return String(cString: text)
  }
}
