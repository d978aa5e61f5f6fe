/// Where in a document a value stands: the keys and indices that lead to it from the root.
public struct JSONPath: Hashable, Sendable {
  /// One step down.
  public enum Step: Hashable, Sendable {
    /// Into the member of an object.
    case key(String)
    /// Into the element of an array, counted from 0.
    case index(Int)
  }

  /// The steps from the root; none for the root itself.
  public var steps: [Step]

  /// A path of the given steps.
  ///
  /// - Parameter steps: From the root downwards; none for the root itself.
  public init(_ steps: [Step] = []) { self.steps = steps }

  /// Tells whether this is the root.
  public var isEmpty: Bool { steps.isEmpty }

  /// The path of a member of the object here.
  ///
  /// - Parameter key: The member's key.
  /// - Returns: This path, one step longer.
  public func appending(_ key: String) -> JSONPath { JSONPath(steps + [.key(key)]) }

  /// The path of an element of the array here.
  ///
  /// - Parameter index: The element's index, from 0.
  /// - Returns: This path, one step longer.
  public func appending(_ index: Int) -> JSONPath { JSONPath(steps + [.index(index)]) }
}

extension JSONPath {
  /// The path that a decoder or an encoder describes by coding keys.
  ///
  /// - Parameter codingPath: As found in the context of a `DecodingError`.
  public init(_ codingPath: [any CodingKey]) {
    steps = codingPath.map { key in
      // A dictionary's keys may have an integer as well; only an array's element is an index.
      guard let index = key.intValue, key is IndexKey || key.stringValue == "Index \(index)" else {
        return .key(key.stringValue)
      }
      return .index(index)
    }
  }
}

extension JSONPath: ExpressibleByArrayLiteral {
  /// A path of the literal's steps.
  public init(arrayLiteral elements: Step...) { steps = elements }
}

extension JSONPath.Step: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  /// The step into a member.
  public init(stringLiteral value: String) { self = .key(value) }

  /// The step into an element.
  public init(integerLiteral value: Int) { self = .index(value) }
}

extension JSONPath: CustomStringConvertible {
  /// The path as people write it, `mounts[2].labels["odd key"]`; empty for the root.
  public var description: String {
    var text = ""
    for step in steps {
      switch step {
      case .index(let index):
        text += "[\(index)]"
      case .key(let key) where Self.isPlain(key):
        text += text.isEmpty ? key : "." + key
      case .key(let key):
        text += "[" + JSONValue.string(key).text() + "]"
      }
    }
    return text
  }

  private static func isPlain(_ key: String) -> Bool {
    guard let first = key.utf8.first, first != UInt8(ascii: "-"), !first.isDigit else {
      return false
    }
    return key.utf8.allSatisfy { byte in
      byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
  }
}
