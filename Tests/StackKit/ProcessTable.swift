import Foundation
package import Glibc

/// What `/proc` says of processes and mounts.
package enum ProcessTable {
  /// A file of the kernel's, read to its end.
  package static func text(_ path: String) -> String? {
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

  /// All processes.
  package static var all: [pid_t] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
  }

  /// Processes in a control group whose path holds this text, such as the number of a container.
  package static func inControlGroup(of text: String) -> [pid_t] {
    all.filter { self.text("/proc/\($0)/cgroup")?.contains(text) == true }
  }

  /// Processes with this text among their arguments; those that wait in the kernel are not asked, for
  /// they may keep their arguments to themselves.
  package static func withArgument(_ text: String) -> [pid_t] {
    all.filter {
      $0 != getpid() && state(of: $0) != "D"
        && self.text("/proc/\($0)/cmdline")?.contains(text) == true
    }
  }

  /// The letter of `/proc/PID/stat`; `nil` where there is no such process.
  package static func state(of pid: pid_t) -> Character? {
    text("/proc/\(pid)/stat")?.split(separator: ")").last?.first { !$0.isWhitespace }
  }

  /// Whether it runs; PID 1 may let a zombie lie for long.
  package static func isAlive(_ pid: pid_t) -> Bool {
    let state = state(of: pid)
    return state != nil && state != "Z" && state != "X"
  }

  /// Where something is mounted at or below a folder, the deepest last.
  package static func mountPoints(atOrBelow path: String) -> [String] {
    (text("/proc/self/mountinfo") ?? "").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 4 else { return nil }
      let point = String(fields[4])
      return point == path || point.hasPrefix(path + "/") ? point : nil
    }
  }

  /// Takes away all that is mounted at or below a folder.
  package static func unmount(atOrBelow path: String) async {
    for _ in 0..<5 {
      let points = mountPoints(atOrBelow: path)
      if points.isEmpty { return }
      for point in points.reversed() {
        _ = try? await Program.run(["umount", "-l", point], within: .seconds(10))
      }
    }
  }
}
