import JSONValue
import Pacing
import Testing

@testable import MountHealthCore

@Suite struct `The faults of a configuration` {
  /// Values that a key of this kind cannot take.
  private static func wrong(_ kind: ConfigurationKey.Kind) throws -> [JSONValue] {
    let overflow: [JSONValue] = [
      try JSONValue(parsing: "1e400"), try JSONValue(parsing: "9223372036854775808"),
    ]
    switch kind {
    case .duration(let range):
      var values: [JSONValue] = [true, 30, -1, 1.5, "", "30", "x", "-5s", "1d", "1s ", [], [:]]
      if range.lowerBound > .zero { values += ["0s", "1ns"] }
      return values + ["87601h", "9999999999h", "1e3s"] + overflow
    case .integer(let range):
      return [
        true, "3", "", 1.5, [], [:], .number(JSONNumber(range.lowerBound - 1)),
        .number(JSONNumber(range.upperBound + 1)), -9_223_372_036_854_775_807,
      ] + overflow
    case .number:
      return [true, "3", "", [], [:], -0.1, 100.1, -1] + overflow
    case .bytes:
      return [
        true, 1.5, -1, "", "x", "-1", "1 XB", "KiB", "1kib", "0x10", [], [:],
        "9223372036854775808", "99999999TiB", "18446744073709551616",
      ] + overflow
    case .flag:
      return [0, 1, "true", "", [], [:]]
    case .text(let maximum):
      return [1, true, [], [:], .string(String(repeating: "x", count: maximum + 1))]
    case .name:
      return [
        1, true, [], [:], "a\nb", "\u{0}", "\u{7F}", .string(String(repeating: "x", count: 254)),
      ]
    case .path:
      return [1, true, [], [:], "", "..", "/a/../b", "a\u{0}b", .string(longPath)]
    case .canary:
      return [1, true, [], [:], "..", "../x", "a/../../b", "/", ".", "\u{0}", .string(longPath)]
    case .choice:
      return [1, true, [], [:], "x", "INFO", " info"]
    case .requirement:
      return [0, 1, "", "Auto", "true", []]
    case .url:
      return [0, true, "", "x", "http://", "ftp://a/", "http://a/ b", [], [:]]
    case .texts(let count):
      return [
        0, true, "", "x", [:], [1], ["a\u{0}"], [.string(String(repeating: "x", count: 4097))],
        .array(Array(repeating: "x", count: count.upperBound + 1)),
      ]
    case .fields:
      return [0, true, "", "x", [], ["a": 1], ["a b": "x"], ["": "x"], ["a": "x\ny"]]
    case .durationOrNever, .absolutePath, .textsOrObject, .pathsOrObjects:
      // The sidecar has none of these.
      return []
    case .textOrObject:
      return [0, true, []]
    case .object:
      return [0, true, "", "x", []]
    case .objects:
      return [0, true, "", "x", [:]]
    }
  }

  private static let longPath = "/" + String(repeating: "x", count: 4096)

  @Test(arguments: KeyPlace.allCases)
  func `name each key's wrong value and what is allowed`(place: KeyPlace) throws {
    for key in place.keys {
      for value in try Self.wrong(key.kind) {
        // In a mount, 0 always meant "as at the top".
        if place == .mount, key == .failureThreshold, value == 0 { continue }
        let line =
          "config.json: \(place.prefix)\(key.name): \(value.shown) is not allowed, expected "
          + key.kind.expectation
        #expect(Configuration.faults(in: place.document(key.name, value)) == [line])
      }
    }
  }

