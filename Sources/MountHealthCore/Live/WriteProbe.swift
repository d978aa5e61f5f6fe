import CLinux
import Glibc

/// Writes a small file of our own, brings it to the medium, and takes it away again.
///
/// The file's name holds the host's name, so that replicas that share a mount do not meet.
struct WriteProbe {
  private let path: String

  /// A write probe beside the canary, or in the mount's own directory.
  init(_ target: Probe.Target) {
    var folder = ""
    if case .canary(let canary) = target, let slash = canary.description.lastIndex(of: "/") {
      folder = String(canary.description[...slash])
    }
    path = folder + ".mountmon-write." + hostName
  }

  /// Takes the steps.
  func run(below root: Int32) throws(ProbeInterruption) {
    let flags = O_CREAT | O_WRONLY | O_TRUNC | O_NOFOLLOW | O_NONBLOCK
    var result = clinux_open_beneath(root, path, flags, 0o600)
    if result < 0, errno == ENOSYS { result = clinux_open_at(root, path, flags, 0o600) }
    if result < 0, errno == EXDEV { throw .stopped(.escapes) }
    let file = try Descriptor(at: .write, result)
    // Whatever fails from here on, nothing of ours is to stay behind.
    do {
      try fill(file)
    } catch {
      _ = clinux_unlink(root, path)
      throw error
    }
    guard clinux_unlink(root, path) == 0 else { throw .failed(.remove, currentError) }
  }

  private func fill(_ file: consuming Descriptor) throws(ProbeInterruption) {
    let content = Array("written by mountmon to see whether it can be\n".utf8)
    let written = content.withUnsafeBytes { write(file.number, $0.baseAddress, $0.count) }
    guard written >= 0 else { throw .failed(.write, currentError) }
    guard written == content.count else { throw .failed(.write, .noSpace) }
    guard fsync(file.number) == 0 else { throw .failed(.sync, currentError) }
    // Some file systems report a failed write only here: close(2).
    guard close(file.release()) == 0 else { throw .failed(.sync, currentError) }
  }
}

private let hostName: String = {
  var name = [CChar](repeating: 0, count: 256)
  guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
  return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}()
