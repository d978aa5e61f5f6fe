import Foundation
import Glibc

/// A file that nobody else sees: it has no name.
struct ScratchFile {
  let handle: FileHandle

  init() throws {
    var template = Array("/tmp/mountmon-kit-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw KitError("making a scratch file: errno \(errno)") }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// How many bytes were written so far.
  var size: Int {
    var information = stat()
    return fstat(handle.fileDescriptor, &information) == 0 ? Int(information.st_size) : 0
  }

  /// What was written so far, after the first `start` bytes.
  func text(from start: Int = 0) -> String {
    var bytes = [UInt8](repeating: 0, count: max(0, size - start))
    let count = pread(handle.fileDescriptor, &bytes, bytes.count, off_t(start))
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
