import Foundation
import JSONValue
import Testing

private struct Mount: Codable, Hashable {
  enum Mode: String, Codable { case fast, slow }
  var path: String
  var mode: Mode
  var failureThreshold: Int8
  var timeout: Double
  var ratio: Float
  var labels: [String: String]?
  var ports: [UInt16]
  var numbered: [Int: Bool]
  var large: Int128
  var extra: JSONValue
}

private class Base: Codable { var base = 1 }

private final class Derived: Base {
  var own = "x"

  enum Key: CodingKey { case own, nested, list }

  override init() { super.init() }

  required init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    own = try container.decode(String.self, forKey: .own)
    let nested = try container.nestedContainer(keyedBy: Key.self, forKey: .nested)
    #expect(try nested.decode(Int.self, forKey: .own) == 5)
    #expect(nested.codingPath.map(\.stringValue) == ["nested"])
    var list = try container.nestedUnkeyedContainer(forKey: .list)
    #expect(list.count == 3)
    #expect(try list.decodeNil())
    #expect(try list.nestedUnkeyedContainer().isAtEnd)
    #expect(try list.nestedContainer(keyedBy: Key.self).allKeys.isEmpty)
    #expect(list.isAtEnd)
    try super.init(from: container.superDecoder())
  }

  override func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    var nested = container.nestedContainer(keyedBy: Key.self, forKey: .nested)
    var list = container.nestedUnkeyedContainer(forKey: .list)
    try container.encode(own, forKey: .own)
    try nested.encode(5, forKey: .own)
    try list.encodeNil()
    _ = list.nestedUnkeyedContainer()
    _ = list.nestedContainer(keyedBy: Key.self)
    try super.encode(to: container.superEncoder())
  }
}

@Suite struct `The coder` {
  private let mount = Mount(
    path: "/media", mode: .slow, failureThreshold: -3, timeout: 0.1, ratio: 0.3, labels: nil,
    ports: [80, 65535], numbered: [7: true], large: .max, extra: ["kept": [1, .null]])

  @Test func `takes a value through JSON and back`() throws {
    let value = try JSONValue(encoding: mount)
    #expect(
      value.text() == #"{"path":"/media","mode":"slow","failureThreshold":-3,"timeout":0.1,"#
        + #""ratio":0.3,"ports":[80,65535],"numbered":{"7":true},"#
        + #""large":170141183460469231731687303715884105727,"extra":{"kept":[1,null]}}"#)
    #expect(try value.decode(Mount.self) == mount)
    var extended = value
    extended["unknown"] = ["ignored"]
    #expect(try extended.decode(Mount.self) == mount)
  }

  @Test func `agrees with Foundation's`() throws {
    let data = try JSONEncoder().encode(mount)
    #expect(try JSONValue(parsing: data).decode(Mount.self) == mount)
    let ours = Data(try JSONValue(encoding: mount).bytes())
    #expect(try JSONDecoder().decode(Mount.self, from: ours) == mount)
  }

  @Test func `carries super and nested containers`() throws {
    let value = try JSONValue(encoding: Derived())
    #expect(
      value.text()
        == #"{"nested":{"own":5},"list":[null,[],{}],"own":"x","super":{"base":1}}"#)
    let derived = try value.decode(Derived.self)
    #expect(derived.own == "x")
    #expect(derived.base == 1)
  }

