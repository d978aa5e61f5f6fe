import JSONValue
import Pacing
import TimeText

extension StubCluster {
  func object(_ type: StubResource, _ name: ObjectName) -> JSONValue? {
    objects[type.store]?[name]
  }

  /// Stores an object as a new revision.
  @discardableResult
  mutating func store(_ object: JSONValue, in type: StubResource) -> JSONValue {
    let name = ObjectName(type.isNamespaced ? object.namespace : nil, object.name)
    revision += 1
    var object = object
    object.set(["metadata", "resourceVersion"], .string(String(revision)))
    object = arranged(object, type)
    let previous = objects[type.store]?[name]
    objects[type.store, default: [:]][name] = object
    record(
      Change(
        kind: previous == nil ? .added : .modified, revision: revision, type: type, name: name,
        object: object, previous: previous))
    return object
  }

  /// Removes an object.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - type: Its type.
  ///   - last: As it is shown for the last time; `nil` for as it was.
  /// - Returns: As it is shown for the last time.
  @discardableResult
  mutating func drop(
    _ name: ObjectName, in type: StubResource, last: JSONValue? = nil
  ) -> JSONValue? {
    guard let previous = objects[type.store]?.removeValue(forKey: name) else { return nil }
    revision += 1
    var object = last ?? previous
    object.set(["metadata", "resourceVersion"], .string(String(revision)))
    object = arranged(object, type)
    owners.forget(previous.uid)
    record(
      Change(
        kind: .deleted, revision: revision, type: type, name: name, object: object,
        previous: previous))
    return object
  }

  private mutating func record(_ change: Change) {
    changes.append(change)
    for id in streams.keys.sorted() { streams[id]?.deliver(change) }
    react(to: change)
  }

  /// Objects as they were at a revision.
  func snapshot(of store: ResourceGroup, at revision: Int) -> [ObjectName: JSONValue] {
    var state = objects[store] ?? [:]
    for change in changes.reversed() {
      guard change.revision > revision else { break }
      if change.type.store == store { state[change.name] = change.previous }
    }
    return state
  }

  /// The keys in the order in which the server writes them.
  func arranged(_ object: JSONValue, _ type: StubResource) -> JSONValue {
    if type.isCustom { return object.sorted }
    var result: JSONValue = [
      "kind": .string(type.isEvent ? "Event" : type.kind),
      "apiVersion": .string(type.isEvent ? "v1" : type.groupVersion),
    ]
    var metadata: JSONValue = [:]
    let order = [
      "name", "generateName", "namespace", "uid", "resourceVersion", "generation",
      "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "labels",
      "annotations", "ownerReferences", "finalizers", "managedFields",
    ]
    for key in order {
      guard let value = object.at("metadata", key) else { continue }
      metadata[key] = ["labels", "annotations"].contains(key) ? value.sorted : value
    }
    result["metadata"] = metadata
    for (key, value) in object.objectValue ?? [:] where result[key] == nil { result[key] = value }
    return result
  }

  mutating func newUID() -> String {
    func hex(_ value: UInt64, _ digits: Int) -> String {
      let text = String(value, radix: 16)
      return String(repeating: "0", count: max(0, digits - text.count)) + text.suffix(digits)
    }
    let high = generator.next()
    let low = generator.next()
    return [
      hex(high >> 32, 8), hex(high >> 16 & 0xFFFF, 4), "4" + hex(high & 0xFFF, 3),
      hex(0x8000 | low >> 48 & 0x3FFF, 4), hex(low & 0xFFFF_FFFF_FFFF, 12),
    ].joined(separator: "-")
  }

  /// Five letters and digits, as generated names end.
  mutating func newSuffix(_ count: Int = 5) -> String {
    if !plannedSuffixes.isEmpty { return plannedSuffixes.removeFirst() }
    let letters = Array("bcdfghjklmnpqrstvwxz2456789")
    return String((0..<count).map { _ in letters[Int(generator.next() % UInt64(letters.count))] })
  }

  var time: JSONValue { .string(now.rfc3339()) }

  func time(after seconds: Int) -> JSONValue {
    .string(now.advanced(by: .seconds(seconds)).rfc3339())
  }
}