  @Test func `are told all at once, in the order of the file's sections`() {
    let text = """
      {
        "checkInterval": 30,
        "httpPort": -1,
        "colour": "blue",
        "readTimout": "5s",
        "watchdog": { "maxRetries": -4, "restartDelay": "-1s", "enable": true },
        "mounts": [
          { "path": "/a", "name": "x" },
          { "path": "/b", "failureThreshold": -2 },
          { "path": "/a/", "name": "x", "canaryFile": "../x" },
          { "name": "nowhere" }
        ]
      }
      """
    let lines = Configuration.faults(in: text)
    let expected = [
      "colour: unknown key, expected one of mounts, ",
      #"readTimout: unknown key, did you mean "readTimeout"?"#,
      "checkInterval: 30 is not allowed, expected a duration from 1s to 24h, such as \"1m30s\"",
      "httpPort: -1 is not allowed, expected a whole number from 1 to 65535",
      #"watchdog.enable: unknown key, did you mean "enabled"?"#,
      "watchdog.restartDelay: \"-1s\" is not allowed, expected a duration from 0s to 24h, such as",
      "watchdog.maxRetries: -4 is not allowed, expected a whole number from 1 to 1000",
      "mounts[1].failureThreshold: -2 is not allowed, expected a whole number from 1 to 1000",
      "mounts[2].canaryFile: \"../x\" is not allowed, expected a path below the mount, without",
      "mounts[2].name: \"x\" is not allowed, expected a name of its own: mounts[0] has this one",
      "mounts[2].path: \"/a/\" is not allowed, expected a path of its own: mounts[0] has this one",
      "mounts[3].path: is missing, expected the path of the mount",
    ]
    #expect(lines.count == expected.count)
    for (line, beginning) in zip(lines, expected) {
      #expect(line.hasPrefix("config.json: " + beginning))
    }
    #expect(
      lines.contains(
        "config.json: mounts[1].failureThreshold: -2 is not allowed, "
          + "expected a whole number from 1 to 1000"))
  }

  @Test func `are a hundred lines at most`() {
    let text = "{ \"mounts\": [\(Array(repeating: "7", count: 1000).joined(separator: ","))] }"
    let lines = Configuration.faults(in: text)
    #expect(lines.count == 101)
    #expect(lines.last == "… and 900 more faults")
    #expect(ConfigurationFaults(["a", "b"]).description == "a\nb")
  }

  @Test func `show little of much, on one line each`() {
    let key = String(repeating: "k\n", count: 5000)
    let text = JSONValue.object([key: 1, "mounts": [["path": "/a"]]]).text()
    let lines = Configuration.faults(in: text)
    #expect(lines.count == 1)
    #expect(lines.allSatisfy { $0.utf8.count < 1000 && !$0.contains("\n") })
  }

  @Test(arguments: [
    ("chekInterval", "checkInterval"), ("HTTPPORTS", "httpPort"), ("loglevle", "logLevel"),
    ("mount", "mounts"), ("watchdgo", "watchdog"), ("canaryFiles", "canaryFile"),
  ])
  func `suggest the key that was meant`(slip: String, key: String) {
    let text = #"{ "\#(slip)": null, "mounts": [{ "path": "/a" }] }"#
    #expect(
      Configuration.faults(in: text) == [
        "config.json: \(slip): unknown key, did you mean \"\(key)\"?"
      ])
  }

  @Test(arguments: ["x", "timeout", "interval", "retry", ""])
  func `suggest nothing that is far from it`(word: String) {
    #expect(word.closest(among: ConfigurationKey.topKeys.map(\.name)) == nil)
  }
}

@Suite struct `A hostile configuration file` {
  private let mounts = #""mounts": [{ "path": "/a" }]"#

  private func onlyFault(of bytes: [UInt8]) throws -> String {
    let faults = Configuration.faults(of: bytes)
    #expect(faults.count == 1)
    let fault = try #require(faults.first)
    #expect(fault.hasPrefix("config.json: "))
    return String(fault.dropFirst("config.json: ".count))
  }

  @Test func `may be empty`() throws {
    #expect(try onlyFault(of: []) == "is empty, expected a JSON object")
    #expect(try onlyFault(of: Array("  \n".utf8)).contains("the text ends"))
  }

  @Test func `may have a byte order mark`() throws {
    let fault = try onlyFault(of: [0xEF, 0xBB, 0xBF] + Array("{ \(mounts) }".utf8))
    #expect(fault.contains("byte order mark"))
  }

