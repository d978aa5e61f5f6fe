import JSONValue
import Testing

@Suite struct `An object` {
  @Test(arguments: [3, 8, 9, 10, 40])
  func `keeps its order through every change`(count: Int) {
    var object = JSONObject()
    for number in 0..<count { object["k\(number)"] = .number(JSONNumber(number)) }
    #expect(object.keys == (0..<count).map { "k\($0)" })
    object["k1"] = "new"
    #expect(object.keys[1] == "k1")
    #expect(object["k1"] == "new")
    object["k0"] = nil
    object["absent"] = nil
    #expect(object.keys == (1..<count).map { "k\($0)" })
    #expect(object["k0"] == nil)
    #expect(object["k\(count - 1)"] != nil)
    object.removeAll { $0.key != "k2" }
    #expect(object.map { $0.value.intValue } == [2])
    #expect(object.contains("k2"))
    #expect(!object.contains("k1"))
  }

  @Test func `equals another in any order`() {
    let members = (0..<20).map { (key: "k\($0)", value: JSONValue.number(JSONNumber($0))) }
    let forwards = JSONObject(members)
    let backwards = JSONObject(members.reversed())
    #expect(forwards == backwards)
    #expect(forwards.hashValue == backwards.hashValue)
    var other = backwards
    other["k3"] = "else"
    #expect(forwards != other)
    other["k3"] = nil
    #expect(forwards != other)
  }

  @Test func `tells keys apart by their bytes`() {
    var object: JSONObject = ["\u{E9}": 1]
    object["e\u{301}"] = 2
    #expect(object.count == 2)
    #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
    #expect(
      JSONValue.object(object).text(.init(sortsKeys: true)) == "{\"e\u{301}\":2,\"\u{E9}\":1}")
  }

  @Test func `keeps null apart from absence`() {
    let object: JSONObject = ["a": .null]
    #expect(object["a"] == .some(.null))
    #expect(object["b"] == nil)
    #expect(object.description == #"{"a":null}"#)
  }

  @Test func `copies when it must`() {
    let before: JSONValue = ["a": [1, 2]]
    var after = before
    after["a"]?[0] = 9
    #expect(before == ["a": [1, 2]])
    #expect(after == ["a": [9, 2]])
  }
}

@Suite struct `A value` {
  static let document: JSONValue = [
    "name": "plex", "ready": true, "count": 3.0, "none": .null,
    "mounts": [["path": "/media"], ["labels": ["odd key": 1.5]]],
  ]

  @Test func `answers for its kind and no other`() {
    let document = Self.document
    #expect(document["name"]?.stringValue == "plex")
    #expect(document["ready"]?.boolValue == true)
    #expect(document["count"]?.intValue == 3)
    #expect(document["count"]?.doubleValue == 3)
    #expect(document["none"]?.isNull == true)
    #expect(document["mounts"]?.arrayValue?.count == 2)
    #expect(document["mounts"]?[0]?["path"] == "/media")
    #expect(document["mounts"]?[0]?.objectValue == ["path": "/media"])
    #expect(document["name"]?.intValue == nil)
    #expect(document["name"]?["x"] == nil)
    #expect(document["name"]?[0] == nil)
    #expect(document["mounts"]?[-1] == nil)
    #expect(document["mounts"]?[2] == nil)
    #expect(document["mounts"]?.kind.description == "an array")
  }

  @Test func `is reached by a path that reads well`() {
    let path: JSONPath = ["mounts", 1, "labels", "odd key"]
    #expect(Self.document[path] == 1.5)
    #expect(path.description == #"mounts[1].labels["odd key"]"#)
    #expect(Self.document[JSONPath()] == Self.document)
    #expect(JSONPath().description == "")
    #expect(Self.document[["mounts", 2]] == nil)
    #expect(JSONPath().appending(3).appending("a-b").description == "[3].a-b")
    #expect(
      JSONPath([.key("app.kubernetes.io/name"), .key("1a"), .key("_x"), .key("\"")]).description
        == #"["app.kubernetes.io/name"]["1a"]._x["\""]"#)
  }

  @Test func `grows as it is assigned to`() {
    var value = JSONValue.null
    value["a"] = [1]
    value["a"]?[1] = 2
    value["a"]?[7] = 3
    value["a"]?[0] = nil
    value["b"] = "x"
    value["b"] = nil
    value["a"]?["c"] = nil
    #expect(value == ["a": [2]])
    var list: JSONValue = [1]
    list[-1] = 2
    #expect(list == [1])
  }
}
