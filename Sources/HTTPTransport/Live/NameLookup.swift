import Dispatch
import Glibc
import NIOCore
import NIOPosix

/// Why a name has no address, as the system says it.
struct LookupFailure: Error, Hashable {
  let reason: String
}

/// Looks the server's name up, once at a time: whoever asks while a lookup is out gets what that finds.
///
/// The system's lookup cannot be ended and may hang for as long as it likes. So it runs on a thread of
/// its own, there is never more than one, and nobody is bound to wait for it. Lives on the event loop.
final class NameLookup {
  typealias Addresses = Result<[SocketAddress], any Error>

  /// The system's lookup: it blocks.
  typealias System = @Sendable (_ host: String, _ port: Int) -> Addresses

  private let system: System
  private weak let door: LoopDoor?
  private var waiting: [UInt64: (Addresses) -> Void] = [:]
  private var lastNumber: UInt64 = 0
  private var isOut = false
  private var isAbandoned = false

  init(by system: @escaping System, through door: LoopDoor) {
    self.system = system
    self.door = door
  }

  /// - Returns: A number by which `forget` knows who asked.
  func find(_ host: String, _ port: Int, then: @escaping (Addresses) -> Void) -> UInt64 {
    lastNumber += 1
    guard !isAbandoned else {
      then(.failure(Self.shutDown))
      return lastNumber
    }
    waiting[lastNumber] = then
    guard !isOut, let door else { return lastNumber }
    isOut = true
    let system = system
    DispatchQueue.global().async {
      let found = system(host, port)
      door.enter { $0.lookup.come(back: found) }
    }
    return lastNumber
  }

  /// Lets one go who does not wait any more: a lookup that hangs gathers nobody.
  func forget(_ number: UInt64) {
    waiting.removeValue(forKey: number)?(.failure(LookupFailure(reason: "it took too long")))
  }

  /// Lets those who wait go, and those who come later; what is found later is dropped.
  func abandon() {
    isAbandoned = true
    tell(.failure(Self.shutDown))
  }

  private static let shutDown = LookupFailure(reason: "the client was shut down")

  private func come(back found: Addresses) {
    isOut = false
    tell(found)
  }

  private func tell(_ found: Addresses) {
    let all = waiting
    waiting = [:]
    for (_, then) in all { then(found) }
  }

  /// `getaddrinfo`, for streams.
  static let getaddrinfo: System = { host, port in
    var hints = addrinfo()
    hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = Glibc.getaddrinfo(host, String(port), &hints, &list)
    guard code == 0 else {
      return .failure(LookupFailure(reason: String(cString: gai_strerror(code))))
    }
    defer { freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var next = list
    while let entry = next?.pointee {
      next = entry.ai_next
      guard let address = entry.ai_addr else { continue }
      let bytes = UnsafeRawPointer(address)
      switch entry.ai_family {
      case AF_INET: addresses.append(SocketAddress(bytes.load(as: sockaddr_in.self), host: host))
      case AF_INET6: addresses.append(SocketAddress(bytes.load(as: sockaddr_in6.self), host: host))
      default: break
      }
    }
    return .success(addresses)
  }
}

/// One connection's view of the lookup, in the form that NIO asks for. Used on the event loop alone.
final class NameResolver: Resolver, Sendable {
  private let version4: EventLoopPromise<[SocketAddress]>
  private let version6: EventLoopPromise<[SocketAddress]>
  private let lookup: NIOLoopBound<NameLookup>
  private let number: NIOLoopBoundBox<UInt64?>

  init(_ lookup: NameLookup, on loop: any EventLoop) {
    version4 = loop.makePromise()
    version6 = loop.makePromise()
    self.lookup = NIOLoopBound(lookup, eventLoop: loop)
    number = NIOLoopBoundBox(nil, eventLoop: loop)
  }

  /// NIO asks for both, and for this one first.
  func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
    number.value = lookup.value.find(host, port) { [version4, version6] found in
      version6.completeWith(found.map { $0.filter { $0.protocol == .inet6 } })
      version4.completeWith(found.map { $0.filter { $0.protocol == .inet } })
    }
    return version6.futureResult
  }

  func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
    version4.futureResult
  }

  func cancelQueries() {
    if let number = number.value { lookup.value.forget(number) }
  }
}