  @Test func `may be no UTF-8`() throws {
    let bytes = Array(#"{ "mounts": [{ "path": "/a"#.utf8) + [0xFF] + Array(#"" }] }"#.utf8)
    #expect(try onlyFault(of: bytes).hasPrefix("line 1, column 27, at mounts[0].path: "))
  }

  @Test func `may be too large`() throws {
    let space = [UInt8](repeating: 0x20, count: 2 << 20)
    #expect(
      try onlyFault(of: Array("{ \(mounts) }".utf8) + space)
        == "larger than 1048576 bytes, expected at most that")
    // As its predecessor: a mebibyte is taken.
    let text = Array("{ \(mounts) }".utf8)
    #expect(Configuration.faults(of: text + space.prefix((1 << 20) - text.count)).isEmpty)
    #expect(Configuration.faults(of: text + space.prefix((1 << 20) - text.count + 1)).count == 1)
  }

  @Test func `may be deep`() throws {
    for bomb in ["[", #"{"a":"#] {
      let bytes = Array(String(repeating: bomb, count: 150_000).utf8)
      #expect(try onlyFault(of: bytes).hasPrefix("line 1, column "))
    }
  }

  @Test func `may have control characters and much else above its fault`() throws {
    let fault = try onlyFault(of: Array("{ \"a\u{7F}\\nb\": x }".utf8))
    #expect(!fault.hasControlCharacters)
    let keys = String(repeating: "{\"" + String(repeating: "k", count: 100) + "\":", count: 400)
    #expect(try onlyFault(of: Array(keys.utf8)).utf8.count < 6000)
  }

  @Test(arguments: ["{", "{}x", "{} {}", "nul", "{'a': 1}", "\u{0}", "{ \"a\": 01 }"])
  func `may be no JSON`(text: String) throws {
    #expect(try onlyFault(of: Array(text.utf8)).hasPrefix("line 1, column "))
  }

  @Test func `may have 10,000 mounts`() throws {
    let list = (0..<10_000).map { #"{"path":"/\#($0)"}"# }.joined(separator: ",")
    #expect(
      try onlyFault(of: Array(#"{"mounts":[\#(list)]}"#.utf8))
        == "mounts: a list of 10000 is not allowed, expected a list of 1 to 1000 objects")
  }

  @Test func `with 1000 mounts is well`() throws {
    let list = (0..<1000).map { #"{"path":"/\#($0)","name":"n\#($0)"}"# }.joined(separator: ",")
    #expect(try Configuration.reading(#"{"mounts":[\#(list)]}"#).configuration.mounts.count == 1000)
  }

  /// Random changes of a good file: it is read, or refused with at least one line.
  @Test(arguments: 0..<4) func `survives any change`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let fixtures = ConfigurationFixture.all("valid")
    let telling = Array(#"{}[]",:.-+0919eE\ "#.utf8) + [0x00, 0x0A, 0xFF, 0xC3]
    for _ in 0..<300 {
      guard var bytes = fixtures.randomElement(using: &generator)?.bytes else { return }
      for _ in 0...Int.random(in: 0..<4, using: &generator) where !bytes.isEmpty {
        let index = Int.random(in: bytes.indices, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[index] = telling.randomElement(using: &generator) ?? 0
        case 1: bytes.insert(telling.randomElement(using: &generator) ?? 0, at: index)
        default: bytes.remove(at: index)
        }
      }
      do {
        let mounts = try Configuration.reading(bytes: bytes).configuration.mounts
        #expect(!mounts.isEmpty, "seed \(seed)")
        for mount in mounts {
          #expect(mount.timeout < mount.interval, "seed \(seed)")
          #expect(mount.interval >= .seconds(1), "seed \(seed)")
        }
      } catch {
        #expect(!error.lines.isEmpty, "seed \(seed)")
        #expect(error.lines.allSatisfy { !$0.contains("\n") }, "seed \(seed)")
      }
    }
  }
}

@Suite struct `A configuration for one look` {
  private let document = #"{"readTimeout": "60s", "mounts": [{"path": "/mnt/a"}]}"#

  @Test func `needs no timeout below an interval that is not kept`() throws {
    var input = ConfigurationInput(
      file: .init(name: "config.json", bytes: Array(document.utf8)))
    #expect(throws: ConfigurationFaults.self) { try Configuration.read(input) }
    input.isForOneLook = true
    #expect(try Configuration.read(input).configuration.mounts.first?.timeout == .seconds(60))
  }
}
