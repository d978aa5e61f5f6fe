public import JSONValue

/// What a watch has told of: where each object is, which one, and in which version.
struct WatchedSet: Hashable, Sendable {
  /// One object.
  struct Entry: Hashable, Sendable {
    var uid: String
    var resourceVersion: String
    /// The list or stream that showed it last.
    var pass: UInt32
    /// The object, where objects are kept.
    var object: JSONValue?
  }

  private(set) var entries: [ObjectKey: Entry] = [:]
  let keepsObjects: Bool
  private var pass: UInt32 = 0

  init(keepsObjects: Bool) {
    self.keepsObjects = keepsObjects
  }

  /// Begins a list: what it does not show is gone at its end.
  mutating func beginList() { pass &+= 1 }

  /// An object is there.
  mutating func show(_ object: WatchedObject) -> [WatchChange<JSONValue>] {
    let entry = Entry(
      uid: object.uid, resourceVersion: object.resourceVersion, pass: pass,
      object: keepsObjects ? object.json : nil)
    guard let former = entries.updateValue(entry, forKey: object.key) else {
      return [.added(object.json)]
    }
    guard former.uid == entry.uid else {
      return [
        .deleted(.init(key: object.key, uid: former.uid, last: former.object)), .added(object.json),
      ]
    }
    return former.resourceVersion == entry.resourceVersion ? [] : [.modified(object.json)]
  }

  /// An object is gone; nothing where another one of its name took its place.
  mutating func remove(_ object: WatchedObject) -> [WatchChange<JSONValue>] {
    guard let former = entries[object.key], former.uid == object.uid else { return [] }
    entries[object.key] = nil
    return [.deleted(.init(key: object.key, uid: object.uid, last: object.json))]
  }

  /// The list is complete: what it did not show is gone.
  mutating func endList() -> [WatchChange<JSONValue>] {
    let gone = entries.filter { $0.value.pass != pass }.sorted { $0.key < $1.key }
    for (key, _) in gone { entries[key] = nil }
    return gone.map { .deleted(.init(key: $0.key, uid: $0.value.uid, last: $0.value.object)) }
  }
}

/// An object with what a watch has to know of it.
public struct WatchedObject: Hashable, Sendable {
  /// Where it is.
  public let key: ObjectKey
  /// Which one of that name it is; empty for types without uids.
  public let uid: String
  /// Its version.
  public let resourceVersion: String
  /// The whole of it.
  public let json: JSONValue

  /// The object that some JSON is; `nil` where it has no name or no resource version.
  ///
  /// - Parameter json: The object.
  public init?(_ json: JSONValue) {
    guard let metadata = json["metadata"],
      let name = metadata["name"]?.stringValue, !name.isEmpty,
      let version = metadata["resourceVersion"]?.stringValue, !version.isEmpty
    else { return nil }
    key = ObjectKey(namespace: metadata["namespace"]?.stringValue ?? "", name: name)
    uid = metadata["uid"]?.stringValue ?? ""
    resourceVersion = version
    self.json = json
  }
}
