import Foundation
import Glibc

/// What `/proc` tells of a process.
struct ProcessView: Hashable {
  let pid: pid_t

  /// Its threads.
  var threads: Set<pid_t> { Set(Self.numbers(in: "/proc/\(pid)/task")) }

  /// What its descriptors lead to, by number.
  var descriptors: [Int: String] {
    var found: [Int: String] = [:]
    for number in Self.numbers(in: "/proc/\(pid)/fd") {
      let target = try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/\(pid)/fd/\(number)")
      found[Int(number)] = target
    }
    return found
  }

  /// Its children.
  var children: [ProcessView] {
    Self.numbers(in: "/proc").filter { Self.parent(of: $0) == pid }.sorted().map(ProcessView.init)
  }

  /// A line of its status, such as `VmRSS` or `SigBlk`.
  func status(_ key: String) -> String? {
    let text = KernelFile.text("/proc/\(pid)/status")
    let line = text?.split(separator: "\n").first { $0.hasPrefix(key + ":") }
    return line.map { $0.dropFirst(key.count + 1).trimmingCharacters(in: .whitespaces) }
  }

  /// Its highest memory so far, in bytes.
  var peakMemory: Int? {
    status("VmHWM")?.split(separator: " ").first.flatMap { Int($0) }.map { $0 << 10 }
  }

  /// Its arguments.
  var arguments: [String] {
    let text = KernelFile.text("/proc/\(pid)/cmdline")
    return (text ?? "").split(separator: "\0").map(String.init)
  }

  /// Whether it still runs: a zombie does not.
  var isAlive: Bool {
    let state = Child.state(of: pid)
    return state != nil && state != "Z" && state != "X"
  }

  /// Whether anything of it is left that could hold a mount: a thread, be its leader a zombie.
  var isPresent: Bool { !threads.filter { Self.isThreadAlive(pid, $0) }.isEmpty }

  private static func isThreadAlive(_ pid: pid_t, _ thread: pid_t) -> Bool {
    let stat = KernelFile.text("/proc/\(pid)/task/\(thread)/stat")
    let state = stat?.split(separator: ")").last?.first { !$0.isWhitespace }
    return state != nil && state != "Z" && state != "X"
  }

  private static func parent(of pid: pid_t) -> pid_t? {
    let stat = KernelFile.text("/proc/\(pid)/stat")
    let fields = stat?.split(separator: ")").last?.split(separator: " ")
    return fields.flatMap { $0.count > 1 ? pid_t($0[1]) : nil }
  }

  private static func numbers(in folder: String) -> [pid_t] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap { pid_t($0) }
  }
}
