import JSONValue
import Pacing
import SimulationKit

@testable import K8sClient

/// As much of an API server as a watch sees: objects, their history, how far back it goes.
struct SimulatedServer {
  struct Object: Hashable {
    var uid: String
    var version: Int
    var isSelected: Bool
  }

  typealias Objects = [String: Object]

  private(set) var version = 1000
  private(set) var objects: Objects = [:]
  /// The objects as they were at each version that changed them, of this past.
  private(set) var past: [(version: Int, objects: Objects)] = [(1000, [:])]
  private(set) var history: [(version: Int, event: WatchEvent)] = []
  /// Versions before this one are forgotten.
  private(set) var floor = 1000
  /// How often the server began anew; streams do not outlive it.
  private(set) var starts = 0
  /// How often its database was put back to an older state.
  private(set) var pasts = 0
  private var uids = 0

  /// What a watch should see, with versions, as of a version.
  func selection(at version: Int) -> [String: String] {
    let objects = past.last { $0.version <= version }?.objects ?? [:]
    return objects.filter(\.value.isSelected).mapValues { "\($0.uid)@\($0.version)" }
  }

  mutating func write(using random: inout SeededGenerator) {
    version += random.number(1...3)
    let name = "o\(random.number(0...7))"
    guard var object = objects[name] else {
      uids += 1
      let object = Object(
        uid: "u\(pasts)-\(uids)", version: version, isSelected: random.chance(0.8))
      objects[name] = object
      if object.isSelected { record(.added, name, object) }
      return remember()
    }
    let former = object
    object.version = version
    if random.chance(0.3) {
      objects[name] = nil
      if former.isSelected { record(.deleted, name, object) }
      return remember()
    }
    if random.chance(0.2) { object.isSelected.toggle() }
    objects[name] = object
    switch (former.isSelected, object.isSelected) {
    case (false, true): record(.added, name, object)
    case (true, true): record(.modified, name, object)
    case (true, false): record(.deleted, name, object)
    case (false, false): break
    }
    remember()
  }

  private mutating func record(_ kind: WatchEvent.Kind, _ name: String, _ object: Object) {
    history.append((version, WatchEvent(kind, Self.json(name, object))))
  }

  private mutating func remember() { past.append((version, objects)) }

  static func json(_ name: String, _ object: Object) -> JSONValue {
    [
      "metadata": [
        "name": .string(name), "namespace": "media", "uid": .string(object.uid),
        "resourceVersion": .string(String(object.version)),
      ]
    ]
  }

  mutating func compact() { floor = version }

  mutating func restart() {
    starts += 1
    floor = version
  }

  /// The database is put back to what it was a while ago; what came after never was.
  mutating func restore(using random: inout SeededGenerator) {
    restart()
    pasts += 1
    let moment = past[random.number(0...past.count - 1)]
    version = moment.version
    objects = moment.objects
    past = [moment]
    history = []
    floor = version
  }

  /// A page of the list; its continuation holds the version and the number of objects given.
  func list(limit: Int?, continuation: String?) -> Result<WatchPage, KubernetesError> {
    var version = self.version
    var skipped = 0
    if let continuation {
      let parts = continuation.split(separator: ":").compactMap { Int($0) }
      version = parts[0]
      skipped = parts[1]
      guard version >= floor else { return .failure(KubernetesError(.expired, "list")) }
    }
    let objects = past.last { $0.version <= version }?.objects ?? [:]
    let selected = objects.filter(\.value.isSelected).sorted { $0.key < $1.key }
    let page = selected.dropFirst(skipped).prefix(limit ?? .max)
    let end = skipped + page.count
    let items = page.compactMap { WatchedObject(Self.json($0.key, $0.value)) }
    return .success(
      WatchPage(
        objects: items, resourceVersion: String(version),
        continuation: end < selected.count ? "\(version):\(end)" : nil))
  }

  /// The first event after a version.
  func event(after version: Int) -> (version: Int, event: WatchEvent)? {
    history.first { $0.version > version }
  }
}
