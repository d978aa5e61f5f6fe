import JSONValue
import TimeText

/// How the containers of a pod end.
public struct StubPodEnd: Hashable, Sendable {
  /// What the container ends with.
  public var exitCode: Int
  /// What it wrote, beyond what it is known to have written.
  public var log: String
  /// Which one it is; `nil` for all, the log being that of the first.
  public var container: String?
  /// From running to the end.
  public var delay: Duration
  /// Whether the other containers run on: then the pod does.
  public var leavesOthers: Bool

  /// An end.
  ///
  /// - Parameters:
  ///   - exitCode: What the container ends with.
  ///   - log: What it wrote, beyond what it is known to have written.
  ///   - container: Which one it is, others ending with 0; `nil` for all.
  ///   - delay: From running to the end.
  ///   - leavesOthers: Whether the other containers run on.
  public init(
    _ exitCode: Int, log: String = "", container: String? = nil, after delay: Duration = .zero,
    leavesOthers: Bool = false
  ) {
    self.exitCode = exitCode
    self.log = log
    self.container = container
    self.delay = delay
    self.leavesOthers = leavesOthers
  }

  func code(of name: String?) -> Int {
    container == nil || container == name ? exitCode : 0
  }
}

/// Pods that somebody else runs.
struct PodRuns {
  /// Whether somebody else runs pods.
  var hasRunner = false
  /// Uids of pods that run there.
  var outside: Set<String> = []
  /// How pods end that are told.
  var ends: [String: StubPodEnd] = [:]
}

extension StubCluster {
  /// Lets every pod that starts from now on be run by somebody else.
  mutating func setRunner(_ isThere: Bool) { runs.hasRunner = isThere }

  /// A pod that somebody else ran came to its end there.
  ///
  /// - Parameters:
  ///   - uid: The pod's uid.
  ///   - end: How; `nil` where it lives as its habit says after all.
  mutating func finish(_ uid: String, _ end: StubPodEnd?) {
    guard runs.outside.remove(uid) != nil, let pod = pod(uid) else { return }
    if let end { runs.ends[uid] = end }
    if pod.isTerminating {
      alarms.add(.stop(uid), at: now)
    } else if end != nil {
      alarms.add(.exit(uid), at: now)
    } else if let exit = habit(of: pod).exitDelay {
      alarms.add(.exit(uid), at: now.advanced(by: exit))
    }
    advance(to: now)
  }

  /// The end of a pod's grace: whoever runs it kills it first.
  mutating func stopContainers(_ uid: String) {
    if runs.outside.contains(uid), let pod = pod(uid) { return notice(.killed, pod) }
    let end = runs.ends.removeValue(forKey: uid)
    if let end, let pod = pod(uid), !end.log.isEmpty {
      write(end.log, toLogOf: pod.name, in: pod.namespace ?? "", container: end.container)
    }
    endTermination(uid, exitCode: end?.exitCode ?? 137)
  }
}
