import JSONValue
import Pacing
import SimulationKit
import Testing

@testable import K8sClient

@Suite struct `Frames of a watch` {
  private static let added = #"{"type":"ADDED","object":{"metadata":{"name":"ä😀"}}}"#

  @Test func `are lines, however many a read holds`() throws {
    var frames = WatchFrames()
    frames.append(Array("\(Self.added)\n\r\n\(Self.added)\n{\"type\":".utf8))
    #expect(try frames.next()?.kind == .added)
    #expect(try frames.next()?.object["metadata"]?["name"]?.stringValue == "ä😀")
    #expect(try frames.next() == nil)
    #expect(frames.isInsideLine)
    frames.append(Array(#""BOOKMARK","object":{}}"#.utf8 + [10]))
    #expect(try frames.next() == WatchEvent(.bookmark, .object(JSONObject())))
    #expect(try frames.next() == nil)
    #expect(!frames.isInsideLine)
  }

  @Test(arguments: 1...60)
  func `come whole in pieces of any size`(_ size: Int) throws {
    let text = Array("\(Self.added)\n\(Self.added)\n".utf8)
    var frames = WatchFrames()
    var events: [WatchEvent] = []
    for start in stride(from: 0, to: text.count, by: size) {
      frames.append(text[start..<min(start + size, text.count)])
      while let event = try frames.next() { events.append(event) }
    }
    #expect(events.count == 2 && events[0] == events[1])
  }

  @Test func `of a kind that is not known are passed over and counted`() throws {
    var frames = WatchFrames()
    frames.append(Array("{\"type\":\"SYNCED\",\"object\":{}}\n\(Self.added)\n".utf8))
    #expect(try frames.next()?.kind == .added)
    #expect(frames.skipped == 1)
  }

  @Test(arguments: [
    "{\"type\":\"ADDED\"}", "{\"type\":\"ADDED\",\"object\":7}", "{\"object\":{}}", "nonsense",
    "[]", "{\"type\":\"ADDED\",\"object\":{}} x", "\u{FEFF}{}",
    "{\"type\":\"ADDED\",\"object\":" + String(repeating: "[", count: 300),
  ])
  func `that are none end the stream for good`(_ line: String) {
    var frames = WatchFrames()
    frames.append(Array("\(line)\n\(Self.added)\n".utf8))
    #expect(throws: WatchFrameError.self) { try frames.next() }
    frames.append(Array("\(Self.added)\n".utf8))
    #expect(throws: WatchFrameError.self) { try frames.next() }
  }

  @Test func `have a longest line`() throws {
    func line(_ count: Int) -> [UInt8] {
      let head = Array(#"{"type":"ADDED","object":{"a":""#.utf8)
      let filling = [UInt8](
        repeating: UInt8(ascii: "x"), count: WatchFrames.maximumLineBytes - head.count - 3 + count)
      return head + filling + Array("\"}}\n".utf8)
    }
    var frames = WatchFrames()
    frames.append(line(0))
    #expect(try frames.next()?.kind == .added)
    for excess in [line(1), line(1).dropLast()] {
      var frames = WatchFrames()
      frames.append(excess)
      #expect(throws: WatchFrameError.self) { try frames.next() }
    }
  }

  @Test func `stay within their limit without a line feed`() {
    var frames = WatchFrames()
    #expect(throws: WatchFrameError.self) {
      for _ in 0..<2000 {
        frames.append([UInt8](repeating: 0x20, count: 64 << 10))
        _ = try frames.next()
      }
    }
  }
}

@Suite struct `Recorded watches` {
  static let names = Recording.names.filter { !$0.hasPrefix("pod-log") }

  @Test func `are there`() throws {
    let streams = try Self.names.flatMap { try Recording($0).exchanges.filter(\.isStream) }
    #expect(streams.count > 30)
    #expect(streams.contains { $0.reads.count > 15 })
  }

  @Test(arguments: names)
  func `read the same whichever way they are split`(_ name: String) throws {
    var random = SeededGenerator(seed: 7)
    for exchange in try Recording(name).exchanges where exchange.isStream {
      let events = try Self.events(of: exchange.reads)
      let lines = exchange.bytes.split(separator: 10)
      #expect(events.count == lines.count, "\(exchange.path)")
      for (event, line) in zip(events, lines) {
        let json = try JSONValue(parsing: line)
        #expect(event.object == json["object"] && event.kind.rawValue == json["type"]?.stringValue)
      }
      let bytes = exchange.bytes
      if bytes.count < 40_000 {
        #expect(try Self.events(of: bytes.map { [$0] }) == events)
        for cut in bytes.indices where bytes.count < 3000 {
          #expect(try Self.events(of: [Array(bytes[..<cut]), Array(bytes[cut...])]) == events)
        }
      }
      for _ in 0..<5 {
        var parts: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
          let count = random.number(1...max(1, random.number(1...5000)))
          parts.append(Array(rest.prefix(count)))
          rest = rest.dropFirst(count)
        }
        #expect(try Self.events(of: parts) == events)
      }
    }
  }

  static func events(of reads: [[UInt8]]) throws -> [WatchEvent] {
    var frames = WatchFrames()
    var events: [WatchEvent] = []
    for bytes in reads {
      frames.append(bytes)
      while let event = try frames.next() { events.append(event) }
    }
    #expect(!frames.isInsideLine && frames.skipped == 0)
    return events
  }
}
