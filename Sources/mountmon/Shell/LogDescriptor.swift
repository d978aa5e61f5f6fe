import Glibc

/// Writing all of something to a descriptor.
enum LogDescriptor {
  /// Writes until everything is written or writing fails for good, and waits while the descriptor
  /// takes nothing.
  ///
  /// - Returns: The number of bytes written.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int {
    bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset < buffer.count {
        let rest = UnsafeRawBufferPointer(rebasing: buffer[offset...])
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count > 0 {
          offset += count
        } else if !canTryAgain(count, errno, descriptor) {
          return offset
        }
      }
      return offset
    }
  }

  private static func canTryAgain(_ count: Int, _ error: Int32, _ descriptor: Int32) -> Bool {
    guard count < 0 else { return false }
    switch error {
    case EINTR: return true
    case EAGAIN:
      var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      // A reader that has gone ends the wait, too; the next write then tells.
      return Glibc.poll(&poll, 1, -1) >= 0 || errno == EINTR
    // EPIPE, EBADF, EIO, ENOSPC…: these bytes are lost, the next may get through.
    default: return false
    }
  }
}
