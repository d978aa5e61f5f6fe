import MountHealthCore

/// What the host's `/proc` says, by doors that tests close.
struct HostProcesses: Sendable {
  /// The mounts that this process sees, and those that others see, by their numbers; whatever cannot
  /// be read is left out.
  var mountTables: @Sendable (_ pids: [Int32]) async -> MountTables
  /// The threads of a container that no signal ends.
  ///
  /// `id` is the container's number, `pid` its first process, where that is known.
  var stuckTasks: @Sendable (_ id: String, _ pid: Int32?) async -> [StuckTask]
}

/// Mount tables of several processes at one time.
struct MountTables: Hashable, Sendable {
  /// Of this process.
  var own: MountTable?
  /// Of others, by the number of the process.
  var byPID: [Int32: MountTable] = [:]
}
