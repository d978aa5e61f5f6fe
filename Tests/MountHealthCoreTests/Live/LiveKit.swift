import Foundation
import Testing

@testable import MountHealthCore

/// A listening socket in the file system.
struct UnixSocket {
  private let descriptor: Int32

  init(at path: String) throws {
    descriptor = try Descriptor(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)).release()
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    try #require(path.utf8.count < MemoryLayout.size(ofValue: address.sun_path))
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(result == 0)
  }

  func close() {
    _ = Glibc.close(descriptor)
  }
}

/// A thread without root's rights to files.
enum OtherUser {
  /// Runs `body` as user 65534 where this process is root, else as it is.
  static func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      do {
        // A thread of its own: the user of file accesses is the thread's, and it ends here.
        try startThread {
          if getuid() == 0 { Self.becomeNobody() }
          continuation.resume(with: Result(catching: body))
        }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  /// setfsuid(2), which Glibc's module map leaves out.
  private static func becomeNobody() {
    typealias SetUser = @convention(c) (uid_t) -> Int32
    guard let symbol = dlsym(nil, "setfsuid") else { return }
    _ = unsafeBitCast(symbol, to: SetUser.self)(65534)
  }
}
