import JSONValue
import Testing
import TimeText

@testable import K8sClient

@Suite struct `A note that becomes an event` {
  private static func note(_ text: String = "liveness gone, pod restarted") throws -> EventNote {
    EventNote(
      .warning, reason: "Restarting", action: "DeletePod", note: text,
      regarding: ObjectReference(
        Pod.type, try ObjectName("prowlarr-0"), in: try Namespace("media"),
        uid: try UID("1650c088-c8eb-4065-b4ba-6c442aa1285a")),
      time: try Timestamp(rfc3339: "2026-01-02T03:04:05.123456Z"),
      reportingController: "example.com/homelab-controller",
      reportingInstance: "homelab-controller-0")
  }

  @Test func `is what was recorded, by either API`() throws {
    let exchanges = try Transcript.named("event-create").exchanges
    let event = try Self.note().event(0x17a2)
    #expect(event.json == exchanges[1].request.body)
    let core = try Self.note().coreEvent(0x17a1)
    let recorded = try #require(exchanges[0].request.body)
    for key in ["apiVersion", "kind", "metadata", "involvedObject", "reason", "message", "count"] {
      #expect(core.json[key] == recorded[key])
    }
    #expect(core.json["firstTimestamp"] == "2026-01-02T03:04:05Z")
  }

  @Test func `reads the same through both`() throws {
    let note = try Self.note()
    let event = try Event(checking: note.event(1).json)
    let core = try CoreEvent(checking: note.coreEvent(1).json)
    #expect(event.note == core.note)
    #expect(event.reason == core.reason)
    #expect(event.kind == .warning && core.kind == .warning)
    #expect(event.regarding == core.regarding)
    #expect(event.regarding?.uid?.description == "1650c088-c8eb-4065-b4ba-6c442aa1285a")
    #expect(event.count == 1 && core.count == 1)
    #expect(event.lastObservedTime == note.time)
  }

  @Test func `has exactly six digits in its time`() throws {
    var note = try Self.note()
    for (nanoseconds, text) in [(0, "000000"), (1, "000000"), (999_999_999, "999999")] {
      note.time = Timestamp(seconds: 1_767_323_045, nanoseconds: Int64(nanoseconds))
      #expect(note.event(1)[text: "eventTime"] == "2026-01-02T03:04:05.\(text)Z")
    }
  }

  @Test(arguments: ["a", "é", "🇩🇪", "👨‍👩‍👧", "e\u{301}", "\u{301}"])
  func `is cut to what the API takes, at the end of a character`(piece: String) throws {
    for count in [1020, 1023, 1024, 1025, 3000] {
      let long = String(repeating: "x", count: count % 7) + String(repeating: piece, count: count)
      var note = try Self.note(long)
      note.reason = long
      note.action = long
      note.reportingInstance = long
      for json in [note.event(1).json, note.coreEvent(1).json] {
        let text = try #require((json["note"] ?? json["message"])?.stringValue)
        #expect(text.utf8.count <= 1024)
        #expect(text.utf8.count > 1020 || text == long)
        #expect(long.unicodeScalars.starts(with: text.unicodeScalars))
        for key in ["reason", "action", "reportingInstance"] {
          let word = try #require(json[key]?.stringValue)
          #expect((124...128).contains(word.utf8.count))
        }
      }
    }
  }

  @Test func `never lacks what the API asks for`() throws {
    var note = try Self.note("")
    note.reason = ""
    note.action = ""
    note.reportingInstance = ""
    note.reportingController = "not a name"
    let event = note.event(1)
    #expect(event.reason == "Unknown")
    #expect(event.action == "Unknown")
    #expect(event[text: "reportingInstance"] == "Unknown")
    #expect(event[text: "reportingController"] == "mountmon")
  }

  @Test(
    arguments: [
      ("plex-0", "plex-0.ff"), ("system:node", "system-node.ff"), ("Bad_Name", "bad-name.ff"),
      ("", "event.ff"), ("-._", "event.ff"), ("a..b", "a.b.ff"), ("a-.-b", "a.b.ff"),
    ])
  func `has a name that is one`(object: String, name: String) throws {
    var note = try Self.note()
    note.regarding[text: "name"] = object
    #expect(note.name(255) == name)
    #expect(throws: Never.self) { try ObjectName(note.name(255)) }
  }

  @Test func `has a name that is not too long`() throws {
    var note = try Self.note()
    note.regarding[text: "name"] = String(repeating: "a.", count: 126) + "b"
    let name = note.name(.max)
    #expect(name.utf8.count <= 253)
    #expect(name.hasSuffix(".ffffffffffffffff"))
    #expect(throws: Never.self) { try ObjectName(name) }
  }

  @Test func `goes to default where its object has no namespace`() throws {
    var note = try Self.note()
    let node = ResourceType(version: "v1", plural: "nodes", kind: "Node", isNamespaced: false)
    note.regarding = ObjectReference(node, try ObjectName("fake-node"), in: nil)
    #expect(note.namespace == "default")
    #expect(note.event(1).metadata.namespace?.description == "default")
  }

  @Test func `happens again by the patches that were recorded`() throws {
    let exchanges = try Transcript.named("event-series").exchanges
    let time = try Timestamp(rfc3339: "2026-01-02T03:06:05.123456Z")
    #expect(Event.seriesPatch(count: 2, lastObserved: time).json == exchanges[0].request.body)
    #expect(
      Event.seriesPatch(count: 1, lastObserved: time).json["series"]?["count"] == 2,
      "a series of less is refused")
    let core = CoreEvent.seriesPatch(
      count: 2, lastObserved: try Timestamp(rfc3339: "2026-01-02T03:09:05.7Z"))
    #expect(core.json["lastTimestamp"] == exchanges[5].request.body?["lastTimestamp"])
    #expect(core.json["count"] == 2)
  }

  @Test func `is about an object that is at hand`() throws {
    let json = try #require(
      try Transcript.named("pod-delete-preconditions").exchanges[0].response.json)
    let reference = ObjectReference(to: try Pod(checking: json))
    #expect(reference.kind == "Pod")
    #expect(reference.apiVersion == "v1")
    #expect(reference.name?.description == "web-1")
    #expect(reference.uid?.description == "341a0f22-94e2-465c-87f0-f434e2446e04")
  }
}
