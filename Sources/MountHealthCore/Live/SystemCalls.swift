import CLinux
import Glibc
public import Pacing
import Threads

/// The errno of the calling thread.
var currentError: ErrorNumber { ErrorNumber(rawValue: errno) }

/// An open file descriptor that is closed when its owner ends.
struct Descriptor: ~Copyable {
  let number: Int32

  /// Takes what a system call returned.
  ///
  /// - Throws: The errno, if the call failed.
  init(_ result: Int32) throws(ErrorNumber) {
    guard result >= 0 else { throw currentError }
    number = result
  }

  /// Gives the number away; whoever takes it closes it.
  consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }

  deinit {
    close(number)
  }
}

extension ErrorNumber: Error {}

/// The two descriptors of a pipe or a pair of sockets; whoever makes one closes both.
///
/// - Parameter call: pipe(2) or socketpair(2).
/// - Returns: The two, in the order of the call.
/// - Throws: The errno.
func makePair(
  _ call: (UnsafeMutablePointer<Int32>) -> Int32
) throws(ErrorNumber) -> (first: Int32, second: Int32) {
  let ends = UnsafeMutablePointer<Int32>.allocate(capacity: 2)
  defer { ends.deallocate() }
  ends.initialize(repeating: -1, count: 2)
  guard call(ends) == 0 else { throw currentError }
  return (ends[0], ends[1])
}

extension Tick {
  /// The present on the kernel's monotonic clock (clock_gettime(2), CLOCK_MONOTONIC): it is not
  /// moved by clock steps and stands still while the machine sleeps.
  public static func now() -> Tick {
    Tick(nanoseconds: clinux_monotonic_time())
  }
}

/// Reads up to `limit` bytes of a small file of the kernel's (`/proc`, `/sys`): never of a mount.
///
/// - Throws: The errno.
package func readKernelFile(_ path: String, limit: Int) throws(ErrorNumber) -> [UInt8] {
  let file = try Descriptor(open(path, O_RDONLY | O_CLOEXEC))
  return try readToEnd(of: file.number, limit: limit)
}

/// Reads from a descriptor until its end or until there are `limit` bytes.
func readToEnd(of descriptor: Int32, limit: Int) throws(ErrorNumber) -> [UInt8] {
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: min(limit, 1 << 16))
  while bytes.count < limit {
    let count = chunk.withUnsafeMutableBytes {
      read(descriptor, $0.baseAddress, min($0.count, limit - bytes.count))
    }
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw currentError }
    guard count > 0 else { break }
    bytes += chunk[..<count]
  }
  return bytes
}

/// Starts a detached thread with a small stack, on which no signal arrives.
///
/// - Throws: The errno of pthread_create(3): EAGAIN at a limit of processes.
package func startThread(_ body: @escaping @Sendable () -> Void) throws(ErrorNumber) {
  let error = startDetachedThread(body)
  guard error == 0 else { throw ErrorNumber(rawValue: error) }
}
