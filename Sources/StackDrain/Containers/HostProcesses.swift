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
  /// A process of each container, by the containers' numbers; those of which none is seen are left
  /// out.
  var processes: @Sendable (_ ids: [String]) async -> [String: Int32] = { _ in [:] }
  /// Where paths lead, without touching what might hang; `nil` where that cannot be had now.
  ///
  /// `places` are the configured paths of the pool and its branches, `sources` what containers mount.
  var realPaths: @Sendable (_ places: [String], _ sources: Set<String>) async -> RealPaths? = {
    _, _ in
    RealPaths()
  }
}

/// Where paths lead, and the mounts of the host at that time.
struct RealPaths: Hashable, Sendable {
  /// The paths without links, by those that were asked for; the same where one is left out.
  var byPath: [String: String] = [:]
  /// The mounts that this process sees; `nil` where they cannot be read.
  var table: MountTable?
}

/// Mount tables of several processes at one time.
struct MountTables: Hashable, Sendable {
  /// Of this process.
  var own: MountTable?
  /// Of others, by the number of the process.
  var byPID: [Int32: MountTable] = [:]
}
