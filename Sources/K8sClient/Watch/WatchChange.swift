/// What a watch tells: how the set of objects that it watches changes.
///
/// Applied in their order to an empty set, the changes give the set as the server has it: an object is
/// never added twice, and never modified or deleted without having been added. A list after a lost
/// stream is told as its difference from what was told before.
public enum WatchChange<Object: Hashable & Sendable>: Hashable, Sendable {
  /// An object that was not there before.
  case added(Object)
  /// An object that was there, in another version. What differs may be nothing that you look at.
  case modified(Object)
  /// An object that is no longer there, or no longer in the selection. One that was replaced by another
  /// of the same name is told as deleted, then as added.
  case deleted(Departed)
  /// All objects that there were have been told. Comes once, after the first complete list.
  case synced
  /// The set may be out of date from here on, and why: the server cannot be reached, does not allow the
  /// watch, does not know the type. The watch keeps trying. Comes again only when the code changes.
  case interrupted(KubernetesError)
  /// The set is followed again, after an interruption.
  case resumed

  /// An object that is no longer there.
  public struct Departed: Hashable, Sendable {
    /// Where it was.
    public var key: ObjectKey
    /// Which one of that name it was; empty for types without uids.
    public var uid: String
    /// How it was last; `nil` where a list no longer held it and the watch does not keep objects.
    public var last: Object?

    /// A departed object.
    public init(key: ObjectKey, uid: String, last: Object?) {
      self.key = key
      self.uid = uid
      self.last = last
    }
  }

  /// The same change with its object made into something else.
  ///
  /// - Parameter transform: Makes the new object.
  /// - Returns: The change.
  public func map<Other>(_ transform: (Object) -> Other) -> WatchChange<Other> {
    switch self {
    case .added(let object): .added(transform(object))
    case .modified(let object): .modified(transform(object))
    case .deleted(let departed):
      .deleted(.init(key: departed.key, uid: departed.uid, last: departed.last.map(transform)))
    case .synced: .synced
    case .interrupted(let error): .interrupted(error)
    case .resumed: .resumed
    }
  }
}

/// Where an object is, among those of its type.
public struct ObjectKey: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Its namespace; empty for types that live in none.
  public var namespace: String
  /// Its name.
  public var name: String

  /// A key.
  ///
  /// - Parameters:
  ///   - namespace: The namespace; empty for types that live in none.
  ///   - name: The name.
  public init(namespace: String = "", name: String) {
    self.namespace = namespace
    self.name = name
  }

  /// By namespace, then by name.
  public static func < (one: ObjectKey, other: ObjectKey) -> Bool {
    (one.namespace, one.name) < (other.namespace, other.name)
  }

  /// `media/plex-0`, or the name alone.
  public var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}
