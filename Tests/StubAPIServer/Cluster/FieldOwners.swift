import JSONValue

/// Who applied which fields, as server-side apply keeps it. Lists count as one field.
struct FieldOwners: Hashable {
  struct Manager: Hashable {
    var name: String
    var subresource: String?
    var fields: Set<[String]>
    var time: String
  }

  /// By the uid of the object; in the order in which they came.
  private(set) var managers: [String: [Manager]] = [:]

  mutating func forget(_ uid: String) { managers[uid] = nil }

  /// Fields of a new configuration that others own and have another value for.
  func conflicts(
    _ applied: [[String]: JSONValue], with object: JSONValue, by name: String, _ sub: String?
  ) -> [(manager: String, field: [String])] {
    (managers[object.uid] ?? []).filter { $0.name != name || $0.subresource != sub }
      .flatMap { manager in
        manager.fields.filter { applied[$0] != nil && object.at($0) != applied[$0] }
          .sorted { $0.joined(separator: ".") < $1.joined(separator: ".") }
          .map { (manager.name, $0) }
      }
  }

  /// Gives the fields to a manager, and takes those from others that have another value now.
  ///
  /// - Returns: The fields that nobody owns any more.
  mutating func apply(
    _ applied: [[String]: JSONValue], to object: JSONValue, by name: String, _ sub: String?,
    at time: String
  ) -> Set<[String]> {
    var all = managers[object.uid] ?? []
    let fields = Set(applied.keys)
    var lost: Set<[String]> = []
    for index in all.indices {
      if all[index].name == name, all[index].subresource == sub {
        lost = all[index].fields.subtracting(fields)
      } else {
        all[index].fields = all[index].fields.filter {
          applied[$0] == nil || object.at($0) == applied[$0]
        }
      }
    }
    if let index = all.firstIndex(where: { $0.name == name && $0.subresource == sub }) {
      if all[index].fields != fields { all[index].time = time }
      all[index].fields = fields
    } else {
      all.append(Manager(name: name, subresource: sub, fields: fields, time: time))
    }
    managers[object.uid] = all.filter { !$0.fields.isEmpty }
    return lost.filter { field in !all.contains { $0.fields.contains(field) } }
  }

  /// As `metadata.managedFields` shows it.
  func shown(_ uid: String, apiVersion: String) -> JSONValue {
    .array(
      (managers[uid] ?? []).map { manager in
        var tree: JSONValue = [:]
        for field in manager.fields { tree.set(field.map { "f:" + $0 }, [:]) }
        var shown: JSONValue = [
          "apiVersion": .string(apiVersion), "fieldsType": "FieldsV1", "fieldsV1": tree.sorted,
          "manager": .string(manager.name), "operation": "Apply", "time": .string(manager.time),
        ]
        if let sub = manager.subresource { shown["subresource"] = .string(sub) }
        return shown.sorted
      })
  }

  /// The fields of a configuration with their values.
  static func leaves(of value: JSONValue, at path: [String] = []) -> [[String]: JSONValue] {
    let unowned = ["apiVersion", "kind", "metadata.name", "metadata.namespace"]
    if unowned.contains(path.joined(separator: ".")) { return [:] }
    guard let object = value.objectValue, !object.isEmpty || path.count < 2 else {
      return [path: value]
    }
    var leaves: [[String]: JSONValue] = [:]
    for (key, child) in object {
      leaves.merge(Self.leaves(of: child, at: path + [key])) { $1 }
    }
    return leaves
  }
}
