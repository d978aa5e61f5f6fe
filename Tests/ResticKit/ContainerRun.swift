import CLinux
import Foundation
package import Glibc
import StackKit

/// One container that runs, or has run.
package final class ContainerRun: Sendable {
  /// Its name in the pod.
  package let name: String
  /// What it takes for the name of its host.
  package let host: String
  /// When it was started, in nanoseconds since 1970.
  package let began: Int64
  private let room: GuardedFolder
  private var folder: KitFolder { room.folder }
  private let program: Program
  private let log: String

  init(_ spec: ContainerSpec, entry: MoverEntry) async throws {
    room = try GuardedFolder()
    let folder = room.folder
    name = spec.name
    host = spec.host
    log = folder.path + "/log"
    _ = try folder.folder("root")
    try folder.write("entry.sh", entry.text)
    try folder.write("build.sh", ContainerScript.build(spec, in: folder))
    began = clinux_wall_time()
    program = try Program(
      ["sh", "-c", ContainerScript.supervisor, "sh", folder.path], log: log)
    let pidFile = folder.path + "/pid"
    guard await holds({ access(pidFile, R_OK) == 0 || !program.isRunning }) else {
      throw KitFault("container \(name) did not start: \(output)")
    }
  }

  /// Its exit code, or 128 and the signal; `nil` while it runs.
  package var code: Int32? { program.code }
  package var isRunning: Bool { program.isRunning }

  /// When it ended, in nanoseconds since 1970; `nil` while it runs.
  package var ended: Int64? {
    guard code != nil else { return nil }
    let time = clinux_modification_time(folder.path + "/code")
    return time < 0 ? clinux_wall_time() : time
  }

  /// All that it has written, also while it runs.
  package var output: String {
    FileManager.default.contents(atPath: log).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Waits for its end; `nil` where that does not come in time.
  @discardableResult
  package func wait(within limit: Duration = .seconds(60)) async -> Int32? {
    _ = await holds(within: limit) { !program.isRunning }
    return code
  }

  /// Its first process, by the numbers of this machine; `nil` before it is there and after its end.
  package var firstProcess: pid_t? {
    guard let outer, let children = ProcessTable.text("/proc/\(outer)/task/\(outer)/children")
    else { return nil }
    // Until its process table is its own, what is there still builds it.
    let inner = children.split(separator: " ").compactMap { pid_t($0) }.first
    guard let inner, let own = Self.table(of: inner), own != Self.table(of: outer) else {
      return nil
    }
    return inner
  }

  /// What started it and waits for it.
  private var outer: pid_t? {
    ProcessTable.text(folder.path + "/pid").flatMap {
      pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  /// All of its processes of that name (`restic`), by the numbers of this machine.
  package func processes(named name: String) -> [pid_t] {
    guard let first = firstProcess, let table = Self.table(of: first) else { return [] }
    return ProcessTable.all.filter { pid in
      Self.table(of: pid) == table
        && ProcessTable.text("/proc/\(pid)/comm")?.trimmingCharacters(in: .newlines) == name
    }
  }

  private static func table(of pid: pid_t) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/pid")
  }

  /// Sends a signal to all of its processes of that name.
  package func send(_ signal: Int32, to name: String) {
    for pid in processes(named: name) { Glibc.kill(pid, signal) }
  }

  /// All of it dies at once, as when its node does. Returns when it is dead.
  package func kill() async {
    await end(with: SIGKILL, grace: .zero)
  }

  /// SIGTERM to its first process, and SIGKILL after the grace, as a kubelet does.
  package func terminate(grace: Duration = .seconds(2)) async {
    await end(with: SIGTERM, grace: grace)
  }

  private func end(with signal: Int32, grace: Duration) async {
    // In a task of its own, so that a test that was cancelled is cleaned up all the same.
    await Task {
      _ = await holds(within: .seconds(10)) { firstProcess != nil || !program.isRunning }
      let first = firstProcess
      if signal != SIGKILL {
        if let first { Glibc.kill(first, signal) }
        _ = await holds(within: grace) { !program.isRunning }
      }
      // The first process dies with what started it, and all others with the first.
      if let outer, program.isRunning { Glibc.kill(outer, SIGKILL) }
      let isOver = await holds(within: .seconds(20)) {
        !program.isRunning && !(first.map(ProcessTable.isAlive) ?? false)
      }
      guard !isOver else { return }
      Glibc.kill(-program.pid, SIGKILL)
      _ = await holds(within: .seconds(5)) { !program.isRunning }
    }.value
  }

  /// Ends it, and takes away all that it made, its log too. May come twice.
  package func remove() async {
    if program.isRunning { await kill() }
    await room.remove()
  }
}
