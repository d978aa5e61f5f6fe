extension JSONValue {
  /// Decodes a Swift value from this JSON value.
  ///
  /// Members the type does not ask for are ignored. Integers are taken by value, so `3.0` is a fine
  /// `Int`, and refused where they do not fit; nothing is rounded but `Double` and `Float`. A
  /// property of type ``JSONValue``, ``JSONObject`` or ``JSONNumber`` gets its part unchanged.
  ///
  /// - Parameters:
  ///   - type: The type to decode.
  ///   - userInfo: What the types' own `init(from:)` may ask for.
  /// - Returns: The decoded value.
  /// - Throws: `DecodingError`, which says where and why in its `message`, or whatever the types
  ///   throw themselves.
  public func decode<T: Decodable>(
    _ type: T.Type = T.self, userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws -> T {
    try ValueDecoder(value: self, path: nil, userInfo: userInfo).whole(type)
  }

  /// Encodes a Swift value as JSON.
  ///
  /// Members are in the order in which the type encodes them; one that encodes nothing at all gives
  /// an empty object.
  ///
  /// - Parameters:
  ///   - value: The value to encode.
  ///   - userInfo: What the types' own `encode(to:)` may ask for.
  /// - Throws: `EncodingError` for a number that is not finite, or whatever the types throw.
  public init(
    encoding value: some Encodable, userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws {
    let encoder = ValueEncoder(path: nil, userInfo: userInfo)
    try value.encode(to: encoder)
    self = encoder.node.value
  }
}

extension JSONValue: Codable {
  /// Takes over the decoder's value: unchanged from ``JSONValue/decode(_:userInfo:)``, and as far as
  /// its numbers reach from any other decoder.
  public init(from decoder: any Decoder) throws {
    if let decoder = decoder as? ValueDecoder {
      self = decoder.value
      return
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let string = try? container.decode(String.self) {
      self = .string(string)
    } else if let array = try? container.decode([JSONValue].self) {
      self = .array(array)
    } else if let object = try? container.decode(JSONObject.self) {
      self = .object(object)
    } else {
      self = .number(try container.decode(JSONNumber.self))
    }
  }

  /// Hands the value over: unchanged to ``JSONValue/init(encoding:userInfo:)``, and as far as its
  /// numbers reach to any other encoder.
  public func encode(to encoder: any Encoder) throws {
    if let encoder = encoder as? ValueEncoder {
      encoder.node.set(self)
      return
    }
    switch self {
    case .object(let object): try object.encode(to: encoder)
    case .array(let array): try array.encode(to: encoder)
    case .number(let number): try number.encode(to: encoder)
    case .string(let string): try string.encode(to: encoder)
    case .bool(let bool): try bool.encode(to: encoder)
    case .null:
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    }
  }
}

extension JSONObject: Codable {
  /// Takes over the decoder's object.
  public init(from decoder: any Decoder) throws {
    if let decoder = decoder as? ValueDecoder {
      self = try decoder.object()
      return
    }
    let container = try decoder.container(keyedBy: MemberKey.self)
    for key in container.allKeys {
      self[key.stringValue] = try container.decode(JSONValue.self, forKey: key)
    }
  }

  /// Hands the object over to the encoder, member by member in order.
  public func encode(to encoder: any Encoder) throws {
    if let encoder = encoder as? ValueEncoder {
      encoder.node.set(.object(self))
      return
    }
    var container = encoder.container(keyedBy: MemberKey.self)
    for (key, value) in self { try container.encode(value, forKey: MemberKey(key)) }
  }
}

extension JSONNumber: Codable {
  /// Takes over the decoder's number; from a decoder of another kind, as a 64-bit integer or else as
  /// a `Double`.
  public init(from decoder: any Decoder) throws {
    if let decoder = decoder as? ValueDecoder {
      self = try decoder.number(JSONNumber.self)
      return
    }
    let container = try decoder.singleValueContainer()
    if let integer = try? container.decode(Int64.self) {
      self.init(integer)
    } else if let integer = try? container.decode(UInt64.self) {
      self.init(integer)
    } else if let number = JSONNumber(try container.decode(Double.self)) {
      self = number
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a finite number")
    }
  }

  /// Hands the number over; to an encoder of another kind, as a 64-bit integer or else a `Double`.
  public func encode(to encoder: any Encoder) throws {
    if let encoder = encoder as? ValueEncoder {
      encoder.node.set(.number(self))
      return
    }
    var container = encoder.singleValueContainer()
    if let int64 {
      try container.encode(int64)
    } else if let uint64 {
      try container.encode(uint64)
    } else if let double {
      try container.encode(double)
    } else {
      throw EncodingError.invalidValue(
        self,
        .init(codingPath: encoder.codingPath, debugDescription: "\(text) is out of Double's range"))
    }
  }
}
