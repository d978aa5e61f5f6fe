extension JSONValue {
  /// Tells whether this is `null`.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The boolean, or `nil` where this is something else.
  public var boolValue: Bool? {
    guard case .bool(let bool) = self else { return nil }
    return bool
  }

  /// The number, or `nil` where this is something else.
  public var numberValue: JSONNumber? {
    guard case .number(let number) = self else { return nil }
    return number
  }

  /// The number as an `Int`; `nil` where this is no number, or one that is not whole or too large.
  public var intValue: Int? { numberValue?.int }

  /// The number as a `Double`; `nil` where this is no number, or one beyond its range.
  public var doubleValue: Double? { numberValue?.double }

  /// The string, or `nil` where this is something else.
  public var stringValue: String? {
    guard case .string(let string) = self else { return nil }
    return string
  }

  /// The elements, or `nil` where this is no array.
  public var arrayValue: [JSONValue]? {
    guard case .array(let array) = self else { return nil }
    return array
  }

  /// The members, or `nil` where this is no object.
  public var objectValue: JSONObject? {
    guard case .object(let object) = self else { return nil }
    return object
  }

  /// The value of a key; `nil` where the key is absent or this is no object.
  ///
  /// Setting a value makes an object of whatever is not one, so that a tree grows as it is assigned
  /// to; setting `nil` removes the key, and changes nothing where this is no object.
  ///
  /// - Parameter key: The key, compared byte for byte.
  public subscript(key: String) -> JSONValue? {
    get {
      guard case .object(let object) = self else { return nil }
      return object[key]
    }
    set {
      guard case .object(var object) = self else {
        if let newValue { self = .object([key: newValue]) }
        return
      }
      self = .null  // Gives up this reference, so that the object is changed in place.
      object[key] = newValue
      self = .object(object)
    }
  }

  /// The element at an index; `nil` where there is none or this is no array.
  ///
  /// Setting a value replaces the element, or appends when the index is `count`; setting `nil`
  /// removes. Any other index, or a value that is no array, is left as it is.
  ///
  /// - Parameter index: The index, from 0.
  public subscript(index: Int) -> JSONValue? {
    get {
      guard case .array(let array) = self, array.indices.contains(index) else { return nil }
      return array[index]
    }
    set {
      guard case .array(var array) = self, (0...array.count).contains(index) else { return }
      self = .null  // Gives up this reference, so that the array is changed in place.
      switch (newValue, index < array.count) {
      case (let value?, true): array[index] = value
      case (let value?, false): array.append(value)
      case (nil, true): array.remove(at: index)
      case (nil, false): break
      }
      self = .array(array)
    }
  }

  /// The value at the end of a path; `nil` where a step leads nowhere.
  ///
  /// - Parameter path: The steps from here; with none, the value itself.
  public subscript(path: JSONPath) -> JSONValue? {
    var value = self
    for step in path.steps {
      let next =
        switch step {
        case .key(let key): value[key]
        case .index(let index): value[index]
        }
      guard let next else { return nil }
      value = next
    }
    return value
  }
}
