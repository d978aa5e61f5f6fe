import Glibc
import Testing

/// A TCP client that says what it is told, bytes and all, and never waits for ever.
final class RawClient {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  struct Answer: Equatable {
    var status: Int
    var fields: [String: String]
    var body: String
  }

  private let socket: CInt
  private var unread: [UInt8] = []

  /// A small `receiveBuffer` makes the server feel soon that this client does not read.
  init(port: Int, receiveBuffer: CInt? = nil, overIPv6: Bool = false) throws {
    socket = Glibc.socket(overIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { throw Failure(description: "socket: \(errno)") }
    if var size = receiveBuffer {
      setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, 4)
    }
    let result: CInt
    if overIPv6 {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = in_port_t(port).bigEndian
      address.sin6_addr = in6addr_loopback
      result = connect(to: &address)
    } else {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(port).bigEndian
      address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
      result = connect(to: &address)
    }
    guard result == 0 else {
      // What is all set up is torn down by deinit.
      throw Failure(description: "connect: \(errno)")
    }
  }

  deinit { close(socket) }

  private func connect<Address>(to address: inout Address) -> CInt {
    let (socket, size) = (socket, socklen_t(MemoryLayout<Address>.size))
    return withUnsafeBytes(of: &address) { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) {
        Glibc.connect(socket, $0.baseAddress, size)
      }
    }
  }

  /// - Returns: How much the server took before it closed, or before `seconds` were over.
  @discardableResult
  func send(_ bytes: [UInt8], within seconds: Double = 10) -> Int {
    var sent = 0
    let end = now() + seconds
    while sent < bytes.count, wait(for: POLLOUT, until: end) {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(
          socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
      }
      if count < 0 && errno != EAGAIN { break }
      sent += max(count, 0)
    }
    return sent
  }

  @discardableResult
  func send(_ text: String, within seconds: Double = 10) -> Int {
    send(Array(text.utf8), within: seconds)
  }

  func get(_ path: String) throws -> Answer {
    send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
    return try answer()
  }

  func shutdownOutput() { shutdown(socket, CInt(SHUT_WR)) }

  /// The next answer. Fails when the server closes before, or says nothing for `seconds`.
  func answer(toHead: Bool = false, within seconds: Double = 10) throws -> Answer {
    let end = now() + seconds
    var headEnd = unread.end(ofFirst: "\r\n\r\n")
    while headEnd == nil {
      guard receive(until: end) else {
        throw Failure(description: "no answer; so far '\(String(decoding: unread, as: UTF8.self))'")
      }
      headEnd = unread.end(ofFirst: "\r\n\r\n")
    }
    let head = String(decoding: unread.prefix(headEnd ?? 0), as: UTF8.self)
    unread.removeFirst(headEnd ?? 0)
    let lines = head.split(separator: "\r\n").map(String.init)
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
      #expect(parts.count == 2)
      fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    let status = Int(lines[0].split(separator: " ")[1]) ?? 0
    let length = toHead || status == 100 ? 0 : Int(fields["content-length"] ?? "0") ?? 0
    while unread.count < length {
      guard receive(until: end) else { throw Failure(description: "the body ended early") }
    }
    let body = String(decoding: unread.prefix(length), as: UTF8.self)
    unread.removeFirst(length)
    return Answer(status: status, fields: fields, body: body)
  }

  /// Whether the server closes, dropping what it says before, within `seconds`.
  func isClosed(within seconds: Double = 10) -> Bool {
    let end = now() + seconds
    while now() < end {
      unread.removeAll()
      if !receive(until: end) { return now() < end }
    }
    return false
  }

  /// - Returns: False at the end of the stream, on an error, or when time is up.
  private func receive(until end: Double) -> Bool {
    guard wait(for: POLLIN, until: end) else { return false }
    var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    let count = chunk.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
    guard count > 0 else { return false }
    unread += chunk.prefix(count)
    return true
  }

  private func wait(for event: CInt, until end: Double) -> Bool {
    var descriptor = pollfd(fd: socket, events: Int16(event), revents: 0)
    return poll(&descriptor, 1, CInt(max(0, end - now()) * 1000)) > 0
  }
}

/// Seconds that only go forward.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Whether `condition` becomes true within `seconds`.
func eventually(within seconds: Double = 10, _ condition: () -> Bool) -> Bool {
  let end = now() + seconds
  while now() < end {
    if condition() { return true }
    usleep(2000)
  }
  return condition()
}

extension [UInt8] {
  fileprivate func end(ofFirst text: String) -> Int? {
    let pattern = Array(text.utf8)
    guard count >= pattern.count else { return nil }
    for start in 0...(count - pattern.count) where self[start...].starts(with: pattern) {
      return start + pattern.count
    }
    return nil
  }
}
