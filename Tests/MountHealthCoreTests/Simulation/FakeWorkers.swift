@testable import MountHealthCore

/// Worker processes as the kernel keeps them: generations of threads, each on a mount.
///
/// Stricter than the real thing: it knows which thread of which generation is on which mount, and
/// says so when a probe is sent to a mount that another thread is still on.
struct FakeWorkers {
  /// One process.
  struct Process {
    let pid: Int32
    /// It neither answers nor pongs.
    var isSilent = false
    var isKilled = false
    /// The mounts its threads are on, with the flight that each serves.
    var threads: [UInt32: Flight] = [:]
    /// The threads that SIGKILL does not free.
    var unkillable: Set<UInt32> = []

    /// Whether nothing keeps it from ending.
    var canEnd: Bool { isKilled && threads.isEmpty }
  }

  private(set) var processes: [Int32: Process] = [:]
  private var nextPID: Int32 = 100

  /// A process that begins to run.
  mutating func start() -> Int32 {
    nextPID += 1
    processes[nextPID] = Process(pid: nextPID)
    return nextPID
  }

  /// Changes a process, if it is still there.
  mutating func update(_ pid: Int32, _ change: (inout Process) -> Void) {
    if var process = processes[pid] {
      change(&process)
      processes[pid] = process
    }
  }

  /// Takes a process that has ended off the list.
  mutating func reap(_ pid: Int32) {
    processes[pid] = nil
  }

  /// Whether any thread of any generation is on the mount.
  func isBusy(_ mount: UInt32) -> Bool {
    processes.values.contains { $0.threads[mount] != nil }
  }

  var threadCount: Int { processes.values.reduce(0) { $0 + $1.threads.count } }

  /// Processes that run and were not killed.
  var running: [Process] { processes.values.filter { !$0.isKilled } }
}
