import JSONValue
import Testing
import TimeText

@testable import K8sClient

private struct Thing: Resource {
  static let type = ResourceType(group: "x.org", version: "v1", plural: "things", kind: "Thing")
  static let fields: [FieldRule] = [
    .text("spec", "text"), .integer("spec", "integer"), .flag("spec", "flag"),
    .time("spec", "time"), .object("spec", "object"), .list("spec", "list"),
    .texts("spec", "texts"), .map("spec", "map"),
  ]
  var json: JSONValue
  init(json: JSONValue) { self.json = json }
}

@Suite struct `A field of an object` {
  @Test func `is read by its keys`() throws {
    let thing = Thing(
      json: try JSONValue(
        parsing: """
          {"spec":{"text":"a","integer":3,"flag":true,"time":"2026-01-02T03:04:05.5+01:00",
          "texts":["a",1,"b"],"map":{"b":"2","a":"1","c":3},"list":[{"name":"n"}],"null":null}}
          """))
    #expect(thing[text: "spec", "text"] == "a")
    #expect(thing[integer: "spec", "integer"] == 3)
    #expect(thing[flag: "spec", "flag"] == true)
    #expect(thing[time: "spec", "time"]?.description == "2026-01-02T02:04:05.500Z")
    #expect(thing[texts: "spec", "texts"] == ["a", "b"])
    #expect(thing[map: "spec", "map"] == ["a": "1", "b": "2"])
    let containers: [Container] = thing[parts: "spec", "list"]
    #expect(containers.map(\.name) == ["n"])
    #expect(thing[value: "spec", "null"] == nil)
    #expect(thing[text: "spec", "integer"] == nil)
    #expect(thing[text: "spec", "text", "deeper"] == nil)
    #expect(thing[text: "nothing", "here"] == nil)
  }

