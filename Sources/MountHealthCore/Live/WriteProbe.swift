import CLinux
import Glibc

/// Writes a small file of our own, brings it to the medium, and takes it away again.
///
/// The file's name holds the host's name, so that replicas that share a mount do not meet.
struct WriteProbe {
  // The folder of the canary, below the mount; `nil`: the mount's own directory.
  private let folder: CanaryPath?
  private let name = ".mountmon-write." + hostName

  /// A write probe beside the canary, or in the mount's own directory.
  init(_ target: Probe.Target) {
    guard case .canary(let canary) = target, let slash = canary.description.utf8.lastIndex(of: 0x2F)
    else {
      folder = nil
      return
    }
    folder = try? CanaryPath(String(canary.description[..<slash]))
  }

  /// Takes the steps.
  func run(below root: Int32) throws(ProbeInterruption) {
    guard let folder else { return try write(in: root) }
    let place = try openBeneath(root, folder)
    try write(in: place.number)
  }

  private func write(in directory: Int32) throws(ProbeInterruption) {
    let flags = O_CREAT | O_WRONLY | O_TRUNC | O_NOFOLLOW | O_NONBLOCK
    let file = try Descriptor(at: .write, clinux_open_at(directory, name, flags, 0o600))
    // Whatever fails from here on, nothing of ours is to stay behind.
    do {
      try fill(file)
    } catch {
      _ = clinux_unlink(directory, name)
      throw error
    }
    guard clinux_unlink(directory, name) == 0 else {
      // Another probe of this host, by another path to the same folder, took it away.
      if currentError == .noEntry { return }
      throw .failed(.remove, currentError)
    }
  }

  private func fill(_ file: consuming Descriptor) throws(ProbeInterruption) {
    let content = Array("written by mountmon to see whether it can be\n".utf8)
    let written = content.withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) }
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
