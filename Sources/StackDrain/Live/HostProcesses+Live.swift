import Glibc
import MountHealthCore
import Synchronization
import Threads

extension HostProcesses {
  /// The `/proc` of this host. Each question has a thread of its own, for reading blocks; nothing is
  /// read that could wait for a mount (such as a command line, which waits for the memory of a process
  /// that itself waits).
  static var live: HostProcesses {
    let lane = LinkLane()
    return HostProcesses(
      mountTables: { pids in
        await onThread(otherwise: MountTables()) {
          var tables = MountTables(own: mountTable("self"))
          guard tables.own != nil else { return tables }
          for pid in pids { tables.byPID[pid] = mountTable("\(pid)") }
          return tables
        }
      },
      stuckTasks: { id, pid in
        await onThread(otherwise: []) {
          let first = StuckSearch(container: id, firstProcess: pid).tasks()
          guard !first.isEmpty else { return [] }
          // A wait for a disk is state D as well, and over in a moment.
          usleep(200_000)
          let second = StuckSearch(container: id, firstProcess: pid).tasks()
          return second.filter { task in first.contains { $0.tid == task.tid } }
        }
      },
      processes: { ids in
        await onThread(otherwise: [:]) { containerProcesses(ids) }
      },
      realPaths: { places, sources in
        // One at a time: a root disk that hangs costs one thread.
        guard
          lane.isReading.compareExchange(expected: false, desired: true, ordering: .acquiring)
            .exchanged
        else { return nil }
        return await onThread(
          otherwise: nil, afterwards: { lane.isReading.store(false, ordering: .releasing) }
        ) {
          realPaths(places, sources)
        }
      })
  }

  private static func realPaths(_ places: [String], _ sources: Set<String>) -> RealPaths? {
    // Without the mounts nobody knows what might hang.
    guard let table = mountTable("self") else { return nil }
    var walk = LinkWalk(table, read: link)
    var paths = RealPaths(byPath: walk.follow(places: places), table: table)
    for source in sources where paths.byPath[source] == nil {
      paths.byPath[source] = walk.follow(source)
    }
    return paths
  }

  private static func link(_ path: String) -> String? {
    var bytes = [CChar](repeating: 0, count: LinkWalk.maximumBytes + 1)
    let count = readlink(path, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func containerProcesses(_ ids: [String]) -> [String: Int32] {
    var found: [String: Int32] = [:]
    // The least number is most likely its first process.
    for pid in KernelText.numbers(in: "/proc").sorted() where found.count < ids.count {
      guard let group = KernelText.read("/proc/\(pid)/cgroup", limit: 16 << 10) else { continue }
      for id in ids where found[id] == nil && TaskText.cgroup(group, isOf: id) { found[id] = pid }
    }
    return found
  }

  private static func mountTable(_ process: String) -> MountTable? {
    KernelText.read("/proc/\(process)/mountinfo", limit: MountTable.maximumBytes)
      .map { MountTable(parsing: $0) }
  }

  private static func onThread<Result: Sendable>(
    otherwise: Result, afterwards: @escaping @Sendable () -> Void = {},
    _ body: @escaping @Sendable () -> Result
  ) async -> Result {
    await withCheckedContinuation { continuation in
      let error = startDetachedThread {
        let result = body()
        afterwards()
        continuation.resume(returning: result)
      }
      guard error != 0 else { return }
      afterwards()
      continuation.resume(returning: otherwise)
    }
  }
}

/// Of one user of `/proc`: whether its links are being read.
private final class LinkLane: Sendable {
  let isReading = Atomic(false)
}

/// A search for threads of a container that no signal ends.
private struct StuckSearch {
  let container: String
  let firstProcess: Int32?

  func tasks() -> [StuckTask] {
    var members: [Int32] = []
    var parents: [Int32: Int32] = [:]
    for pid in KernelText.numbers(in: "/proc") {
      guard let group = KernelText.read("/proc/\(pid)/cgroup", limit: 16 << 10) else { continue }
      if TaskText.cgroup(group, isOf: container) { members.append(pid) }
      if firstProcess != nil, let stat = stat("/proc/\(pid)/stat") { parents[pid] = stat.parent }
    }
    // An engine without control groups: its first process and whatever descends from it.
    if members.isEmpty, let firstProcess { members = descendants(of: firstProcess, parents) }
    return members.flatMap(stuckThreads)
  }

  private func descendants(of first: Int32, _ parents: [Int32: Int32]) -> [Int32] {
    var found = parents[first] == nil ? [] : [first]
    var index = 0
    while index < found.count {
      for (child, parent) in parents where parent == found[index] && !found.contains(child) {
        found.append(child)
      }
      index += 1
    }
    return found
  }

  private func stuckThreads(of pid: Int32) -> [StuckTask] {
    KernelText.numbers(in: "/proc/\(pid)/task").compactMap { thread in
      let folder = "/proc/\(pid)/task/\(thread)"
      guard let stat = stat("\(folder)/stat"), stat.state == UInt8(ascii: "D") else { return nil }
      return StuckTask(
        pid: pid, tid: thread, name: stat.name,
        waitsIn: KernelText.read("\(folder)/wchan", limit: 256).map(TaskText.wchan) ?? "",
        stack: KernelText.read("\(folder)/stack", limit: 8 << 10).map(TaskText.stack) ?? [])
    }
  }

  private func stat(_ path: String) -> (name: String, state: UInt8, parent: Int32)? {
    KernelText.read(path, limit: 4 << 10).flatMap(TaskText.stat)
  }
}

/// Small files and folders of `/proc`.
private enum KernelText {
  /// The beginning of a file; `nil` where it cannot be read.
  static func read(_ path: String, limit: Int) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(limit, 1 << 16))
    while bytes.count < limit {
      let count = chunk.withUnsafeMutableBytes {
        Glibc.read(file, $0.baseAddress, min($0.count, limit - bytes.count))
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return bytes
  }

  /// The entries of a folder that are numbers.
  static func numbers(in folder: String) -> [Int32] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var found: [Int32] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let number = Int32(name) { found.append(number) }
    }
    return found
  }
}
