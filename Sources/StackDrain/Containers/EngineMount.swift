/// A folder of the host that a container mounts, as the engine tells it.
struct EngineMount: Hashable, Sendable {
  /// Where on the host.
  var source: String
  /// Where in the container.
  var destination: String
  /// The volume that it is, for one that is.
  var volume: String?
}

/// A container of the engine's list.
struct ListedContainer: Hashable, Sendable {
  /// Its number: 64 hexadecimal digits.
  var id: String
  /// What everybody else needs to know.
  var snapshot: ContainerSnapshot
  /// Its mounts.
  var mounts: [EngineMount]
}
