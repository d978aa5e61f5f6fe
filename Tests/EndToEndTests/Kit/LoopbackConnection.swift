import Foundation
import Glibc

/// A TCP connection to a port on this machine, byte by byte. Waiting blocks no thread.
final class LoopbackConnection {
  private let descriptor: Int32
  private(set) var received: [UInt8] = []
  /// Whether the other end has closed, or reset, the connection.
  private(set) var isClosed = false

  /// - Parameters:
  ///   - port: The port.
  ///   - host: The last part of the address: 127.0.0.1, unless it is another one.
  /// - Throws: `KitError` where nobody listens there.
  init(port: Int, host: UInt8 = 1) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw KitError("making a socket: errno \(errno)") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = (UInt32(0x7F00_0000) + UInt32(host)).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      throw KitError("connecting to 127.0.0.\(host):\(port): errno \(errno)")
    }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(descriptor)
  }

  /// Sends all of it; false when the other end no longer takes it.
  @discardableResult
  func send(_ text: String, within limit: Duration = .seconds(30)) async -> Bool {
    await send(Array(text.utf8), within: limit)
  }

  @discardableResult
  func send(_ bytes: [UInt8], within limit: Duration = .seconds(30)) async -> Bool {
    var rest = bytes[...]
    return await eventually(within: limit) {
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return errno != EAGAIN }
        rest = rest.dropFirst(count)
      }
      return true
    } && rest.isEmpty
  }

  /// Says that nothing more will be sent.
  func finishSending() {
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Takes what has come.
  func receive() {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count > 0 {
        received += chunk[..<count]
        continue
      }
      if count == 0 || errno != EAGAIN { isClosed = true }
      return
    }
  }

  /// Waits until a whole answer has come, and takes it from what was received.
  func reply(to method: String, within limit: Duration = .seconds(30)) async throws -> HTTPReply {
    var found: HTTPReply?
    _ = await eventually(within: limit) {
      receive()
      found = HTTPReply(taking: &received, toHead: method == "HEAD")
      return found != nil || isClosed
    }
    guard let found else {
      throw KitError("no whole answer: \(String(decoding: received.prefix(200), as: UTF8.self))")
    }
    return found
  }

  /// Waits until the other end closes.
  func waitUntilClosed(within limit: Duration) async -> Bool {
    await eventually(within: limit) {
      receive()
      return isClosed
    }
  }
}

/// An answer of an HTTP server.
struct HTTPReply: Equatable {
  var status: Int
  /// By names in small letters.
  var headers: [String: String]
  var body: String

  /// Takes a whole answer from the front of what was received, if one is there.
  init?(taking bytes: inout [UInt8], toHead: Bool) {
    let blank: [UInt8] = [13, 10, 13, 10]
    guard let end = bytes.firstRange(of: blank) else { return nil }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(
      separator: "\r\n")
    guard let first = lines.first?.split(separator: " "), first.count > 1,
      let status = Int(first[1])
    else { return nil }
    self.status = status
    headers = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    let length = toHead ? 0 : headers["content-length"].flatMap { Int($0) } ?? 0
    guard bytes.count >= end.upperBound + length else { return nil }
    body = String(decoding: bytes[end.upperBound..<end.upperBound + length], as: UTF8.self)
    bytes.removeFirst(end.upperBound + length)
  }
}