  @Test func `passes JSON through unchanged`() throws {
    let value = try JSONValue(parsing: #"{"z":1.10,"a":[1e400,{"b":null}],"y":"\u0000"}"#)
    #expect(try JSONValue(encoding: value).text() == value.text())
    #expect(try value.decode(JSONValue.self).text() == value.text())
    #expect(try value.decode(JSONObject.self)["z"]?.numberValue?.text == "1.10")
    #expect(try JSONValue(encoding: ["n": JSONNumber("1.10")]).text() == #"{"n":1.10}"#)
    // The dictionary has no order; the values inside it have.
    #expect(try value.decode([String: JSONValue].self)["a"]?.text() == #"[1e400,{"b":null}]"#)
  }

  @Test func `speaks to foreign coders as far as they reach`() throws {
    let value = try JSONValue(parsing: #"{"a":[1,-2.5,18446744073709551615,"x",true,null,{}]}"#)
    let data = try JSONEncoder().encode(value)
    #expect(try JSONDecoder().decode(JSONValue.self, from: data) == value)
    #expect(throws: EncodingError.self) {
      try JSONEncoder().encode(JSONValue.array([.number(try #require(JSONNumber("1e400")))]))
    }
  }

  private struct Pair: Codable { var number: UInt8 }
  private struct List: Codable { var pairs: [Pair] }
  private struct Keyed: Codable { var byNumber: [Int: Pair] }

  static let failures: [(text: String, message: String)] = [
    (
      #"{"pairs":[{"number":1},{"number":256}]}"#,
      "pairs[1].number: expected a whole number from 0 to 255, found 256"
    ),
    (
      #"{"pairs":[{"number":1.5}]}"#,
      "pairs[0].number: expected a whole number from 0 to 255, found 1.5"
    ),
    (
      #"{"pairs":[{"number":"3"}]}"#,
      #"pairs[0].number: expected a number, found the string "3""#
    ),
    (#"{"pairs":[{"number":null}]}"#, "pairs[0].number: expected a number, found null"),
    (#"{"pairs":[{"number":true}]}"#, "pairs[0].number: expected a number, found true"),
    (#"{"pairs":[{}]}"#, "pairs[0].number: this key is missing"),
    (#"{"pairs":{}}"#, "pairs: expected an array, found an object"),
    (#"{}"#, "pairs: this key is missing"),
    ("[1]", "expected an object, found an array"),
  ]

  @Test(arguments: failures)
  func `says where a value does not fit`(text: String, message: String) throws {
    let value = try JSONValue(parsing: text)
    let error = #expect(throws: DecodingError.self) { try value.decode(List.self) }
    #expect(error?.message == message)
  }

  @Test func `tells an array's index from a dictionary's number`() throws {
    let value: JSONValue = ["byNumber": ["5": ["number": -1]]]
    let error = #expect(throws: DecodingError.self) { try value.decode(Keyed.self) }
    #expect(error?.message.hasPrefix(#"byNumber["5"].number: expected a whole"#) == true)
    let foreign = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(List.self, from: Data(#"{"pairs":[{"number":"x"}]}"#.utf8))
    }
    #expect(foreign?.message.hasPrefix("pairs[0].number: ") == true)
  }

  @Test func `checks every width at its ends`() throws {
    try checkEnds(Int.self)
    try checkEnds(Int8.self)
    try checkEnds(Int16.self)
    try checkEnds(Int32.self)
    try checkEnds(Int64.self)
    try checkEnds(Int128.self)
    try checkEnds(UInt.self)
    try checkEnds(UInt8.self)
    try checkEnds(UInt16.self)
    try checkEnds(UInt32.self)
    try checkEnds(UInt64.self)
    try checkEnds(UInt128.self)
  }

  private func checkEnds<I: FixedWidthInteger & Codable>(_ type: I.Type) throws {
    for end in [I.min, I.max] {
      #expect(try JSONValue(encoding: end).decode(type) == end)
      #expect(try JSONValue(encoding: [end]).decode([I].self) == [end])
      #expect(try JSONValue(encoding: ["key": end]).decode([String: I].self) == ["key": end])
    }
    // One more than the greatest: its last digit is never 9.
    let text = String(String(I.max).dropLast()) + String((I.max % 10) + 1)
    let over = try #require(JSONNumber(text))
    #expect(throws: DecodingError.self) { try JSONValue.number(over).decode(type) }
  }

  @Test func `refuses what is not finite, and too long an array read`() throws {
    let error = #expect(throws: EncodingError.self) {
      try JSONValue(encoding: ["a": [1, Double.infinity]])
    }
    if case .invalidValue(_, let context) = error {
      #expect(JSONPath(context.codingPath).description == "a[1]")
    }
    struct Two: Decodable {
      init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        _ = try container.decode(Int.self)
        _ = try container.decode(Int.self)
      }
    }
    let short = #expect(throws: DecodingError.self) { try JSONValue.array([1]).decode(Two.self) }
    #expect(short?.message == "[1]: expected an element, but the array has only 1")
  }

  @Test func `joins unknown members and known ones in one object`() throws {
    struct Spec: Codable, Equatable {
      var name: String
      var unknown: JSONObject

      enum Key: CodingKey { case name }

      init(name: String, unknown: JSONObject) {
        self.name = name
        self.unknown = unknown
      }

      init(from decoder: any Decoder) throws {
        unknown = try JSONObject(from: decoder)
        name = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .name)
        unknown["name"] = nil
      }

      func encode(to encoder: any Encoder) throws {
        try unknown.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
      }
    }
    let value: JSONValue = ["a": 1, "name": "x", "b": 2]
    let spec = try value.decode(Spec.self)
    #expect(spec == Spec(name: "x", unknown: ["a": 1, "b": 2]))
    #expect(try JSONValue(encoding: spec).text() == #"{"a":1,"b":2,"name":"x"}"#)
  }

  @Test func `hands over user information`() throws {
    struct Reader: Decodable {
      let info: String?
      init(from decoder: any Decoder) throws {
        info = CodingUserInfoKey(rawValue: "k").flatMap { decoder.userInfo[$0] as? String }
      }
    }
    let key = try #require(CodingUserInfoKey(rawValue: "k"))
    #expect(try JSONValue.object([:]).decode(Reader.self, userInfo: [key: "v"]).info == "v")
  }
}
