/// The members of a JSON object, in order.
///
/// Looking a key up takes constant time on average, whoever chose the keys: above a handful of
/// members there is a hashed index. Keys are told apart byte for byte, as JSON does. Removing a
/// member takes time linear in the number of members; ``removeAll(where:)`` removes many at once.
public struct JSONObject: Sendable {
  /// Up to this many members a scan beats hashing.
  static let scannedCount = 8

  private(set) var members: [Element] = []
  /// Every member when there are more than `scannedCount`, else nothing.
  private(set) var index = KeyIndex()

  /// An object without members.
  public init() {}

  /// An object of the given members; where a key comes again, its last value takes the first's place.
  ///
  /// - Parameter members: Keys with values, in the order to keep.
  public init(_ members: some Sequence<(key: String, value: JSONValue)>) {
    for (key, value) in members { self[key] = value }
  }

  /// The value of a key, or `nil` where there is none; `null` is a value, not an absence.
  ///
  /// Setting a value keeps the place of a present key and appends a new one; setting `nil` removes.
  ///
  /// - Parameter key: The key, compared byte for byte.
  public subscript(key: String) -> JSONValue? {
    get { position(of: key).map { members[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): members[position].value = value
      case (let position?, nil): remove(at: position)
      case (nil, let value?): append(key, value)
      case (nil, nil): break
      }
    }
  }

  /// Tells whether the object has the key, be its value `null`.
  ///
  /// - Parameter key: The key, compared byte for byte.
  /// - Returns: `true` where the key is present.
  public func contains(_ key: String) -> Bool { position(of: key) != nil }

  /// Removes the members a predicate chooses, in one pass.
  ///
  /// - Parameter isUnwanted: Told each key and value; says which members go.
  public mutating func removeAll(where isUnwanted: (Element) -> Bool) {
    members.removeAll(where: isUnwanted)
    reindex()
  }

  /// The keys, in order.
  public var keys: [String] { members.map { $0.key } }

  /// The values, in the order of their keys.
  public var values: [JSONValue] { members.map { $0.value } }
}

extension JSONObject {
  func position(of key: String) -> Int? {
    guard members.count > Self.scannedCount else {
      return members.firstIndex { $0.key.isSpelled(like: key) }
    }
    return index.position(hash: KeyIndex.hash(key)) { members[$0].key.isSpelled(like: key) }
  }

  /// Appends a member whose key the caller knows to be absent.
  mutating func append(_ key: String, _ value: JSONValue) {
    members.append((key, value))
    if members.count > Self.scannedCount + 1 {
      index.insert(hash: KeyIndex.hash(key), position: members.count - 1)
    } else if members.count == Self.scannedCount + 1 {
      reindex()
    }
  }

  private mutating func remove(at position: Int) {
    members.remove(at: position)
    reindex()
  }

  private mutating func reindex() {
    index = KeyIndex()
    guard members.count > Self.scannedCount else { return }
    index.reserve(members.count)
    for (position, member) in members.enumerated() {
      index.insert(hash: KeyIndex.hash(member.key), position: position)
    }
  }
}

extension JSONObject: RandomAccessCollection {
  /// One member: its key and its value.
  public typealias Element = (key: String, value: JSONValue)

  /// The position of the first member.
  public var startIndex: Int { 0 }

  /// The position after the last member.
  public var endIndex: Int { members.count }

  /// The member at a position of the order, from 0.
  ///
  /// - Parameter position: From 0 up to, not including, `count`.
  public subscript(position: Int) -> Element { members[position] }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// An object of the literal's members; where a key comes again, its last value stays.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (key, value) in elements { self[key] = value }
  }
}

extension JSONObject: Hashable {
  /// Tells whether both have the same keys with equal values, in whichever order.
  public static func == (one: JSONObject, other: JSONObject) -> Bool {
    JSONValue.object(one) == .object(other)
  }

  /// Feeds the members to `hasher` such that their order has no part in it.
  public func hash(into hasher: inout Hasher) { JSONValue.object(self).hash(into: &hasher) }
}

extension JSONObject: CustomStringConvertible {
  /// The object as compact JSON text.
  public var description: String { JSONValue.object(self).text() }
}
