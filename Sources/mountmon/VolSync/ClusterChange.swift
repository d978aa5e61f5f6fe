import K8sClient
import ResticUnlock
import TimeText

/// A change of what is watched; `scope` is the namespace of the watch, empty for all.
enum ClusterChange: Sendable {
  case pods(WatchChange<Pod>, scope: String)
  case jobs(WatchChange<Job>, scope: String)
  case nodes(WatchChange<Node>)
  case sources(WatchChange<ReplicationSource>, scope: String)
  case destinations(WatchChange<ReplicationDestination>, scope: String)
}

extension ClusterMirror {
  /// Takes in a change.
  ///
  /// - Returns: Whether anything is otherwise that counts for locks.
  mutating func take(_ change: ClusterChange, at now: Timestamp) -> Bool {
    switch change {
    case .pods(let change, let scope): take(change, of: scope, at: now)
    case .jobs(let change, let scope): take(change, of: scope)
    case .nodes(let change): take(change, at: now)
    case .sources(let change, let scope): take(change, of: scope)
    case .destinations(let change, let scope): take(change, of: scope)
    }
  }
}
