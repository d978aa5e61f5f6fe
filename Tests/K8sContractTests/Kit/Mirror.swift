import K8sClient
import Pacing
import Synchronization
import Testing

/// What a watch told, applied in its order, and whether it was consistent.
struct MirroredSet<Kind: Resource> {
  private(set) var objects: [ObjectKey: Kind] = [:]
  private(set) var faults: [String] = []
  private(set) var isSynced = false
  private(set) var interruptions: [KubernetesError] = []
  private(set) var resumptions = 0
  /// What happened: `added a`, in order.
  private(set) var story: [String] = []

  /// The version of each object, by its name.
  var versions: [String: String] {
    var versions: [String: String] = [:]
    for (key, object) in objects {
      versions[key.name] = object.metadata.resourceVersion?.description ?? ""
    }
    return versions
  }

  mutating func take(_ change: WatchChange<Kind>) {
    switch change {
    case .added(let object):
      let key = Self.key(object)
      story.append("added \(key.name)")
      if objects.updateValue(object, forKey: key) != nil { faults.append("added twice: \(key)") }
    case .modified(let object):
      let key = Self.key(object)
      story.append("modified \(key.name)")
      let former = objects.updateValue(object, forKey: key)
      if former?.metadata.uid != object.metadata.uid {
        faults.append("modified, and another one was added: \(key)")
      }
    case .deleted(let departed):
      story.append("deleted \(departed.key.name)")
      let former = objects.removeValue(forKey: departed.key)
      if former?.metadata.uid?.description != departed.uid {
        faults.append("deleted, and another one was added: \(departed.key)")
      }
    case .synced:
      if isSynced { faults.append("synced twice") }
      isSynced = true
    case .interrupted(let error): interruptions.append(error)
    case .resumed: resumptions += 1
    }
  }

  private static func key(_ object: Kind) -> ObjectKey {
    ObjectKey(
      namespace: object.metadata.namespace?.description ?? "",
      name: object.metadata.name?.description ?? "")
  }
}

/// A watch that is read all the time, for a test to look at.
final class Follower<Kind: Resource>: Sendable {
  private let state: Mutex<(set: MirroredSet<Kind>, counts: WatchMachine.Counts)>

  private init(_ counts: WatchMachine.Counts) {
    state = Mutex((set: MirroredSet<Kind>(), counts: counts))
  }

  var set: MirroredSet<Kind> { state.withLock { $0.set } }
  var counts: WatchMachine.Counts { state.withLock { $0.counts } }

  /// Follows a watch while something is done; ends it afterwards.
  static func with(
    _ watch: Watch<Kind>, _ body: (Follower<Kind>) async throws -> Void
  ) async throws {
    let follower = Follower(watch.makeAsyncIterator().counts)
    let reader = Task {
      var iterator = watch.makeAsyncIterator()
      while let change = await iterator.next() {
        let counts = iterator.counts
        follower.state.withLock { state in
          state.set.take(change)
          state.counts = counts
        }
      }
    }
    let outcome = await result { try await body(follower) }
    reader.cancel()
    await reader.value
    try outcome.get()
    #expect(follower.set.faults == [])
  }

  /// Waits until the set is what a list of the same objects says.
  func expectSet(
    of client: ResourceClient<Kind>, matching labels: LabelSelector = .everything,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let list = try await client.list(matching: labels)
    var expected: [String: String] = [:]
    for object in list.items {
      expected[object.metadata.name?.description ?? ""] =
        object.metadata.resourceVersion?.description
    }
    let isEqual = await eventually { set.isSynced && set.versions == expected }
    #expect(isEqual, "\(set.versions) is not \(expected)", sourceLocation: sourceLocation)
  }
}

extension WatchPolicy {
  /// Short pauses, so that a test of many faults is short.
  static func impatient(
    pageSize: Int = 100, streamTimeout: Duration = .seconds(300),
    streamMargin: Duration = .seconds(30)
  ) -> WatchPolicy {
    WatchPolicy(
      pageSize: pageSize, streamTimeout: streamTimeout, streamMargin: streamMargin,
      backoff: .init(initial: .milliseconds(5), maximum: .milliseconds(50)))
  }
}
