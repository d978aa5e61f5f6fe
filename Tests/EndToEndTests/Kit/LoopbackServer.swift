import Foundation
import Glibc
import StackKit
import Synchronization

/// A server on 127.0.0.1 that answers each request of HTTP as it is told, or not at all.
final class LoopbackServer: Sendable {
  /// A request as it came.
  struct Request: Equatable {
    var method: String
    var target: String
    /// By names in small letters.
    var headers: [String: String]
    var body: String
  }

  private struct State {
    var requests: [Request] = []
    var answer: @Sendable (Request) -> Int?
    var silent: [Int32] = []
    var isOver = false
  }

  let port: Int
  private let listener: Int32
  private let state: Mutex<State>

  var url: String { "http://127.0.0.1:\(port)" }
  /// What came so far.
  var requests: [Request] { state.withLock { $0.requests } }

  /// Listens on a port, a free one unless told; answers with the status that it is given for each
  /// request, or, where that is `nil`, never.
  init(port: Int? = nil, _ answer: @escaping @Sendable (Request) -> Int?) throws {
    self.port = try port ?? FreePort.take()
    state = Mutex(State(answer: answer))
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var one: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(self.port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0, listen(listener, 16) == 0 else {
      throw KitError("listening on port \(self.port): errno \(errno)")
    }
    let thread = Thread { [self] in serve() }
    thread.start()
  }

  /// Answers otherwise from now on.
  func answer(_ answer: @escaping @Sendable (Request) -> Int?) {
    state.withLock { $0.answer = answer }
  }

  /// Closes everything: nobody listens on the port any more.
  func stop() {
    let silent = state.withLock { state in
      state.isOver = true
      return state.silent
    }
    shutdown(listener, Int32(SHUT_RDWR))
    for descriptor in silent { close(descriptor) }
  }

  private func serve() {
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { break }
      guard let request = Self.read(from: descriptor) else {
        close(descriptor)
        continue
      }
      let answer = state.withLock { state in
        state.requests.append(request)
        return state.answer
      }
      guard let status = answer(request) else {
        state.withLock { $0.silent.append(descriptor) }
        continue
      }
      let text =
        "HTTP/1.1 \(status) Told\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
      _ = text.withCString { send(descriptor, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
      shutdown(descriptor, Int32(SHUT_WR))
      close(descriptor)
    }
    close(listener)
  }

  private static func read(from descriptor: Int32) -> Request? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      if let request = Request(bytes) { return request }
      let count = recv(descriptor, &chunk, chunk.count, 0)
      guard count > 0 else { return nil }
      bytes += chunk[..<count]
    }
  }
}

extension LoopbackServer.Request {
  /// `nil` as long as it is not whole.
  fileprivate init?(_ bytes: [UInt8]) {
    let blank: [UInt8] = [13, 10, 13, 10]
    guard let end = bytes.firstRange(of: blank) else { return nil }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count == 3 else { return nil }
    method = String(words[0])
    target = String(words[1])
    headers = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    guard bytes.count >= end.upperBound + length else { return nil }
    body = String(decoding: bytes[end.upperBound..<end.upperBound + length], as: UTF8.self)
  }
}
