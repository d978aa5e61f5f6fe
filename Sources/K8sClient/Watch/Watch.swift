import HTTPTransport
import Pacing

/// The objects of one type, followed for as long as one likes.
///
///     for await change in try cluster.watch(Pod.self, in: .namespace("media")) {
///       switch change {
///       case .added(let pod), .modified(let pod): pods[pod.metadata.uid] = pod
///       case .deleted(let departed): …
///       case .synced: begin()
///       case .interrupted(let error): log(error)
///       case .resumed: …
///       }
///     }
///
/// It never ends by itself: whatever fails is tried again, and `WatchChange` says what the caller has
/// to know of it. It ends when the task is cancelled, which closes the stream. Nothing is read that is
/// not asked for: a caller who takes long slows the server down, and at worst causes a new list.
public struct Watch<Kind: Resource>: AsyncSequence, Sendable {
  /// A change of the set.
  public typealias Element = WatchChange<Kind>
  /// A watch does not fail.
  public typealias Failure = Never

  /// What is watched, and where.
  public let collection: CollectionPath
  /// Which objects, by label.
  public let labels: LabelSelector
  /// Which objects, by field.
  public let fields: FieldSelector?
  /// How it goes about its work.
  public let policy: WatchPolicy
  private let caller: any APICaller
  private let clock: TickClock
  private let seed: UInt64

  /// A watch; nothing is sent before the first change is asked for.
  ///
  /// - Parameters:
  ///   - collection: What to watch, and where. With a type of metadata only, objects come as
  ///     `PartialObjectMetadata`, without spec and status.
  ///   - labels: Which objects, by label.
  ///   - fields: Which objects, by field.
  ///   - caller: Who carries the calls.
  ///   - policy: How it goes about its work.
  ///   - clock: The clock it runs by.
  ///   - seed: Where its chance comes from.
  public init(
    _ collection: CollectionPath, labels: LabelSelector = .everything,
    fields: FieldSelector? = nil, by caller: any APICaller, policy: WatchPolicy = .init(),
    clock: TickClock = .continuous, seed: UInt64 = .random(in: .min ... .max)
  ) {
    self.collection = collection
    self.labels = labels
    self.fields = fields
    self.policy = policy
    self.caller = caller
    self.clock = clock
    self.seed = seed
  }

  /// A reader that begins with nothing; each has a stream of its own.
  public func makeAsyncIterator() -> Iterator {
    Iterator(
      shell: WatchShell(
        collection: collection, labels: labels, fields: fields, caller: caller, clock: clock,
        machine: WatchMachine(
          operation: "watch \(collection.type.plural) \(collection.scope)", policy: policy,
          seed: seed)))
  }

  /// The reader of a watch.
  public struct Iterator: AsyncIteratorProtocol {
    var shell: WatchShell

    /// How often what happened.
    public var counts: WatchMachine.Counts { shell.machine.counts }

    /// The next change; `nil` once the task is cancelled.
    public mutating func next() async -> WatchChange<Kind>? {
      await shell.next()?.map(Kind.init(json:))
    }

    /// The same, for a caller on an actor.
    public mutating func next(isolation actor: isolated (any Actor)?) async -> WatchChange<Kind>? {
      await shell.next()?.map(Kind.init(json:))
    }
  }
}

extension APICaller {
  /// Follows the objects of one type.
  ///
  /// - Parameters:
  ///   - type: The type.
  ///   - scope: Where.
  ///   - labels: Which objects, by label.
  ///   - fields: Which objects, by field.
  ///   - policy: How the watch goes about its work.
  /// - Returns: The watch; nothing is sent before the first change is asked for.
  /// - Throws: `ValueError` where objects of this type cannot be in such a scope.
  public func watch<Kind: Resource>(
    _ type: Kind.Type, in scope: Scope, labels: LabelSelector = .everything,
    fields: FieldSelector? = nil, policy: WatchPolicy = .init()
  ) throws(ValueError) -> Watch<Kind> {
    Watch(
      try CollectionPath(type, in: scope), labels: labels, fields: fields, by: self,
      policy: policy)
  }
}
