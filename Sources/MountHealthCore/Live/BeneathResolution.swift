import CLinux
import Glibc

/// Names a file below `root` without opening it, and without ever leaving `root`.
///
/// openat2(2) with RESOLVE_BENEATH does it in one call. Where that call is not to be had (kernels
/// before 5.6, seccomp profiles from before it), the path is walked by hand.
func openBeneath(_ root: Int32, _ path: CanaryPath) throws(ProbeInterruption) -> Descriptor {
  guard hasOpenat2 else { return try BeneathWalk(root: root).open(path.description) }
  // EAGAIN: a rename went on elsewhere, and the kernel could not be sure (openat2(2)).
  for _ in 0..<8 {
    let result = clinux_open_path_beneath(root, path.description)
    if result < 0, errno == EAGAIN { continue }
    if result < 0, errno == EXDEV { throw .stopped(.escapes) }
    return try Descriptor(at: .lookup, result)
  }
  throw .failed(.lookup, ErrorNumber(rawValue: EAGAIN))
}

/// Whether the kernel lets this process call openat2(2).
private let hasOpenat2: Bool = {
  let result = clinux_open_path_beneath(AT_FDCWD, ".")
  guard result >= 0 else { return errno != ENOSYS && errno != EPERM }
  close(result)
  return true
}()

/// A walk along a path, one component after the other, that stays below its root.
struct BeneathWalk: ~Copyable {
  private let root: Int32
  // The directories from below the root to where the walk is; all are closed at the end.
  private var stack: [Int32] = []

  /// A walk that begins at an open directory.
  init(root: Int32) {
    self.root = root
  }

  deinit {
    for directory in stack { close(directory) }
  }

  /// Walks to the file that a relative path names; follows links as long as they stay below.
  consuming func open(_ path: String) throws(ProbeInterruption) -> Descriptor {
    var remaining: [String] = Self.components(of: path).reversed()
    var linksLeft = 40  // as the kernel: path_resolution(7)
    while let component = remaining.popLast() {
      if component == "." || component == ".." {
        // Only a directory has these two.
        _ = try Descriptor(at: .lookup, clinux_open_component(stack.last ?? root, "."))
        guard component == ".." else { continue }
        guard let left = stack.popLast() else { throw .stopped(.escapes) }
        close(left)
        continue
      }
      let next = try Descriptor(
        at: .lookup, clinux_open_component(stack.last ?? root, component))
      guard let target = linkTarget(of: next.number) else {
        stack.append(next.release())
        continue
      }
      linksLeft -= 1
      guard linksLeft >= 0 else { throw .failed(.lookup, .tooManyLinks) }
      guard target.first != "/" else { throw .stopped(.escapes) }
      remaining += Self.components(of: target).reversed()
    }
    guard let last = stack.popLast() else {
      // Every component was a `.` or was taken back: the root itself.
      return try Descriptor(at: .lookup, clinux_open_component(root, "."))
    }
    return try Descriptor(at: .lookup, last)
  }

  /// The components of a path; a slash at its end asks for a directory, as a dot does.
  private static func components(of path: String) -> [String] {
    let slash = UInt8(ascii: "/")
    let components = path.utf8.split(separator: slash).map { String(Substring($0)) }
    return path.utf8.last == slash ? components + ["."] : components
  }

  private func linkTarget(of descriptor: Int32) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4097) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let count = clinux_read_link(descriptor, base, UInt(buffer.count))
      guard count > 0 else { return nil }
      return String(decoding: UnsafeRawBufferPointer(start: base, count: count), as: UTF8.self)
    }
  }
}
