public import K8sClient

/// What informers have of a cluster, at one time.
public struct ClusterSnapshot: Hashable, Sendable {
  /// Pods, Jobs and nodes.
  public var view: ClusterView
  /// Backups.
  public var sources: [ReplicationSource]
  /// Restores.
  public var destinations: [ReplicationDestination]

  /// A snapshot.
  public init(
    view: ClusterView, sources: [ReplicationSource] = [],
    destinations: [ReplicationDestination] = []
  ) {
    self.view = view
    self.sources = sources
    self.destinations = destinations
  }
}