  @Test func `is set without disturbing the others`() throws {
    var thing = Thing(
      json: try JSONValue(parsing: #"{"z":1,"spec":{"b":"1","text":"old","a":null},"y":[]}"#))
    thing[text: "spec", "text"] = "new"
    thing[integer: "spec", "count"] = 2
    thing[flag: "status", "deep", "flag"] = false
    #expect(
      thing.json.text()
        == #"{"z":1,"spec":{"b":"1","text":"new","a":null,"count":2},"y":[],"#
        + #""status":{"deep":{"flag":false}}}"#)
    thing[text: "spec", "text"] = nil
    thing[text: "no", "such", "place"] = nil
    thing[texts: "y"] = []
    thing[map: "spec", "map"] = [:]
    #expect(
      thing.json.text()
        == #"{"z":1,"spec":{"b":"1","a":null,"count":2},"status":{"deep":{"flag":false}}}"#)
  }

  @Test func `that is a map keeps the places of its keys`() throws {
    var thing = Thing(json: try JSONValue(parsing: #"{"m":{"z":"1","b":"2","a":"3"}}"#))
    thing[map: "m"]["b"] = "9"
    thing[map: "m"]["c"] = "4"
    thing[map: "m"]["a"] = nil
    #expect(thing.json.text() == #"{"m":{"z":"1","b":"9","c":"4"}}"#)
  }

  @Test func `that is an instant is written as its kind asks`() {
    var thing = Thing(json: [:])
    let instant = Timestamp(seconds: 1_767_323_045, nanoseconds: 123_456_789)
    thing[time: "t"] = instant
    thing[microTime: "m"] = instant
    #expect(
      thing.json.text() == #"{"t":"2026-01-02T03:04:05Z","m":"2026-01-02T03:04:05.123456Z"}"#)
    thing[microTime: "m"] = Timestamp(seconds: 0)
    #expect(thing[text: "m"] == "1970-01-01T00:00:00.000000Z")
  }

  @Test(
    arguments: [
      (#"{"text":5}"#, "spec.text: expected a string, found 5"),
      (#"{"integer":1.5}"#, "spec.integer: expected a whole number, found 1.5"),
      (#"{"flag":"true"}"#, "spec.flag: expected true or false, found \"true\""),
      (
        #"{"time":"now"}"#,
        "spec.time: expected a time such as \"2026-03-01T09:30:00Z\", found \"now\""
      ),
      (#"{"object":[]}"#, "spec.object: expected an object, found []"),
      (#"{"list":{}}"#, "spec.list: expected a list, found {}"),
      (#"{"list":[{},4]}"#, "spec.list[1]: expected an object, found 4"),
      (#"{"texts":["a",null]}"#, "spec.texts[1]: expected a string, found null"),
      (#"{"map":{"a b":2}}"#, #"spec.map["a b"]: expected a string, found 2"#),
      (#"7"#, "spec: expected an object, found 7"),
    ])
  func `that is not what it should be is named`(spec: String, fault: String) throws {
    let json = try JSONValue(
      parsing: #"{"kind":"Thing","metadata":{"name":"a","namespace":"b"},"spec":\#(spec)}"#)
    let error = #expect(throws: MalformedObject.self) { try Thing(checking: json) }
    #expect(error?.description == "thing b/a, at \(fault)")
  }

  @Test func `may be absent, or null`() throws {
    let json = try JSONValue(
      parsing: #"{"metadata":{"name":"a","labels":null},"spec":{"text":null,"list":null}}"#)
    #expect(try Thing(checking: json).json == json)
    _ = try Thing(checking: ["metadata": ["name": "a"], "spec": .null])
  }
}

@Suite struct `An object that is read` {
  @Test(
    arguments: [
      ("[]", "a thing: expected an object, found an array"),
      ("{}", "a thing, at metadata.name: expected a name"),
      (#"{"metadata":{"name":""}}"#, "a thing, at metadata.name: expected a name"),
      (
        #"{"kind":"Pod","metadata":{"name":"a"}}"#,
        "thing a, at kind: expected \"Thing\", found \"Pod\""
      ),
      (
        #"{"apiVersion":"x.org/v2","metadata":{"name":"a"}}"#,
        "thing a, at apiVersion: expected \"x.org/v1\", found \"x.org/v2\""
      ),
      (
        #"{"metadata":{"name":"a","labels":{"x":1}}}"#,
        "thing a, at metadata.labels.x: expected a string, found 1"
      ),
    ])
  func `is of its type, with a name`(text: String, fault: String) throws {
    let json = try JSONValue(parsing: text)
    let error = #expect(throws: MalformedObject.self) { try Thing(checking: json) }
    #expect(error?.description == fault)
  }

  @Test func `in a list is named by its number and by itself`() throws {
    let json = try JSONValue(
      parsing:
        #"{"kind":"ThingList","items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"},"spec":1}]}"#
    )
    let error = #expect(throws: MalformedObject.self) { try ObjectList<Thing>(checking: json) }
    #expect(
      error?.description
        == "item 1 of a list of things (thing b), at spec: expected an object, found 1")
  }

  @Test(
    arguments: [
      ("1", "a list of things: expected an object, found a number"),
      (#"{"kind":"Thing"}"#, "a list of things, at kind: expected a list, found Thing"),
      (#"{"items":{}}"#, "a list of things, at items: expected a list, found {}"),
      (
        #"{"metadata":{"continue":7}}"#,
        "a list of things, at metadata.continue: expected a string, found 7"
      ),
    ])
  func `as a list is one`(text: String, fault: String) throws {
    let json = try JSONValue(parsing: text)
    let error = #expect(throws: MalformedObject.self) { try ObjectList<Thing>(checking: json) }
    #expect(error?.description == fault)
  }

  @Test func `may be an empty list in three ways`() throws {
    for text in [#"{"items":[]}"#, #"{"items":null}"#, #"{"metadata":{"continue":""}}"#] {
      let list = try ObjectList<Thing>(checking: try JSONValue(parsing: text))
      #expect(list == ObjectList([]))
    }
  }

  @Test func `is made with its names`() throws {
    let thing = Thing(named: try ObjectName("a"), in: try Namespace("b"))
    #expect(
      thing.json.text()
        == #"{"apiVersion":"x.org/v1","kind":"Thing","metadata":{"name":"a","namespace":"b"}}"#)
    #expect(thing.title == "thing b/a")
    #expect(try thing.path().text == "/apis/x.org/v1/namespaces/b/things/a")
  }
}
