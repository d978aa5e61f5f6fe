/// The value an encoder has collected so far.
///
/// A class, because the containers of `Encodable` are copies that all write to one place. A nested
/// container is filled after its parent has moved on; the parent keeps its place with a `null` and
/// remembers the node to put there.
final class EncodingNode {
  private var scalar: JSONValue?
  private var array: [JSONValue]?
  private var object: JSONObject?
  private var unfinished: [(key: String, node: EncodingNode)] = []
  private var unfinishedElements: [(index: Int, node: EncodingNode)] = []

  /// What was encoded, nested containers included; an empty object where nothing was.
  var value: JSONValue {
    if var object {
      for (key, node) in unfinished { object[key] = node.value }
      return .object(object)
    }
    if var array {
      for (index, node) in unfinishedElements { array[index] = node.value }
      return .array(array)
    }
    return scalar ?? .object([:])
  }

  var count: Int { array?.count ?? 0 }

  /// Takes a whole value. An object joins the members already there, so that a type may encode the
  /// fields it does not know and its own into one object.
  func set(_ value: JSONValue) {
    guard case .object(let members) = value else {
      scalar = value
      return
    }
    guard object != nil else {
      object = members
      return
    }
    for (key, value) in members { set(key, value) }
  }

  func beginObject() {
    precondition(scalar == nil && array == nil, "one value was encoded as an object and otherwise")
    if object == nil { object = JSONObject() }
  }

  func beginArray() {
    precondition(scalar == nil && object == nil, "one value was encoded as an array and otherwise")
    if array == nil { array = [] }
  }

  func set(_ key: String, _ value: JSONValue) {
    if !unfinished.isEmpty { unfinished.removeAll { $0.key == key } }
    object?[key] = value
  }

  func append(_ value: JSONValue) { array?.append(value) }

  func setLater(_ key: String, _ node: EncodingNode) {
    set(key, .null)
    unfinished.append((key, node))
  }

  func appendLater(_ node: EncodingNode) {
    unfinishedElements.append((count, node))
    append(.null)
  }
}
