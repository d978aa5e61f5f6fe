import Pacing

/// Carries probes out, for a `MountMonitor`.
///
/// A prober belongs to the monitor's thread: nothing of it is called from another one. No call may
/// block, whatever the mounts do.
protocol Prober: AnyObject {
  /// The descriptors to poll, each with its poll(2) events.
  var descriptors: [(descriptor: Int32, events: Int16)] { get }
  /// When `turn` has to be called at the latest.
  var wake: Tick { get }
  /// Whether it is not known that somebody is at the probes that are out.
  var isSilent: Bool { get }
  /// Sends probes out.
  func begin(_ orders: [ProbeOrder], at now: Tick) -> [ProberEvent]
  /// Takes what has come in, and does what is due.
  ///
  /// - Parameters:
  ///   - now: The present.
  ///   - ready: Those of the descriptors that have something for us.
  /// - Returns: What has happened.
  func turn(at now: Tick, ready: [Int32]) -> [ProberEvent]
  /// Ends; probes that are out are abandoned. Takes a tenth of a second at the most.
  func stop()
}

/// What a prober tells.
enum ProberEvent: Hashable, Sendable {
  /// A probe is over.
  case answered(Flight, ProbeReport)
  /// Something about the probe worker changed.
  case worker(WorkerChange)
}

/// How a `MountMonitor` probes.
public enum ProberChoice: Hashable, Sendable {
  /// By threads of this process.
  ///
  /// Simple, and enough where mounts cannot hang. A thread in a hung FUSE or hard NFS mount cannot
  /// be killed: such a process stays behind as a zombie whose sockets stay bound, until the mount
  /// answers or its connection is aborted.
  case inProcess
  /// By a child process, started by this command: an absolute path and its arguments. The child has
  /// to call `ProbeWorker.main()` first thing.
  case worker(command: [String])
}
