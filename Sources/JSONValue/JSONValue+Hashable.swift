// Neither comparing nor hashing calls itself for what a value contains: a value may be nested deeper
// than a thread's stack would bear.

extension JSONValue: Hashable {
  /// Tells whether two values are equal; see ``JSONValue`` for what that means.
  public static func == (one: JSONValue, other: JSONValue) -> Bool {
    var pending: [(JSONValue, JSONValue)] = []
    guard agree(one, other, besides: &pending) else { return false }
    while let (one, other) = pending.popLast() {
      guard agree(one, other, besides: &pending) else { return false }
    }
    return true
  }

  /// Tells whether two values are equal, save for what they contain: that is left as `pending`.
  private static func agree(
    _ one: JSONValue, _ other: JSONValue, besides pending: inout [(JSONValue, JSONValue)]
  ) -> Bool {
    switch (one, other) {
    case (.null, .null): return true
    case (.bool(let one), .bool(let other)): return one == other
    case (.number(let one), .number(let other)): return one == other
    case (.string(let one), .string(let other)): return one.isSpelled(like: other)
    case (.array(let one), .array(let other)):
      guard one.count == other.count else { return false }
      for (one, other) in zip(one, other) {
        guard settle(one, other, or: &pending) else { return false }
      }
      return true
    case (.object(let one), .object(let other)):
      guard one.count == other.count else { return false }
      for (place, (key, value)) in one.enumerated() {
        // Most equal objects also agree in order: look there before looking the key up.
        let isInPlace = other[place].key.isSpelled(like: key)
        guard let match = isInPlace ? other[place].value : other[key],
          settle(value, match, or: &pending)
        else { return false }
      }
      return true
    case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _):
      return false
    }
  }

  /// Compares two simple values at once, and leaves two containers for later.
  private static func settle(
    _ one: JSONValue, _ other: JSONValue, or pending: inout [(JSONValue, JSONValue)]
  ) -> Bool {
    switch one {
    case .null, .bool, .number, .string:
      return agree(one, other, besides: &pending)
    case .array, .object:
      guard one.kind == other.kind else { return false }
      pending.append((one, other))
      return true
    }
  }

  /// Feeds the value to `hasher`; equal values feed the same.
  ///
  /// Of what is nested more than a few levels deep only the size counts.
  public func hash(into hasher: inout Hasher) { hash(into: &hasher, levels: 4) }

  private func hash(into hasher: inout Hasher, levels: Int) {
    hasher.combine(kind)
    switch self {
    case .null: break
    case .bool(let bool): hasher.combine(bool)
    case .number(let number): hasher.combine(number)
    case .string(let string): string.hashSpelling(into: &hasher)
    case .array(let array):
      hasher.combine(array.count)
      guard levels > 0 else { return }
      for element in array { element.hash(into: &hasher, levels: levels - 1) }
    case .object(let object):
      hasher.combine(object.count)
      guard levels > 0 else { return }
      // A sum, so that the members' order has no part in it.
      var sum = 0
      for (key, value) in object {
        var member = Hasher()
        key.hashSpelling(into: &member)
        value.hash(into: &member, levels: levels - 1)
        sum &+= member.finalize()
      }
      hasher.combine(sum)
    }
  }
}
