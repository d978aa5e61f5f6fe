public import JSONValue
import Pacing
public import TimeText

/// A cluster as its API server shows it: objects, their history, and the controllers that a client
/// meets. It reads no clock and opens no socket: time and requests are given to it.
public struct StubCluster: Sendable {
  /// The latest time that it was told.
  public internal(set) var now: Timestamp
  /// The revision of the latest change, which lists show as their resourceVersion.
  public internal(set) var revision = 1
  /// Every request, in order.
  public internal(set) var log: [StubExchange] = []
  /// What clients did that they should not; a test expects none.
  public internal(set) var violations: [StubViolation] = []
  /// Whether a violation is also answered with 400, as far as the real server does not refuse it.
  public var refusesViolations = true
  /// How pods live.
  public var pods = PodHabits()
  /// Changes each pod when it is made, as webhooks do.
  public var podAdmission: (@Sendable (inout JSONValue) -> Void)?
  /// How a pod ends that runs now; `nil` for as its habit says, or as ``StubAPIServer/runPods(_:)`` does.
  public var podScript: (@Sendable (JSONValue) -> StubPodEnd?)?
  /// Whether any request for Secrets is a violation.
  public var forbidsSecrets = false
  /// How VolSync works; `nil` where it is not installed.
  public var volSync: VolSyncHabits?
  /// Which text `/readyz` and its like give.
  public var health = StubHealth()
  /// How long a watch lasts that names no end.
  public var watchTimeout: Duration = .seconds(1800)
  /// How long a token still works after it was revoked.
  public var revocationLag: Duration = .zero

  /// By how many revisions reads with `resourceVersion=0` are behind: any real cache may be.
  public var cacheLag = 0

  var catalog = StubCatalog()
  var objects: [ResourceGroup: [ObjectName: JSONValue]] = [:]
  var changes: [Change] = []
  /// The oldest revision at which lists can still be read.
  var listFloor = 0
  /// The oldest revision from which a watch can still be resumed.
  var watchFloor = 0
  var tokens: [String: TokenRecord] = [:]
  var streams: [StubStreamID: OpenStream] = [:]
  var streamCount = 0
  var alarms = AlarmQueue()
  var generator: SeededGenerator
  /// Endings of the next generated names; random ones after them.
  var plannedSuffixes: [String] = []
  var notices: [StubPodNotice] = []
  var owners = FieldOwners()
  var logs = PodLogs()
  var jobCounts: [String: JobCount] = [:]
  var runs = PodRuns()
  var nodes = NodeStates()
  /// When VolSync makes the next mover of what it deleted one, by uid.
  var nextMover: [String: Timestamp] = [:]
  /// When VolSync looks again at what it has nothing to do for, by uid.
  var nextLook: [String: Timestamp] = [:]

  /// A cluster with the namespaces `default` and `kube-system` and one node, `fake-node`.
  ///
  /// - Parameters:
  ///   - now: The time it begins at.
  ///   - seed: Where uids and generated names come from.
  public init(at now: Timestamp = Timestamp(seconds: 1_767_323_045), seed: UInt64 = 1) {
    self.now = now
    generator = SeededGenerator(seed: seed)
    addNamespace("default")
    addNamespace("kube-system")
    create(["apiVersion": "v1", "kind": "Node", "metadata": ["name": "fake-node"]])
  }

  /// Serves another kind of custom resource from now on.
  ///
  /// - Parameter resource: The resource; it takes the place of one with the same name.
  public mutating func register(_ resource: StubResource) { catalog.add(resource) }

  /// Creates a namespace unless it is there.
  ///
  /// - Parameter name: Its name.
  public mutating func addNamespace(_ name: String) {
    guard let type = catalog["", "namespaces"], object(type, ObjectName(nil, name)) == nil else {
      return
    }
    create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
  }

  /// Forgets everything that is past: continue tokens expire, and watches can only be resumed from
  /// the latest revision.
  public mutating func expire() {
    expireLists()
    expireWatches()
  }

  /// Forgets past states, so that continue tokens and exact lists get 410.
  public mutating func expireLists() { listFloor = revision }

  /// Forgets past changes, so that watches from older revisions get an ERROR event of 410.
  public mutating func expireWatches() { watchFloor = revision }

  /// A copy of an object.
  ///
  /// - Parameters:
  ///   - kind: Its kind, `Pod`.
  ///   - name: Its name.
  ///   - namespace: Its namespace; `nil` for what has none.
  /// - Returns: `nil` where it does not exist.
  public func object(_ kind: String, _ name: String, in namespace: String? = nil) -> JSONValue? {
    guard let type = catalog.resources.first(where: { $0.kind == kind }) else { return nil }
    return object(type, ObjectName(namespace, name))
  }

  /// Copies of all objects of a kind, in order of namespace and name.
  ///
  /// - Parameters:
  ///   - kind: Their kind, `Pod`.
  ///   - namespace: Their namespace; `nil` for all.
  /// - Returns: The objects.
  public func all(_ kind: String, in namespace: String? = nil) -> [JSONValue] {
    guard let type = catalog.resources.first(where: { $0.kind == kind }) else { return [] }
    return (objects[type.store] ?? [:]).sorted { $0.key < $1.key }
      .filter { namespace == nil || $0.key.namespace == namespace }.map(\.value)
  }
}

/// Namespace and name.
struct ObjectName: Hashable, Comparable {
  var namespace: String?
  var name: String

  init(_ namespace: String?, _ name: String) {
    self.namespace = namespace
    self.name = name
  }

  /// As keys are ordered in the store.
  var path: String { namespace.map { "\($0)/\(name)" } ?? name }

  static func < (one: ObjectName, other: ObjectName) -> Bool {
    Array(one.path.utf8).lexicographicallyPrecedes(Array(other.path.utf8))
  }
}

/// One change of one object.
struct Change {
  enum Kind: String { case added = "ADDED", modified = "MODIFIED", deleted = "DELETED" }

  var kind: Kind
  var revision: Int
  var type: StubResource
  var name: ObjectName
  /// As it is after the change; what is deleted has the revision of its deletion.
  var object: JSONValue
  var previous: JSONValue?
}
