import Glibc

/// A file of `/proc`, read to its end.
///
/// Foundation takes a short read for the end, and the kernel gives a long table a page at a time.
enum KernelFile {
  static func text(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The mounts that this process sees, one a line.
  static var mounts: String {
    get throws {
      guard let table = text("/proc/self/mountinfo") else {
        throw KitError("/proc/self/mountinfo cannot be read")
      }
      return table
    }
  }
}
