/// Where a coder is, as a chain up to the root: a step costs one small allocation, and the array
/// that the protocols want is made only when somebody asks.
final class CodingPath: Sendable {
  private let parent: CodingPath?
  private let key: any CodingKey

  init(_ parent: CodingPath?, _ key: any CodingKey) {
    self.parent = parent
    self.key = key
  }

  var keys: [any CodingKey] { (parent?.keys ?? []) + [key] }
}

extension CodingPath? {
  var keys: [any CodingKey] { self?.keys ?? [] }

  func appending(_ key: any CodingKey) -> CodingPath { CodingPath(self, key) }
}

/// The coding key of an array's element.
struct IndexKey: CodingKey {
  let index: Int

  init(_ index: Int) { self.index = index }

  var intValue: Int? { index }
  var stringValue: String { "Index \(index)" }

  init(intValue: Int) { index = intValue }
  init?(stringValue: String) { nil }
}

/// The coding key of any member.
struct MemberKey: CodingKey {
  let stringValue: String

  init(_ name: String) { stringValue = name }

  var intValue: Int? { Int(stringValue) }

  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { self.init(String(intValue)) }

  /// The key under which a subclass encodes its superclass by convention.
  static let `super` = MemberKey("super")
}
