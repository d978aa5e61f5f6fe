import JSONValue

/// The ways of changing an object by a part of it.
enum MergePatch {
  /// RFC 7386: `null` removes, arrays are replaced.
  static func merge(_ patch: JSONValue, into value: JSONValue) -> JSONValue {
    guard case .object(let members) = patch else { return patch }
    var result: JSONValue = value.objectValue == nil ? [:] : value
    for (key, member) in members {
      result[key] = member.isNull ? nil : merge(member, into: result[key] ?? .null)
    }
    return result
  }

  /// The keys by which strategic merge patches find the element of a list.
  private static let mergeKeys = [
    "containers": "name", "initContainers": "name", "volumes": "name", "env": "name",
    "volumeMounts": "mountPath", "ownerReferences": "uid", "conditions": "type",
    "imagePullSecrets": "name", "hostAliases": "ip", "ports": "containerPort",
  ]

  /// Kubernetes' own: lists of named things are merged by name.
  static func strategic(_ patch: JSONValue, into value: JSONValue) -> JSONValue {
    guard case .object(let members) = patch else { return patch }
    if members["$patch"] == "replace" {
      var rest = members
      rest["$patch"] = nil
      return .object(rest)
    }
    var result: JSONValue = value.objectValue == nil ? [:] : value
    for (key, member) in members {
      if member.isNull {
        result[key] = nil
      } else if key == "finalizers", let new = member.arrayValue {
        let old = result[key]?.arrayValue ?? []
        result[key] = .array(old + new.filter { !old.contains($0) })
      } else if let mergeKey = mergeKeys[key], let new = member.arrayValue {
        result[key] = .array(merged(new, into: result[key]?.arrayValue ?? [], by: mergeKey))
      } else {
        result[key] = strategic(member, into: result[key] ?? .null)
      }
    }
    return result
  }

  private static func merged(
    _ patch: [JSONValue], into list: [JSONValue], by key: String
  ) -> [JSONValue] {
    if patch.contains(where: { $0["$patch"] == "replace" }) {
      return patch.filter { $0["$patch"] == nil }
    }
    var result = list
    for element in patch {
      let place = result.firstIndex { $0[key] != nil && $0[key] == element[key] }
      switch (place, element["$patch"]) {
      case (let place?, "delete"): result.remove(at: place)
      case (nil, "delete"): break
      case (let place?, _): result[place] = strategic(element, into: result[place])
      case (nil, _): result.append(element)
      }
    }
    return result
  }
}

/// RFC 6902.
enum JSONPatch {
  /// - Returns: `nil` where an operation fails.
  static func apply(_ operations: [JSONValue], to value: JSONValue) -> JSONValue? {
    var value = value
    for operation in operations {
      guard let name = operation.text("op"), let path = operation.text("path") else { return nil }
      let steps = steps(path)
      switch name {
      case "test": guard find(steps, in: value) == operation["value"] else { return nil }
      case "remove": guard change(steps[...], in: &value, remove) else { return nil }
      case "replace":
        guard let new = operation["value"], find(steps, in: value) != nil,
          change(
            steps[...], in: &value,
            {
              $0[$1] = new; return true
            })
        else { return nil }
      case "add":
        guard let new = operation["value"], change(steps[...], in: &value, { add(new, &$0, $1) })
        else { return nil }
      case "copy", "move":
        guard let from = operation.text("from"), let moved = find(Self.steps(from), in: value)
        else { return nil }
        if name == "move", !change(Self.steps(from)[...], in: &value, remove) { return nil }
        guard change(steps[...], in: &value, { add(moved, &$0, $1) }) else { return nil }
      default: return nil
      }
    }
    return value
  }

  private static func steps(_ path: String) -> [String] {
    path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
      String($0).replacing("~1", with: "/").replacing("~0", with: "~")
    }
  }

  private static func find(_ steps: [String], in value: JSONValue) -> JSONValue? {
    var value = value
    for step in steps {
      guard let next = Int(step).flatMap({ value[$0] }) ?? value[step] else { return nil }
      value = next
    }
    return value
  }

  private static func change(
    _ steps: ArraySlice<String>, in value: inout JSONValue,
    _ body: (inout JSONValue, String) -> Bool
  ) -> Bool {
    guard let first = steps.first else { return false }
    if steps.count == 1 { return body(&value, first) }
    if let index = Int(first), var child = value[index] {
      guard change(steps.dropFirst(), in: &child, body) else { return false }
      value[index] = child
      return true
    }
    guard var child = value[first], change(steps.dropFirst(), in: &child, body) else {
      return false
    }
    value[first] = child
    return true
  }

  private static func remove(_ value: inout JSONValue, _ step: String) -> Bool {
    if let index = Int(step), value[index] != nil {
      value[index] = nil
      return true
    }
    guard value[step] != nil else { return false }
    value[step] = nil
    return true
  }

  private static func add(_ new: JSONValue, _ value: inout JSONValue, _ step: String) -> Bool {
    guard var array = value.arrayValue else {
      value[step] = new
      return true
    }
    let place = step == "-" ? array.count : Int(step) ?? -1
    guard (0...array.count).contains(place) else { return false }
    array.insert(new, at: place)
    value = .array(array)
    return true
  }
}
