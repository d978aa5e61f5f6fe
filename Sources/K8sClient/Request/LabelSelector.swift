/// Which objects, by their labels. All requirements must hold; with none, every object is meant.
public struct LabelSelector: Hashable, Sendable {
  /// One thing that is asked of the labels.
  public enum Requirement: Hashable, Sendable {
    /// The label is there, with this value.
    case equals(LabelKey, LabelValue)
    /// The label has another value, or is not there.
    case differs(LabelKey, LabelValue)
    /// The label is there, with one of these values.
    case isIn(LabelKey, [LabelValue])
    /// The label has none of these values, or is not there.
    case notIn(LabelKey, [LabelValue])
    /// The label is there.
    case exists(LabelKey)
    /// The label is not there.
    case absent(LabelKey)
  }

  /// What is asked, in its order.
  public var requirements: [Requirement]

  /// Every object.
  public static let everything = LabelSelector([])

  /// A selector of requirements.
  public init(_ requirements: [Requirement]) {
    self.requirements = requirements
  }

  /// Whether every object is meant.
  public var isEmpty: Bool { requirements.isEmpty }

  /// What meets this selector and another.
  public func and(_ other: LabelSelector) -> LabelSelector {
    LabelSelector(requirements + other.requirements)
  }

  /// Tells whether an object of such labels is meant.
  ///
  /// - Parameter labels: All labels of the object.
  /// - Returns: Whether each requirement holds.
  public func matches(_ labels: [String: String]) -> Bool {
    requirements.allSatisfy { requirement in
      switch requirement {
      case .equals(let key, let value): labels[key.description] == value.description
      case .differs(let key, let value): labels[key.description] != value.description
      case .isIn(let key, let values):
        labels[key.description].map { found in values.contains { $0.description == found } }
          ?? false
      case .notIn(let key, let values):
        labels[key.description].map { found in !values.contains { $0.description == found } }
          ?? true
      case .exists(let key): labels[key.description] != nil
      case .absent(let key): labels[key.description] == nil
      }
    }
  }
}

extension LabelSelector {
  /// Objects with a label of this value.
  ///
  /// - Parameters:
  ///   - key: The label's key: `app.kubernetes.io/name`.
  ///   - value: Its value; may be empty.
  /// - Returns: The selector.
  /// - Throws: `ValueError` where one is not what a label can be.
  public static func label(_ key: String, _ value: String) throws(ValueError) -> LabelSelector {
    LabelSelector([.equals(try LabelKey(key), try LabelValue(value))])
  }

  /// Objects without a label of this value.
  public static func label(
    _ key: String, isNot value: String
  ) throws(ValueError) -> LabelSelector {
    LabelSelector([.differs(try LabelKey(key), try LabelValue(value))])
  }

  /// Objects with a label of one of these values.
  ///
  /// - Parameters:
  ///   - key: The label's key.
  ///   - values: At least one.
  /// - Returns: The selector.
  /// - Throws: `ValueError` where one is not what a label can be, or there is no value.
  public static func label(
    _ key: String, in values: [String]
  ) throws(ValueError) -> LabelSelector {
    LabelSelector([.isIn(try LabelKey(key), try LabelValue.several(values, of: key))])
  }

  /// Objects without a label of one of these values.
  public static func label(
    _ key: String, notIn values: [String]
  ) throws(ValueError) -> LabelSelector {
    LabelSelector([.notIn(try LabelKey(key), try LabelValue.several(values, of: key))])
  }

  /// Objects with a label, whatever its value.
  public static func exists(_ key: String) throws(ValueError) -> LabelSelector {
    LabelSelector([.exists(try LabelKey(key))])
  }

  /// Objects without a label.
  public static func absent(_ key: String) throws(ValueError) -> LabelSelector {
    LabelSelector([.absent(try LabelKey(key))])
  }
}

extension LabelSelector: CustomStringConvertible {
  /// As the API writes it: `app=plex,tier in (a,b),!old`.
  public var description: String {
    requirements.map(\.description).joined(separator: ",")
  }
}

extension LabelSelector.Requirement: CustomStringConvertible {
  /// As the API writes it: `app=plex`.
  public var description: String {
    switch self {
    case .equals(let key, let value): "\(key)=\(value)"
    case .differs(let key, let value): "\(key)!=\(value)"
    case .isIn(let key, let values): "\(key) in (\(Self.list(values)))"
    case .notIn(let key, let values): "\(key) notin (\(Self.list(values)))"
    case .exists(let key): "\(key)"
    case .absent(let key): "!\(key)"
    }
  }

  private static func list(_ values: [LabelValue]) -> String {
    values.map(\.description).joined(separator: ",")
  }
}
