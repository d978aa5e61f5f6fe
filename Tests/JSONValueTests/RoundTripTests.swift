import Foundation
import JSONValue
import Testing

@Suite struct `A written value` {
  @Test func `reads back as itself, compact and pretty`() throws {
    var generator = SeededGenerator(seed: 1)
    for round in 0..<10_000 {
      let value = JSONValue.random(using: &generator)
      let compact = value.bytes()
      let reread = try JSONValue(parsing: compact)
      #expect(reread == value, "round \(round): \(value)")
      #expect(reread.hashValue == value.hashValue, "round \(round): \(value)")
      #expect(reread.bytes() == compact, "round \(round): \(value)")
      #expect(try JSONValue(parsing: value.text(.pretty)) == value, "round \(round): \(value)")
      let sorted = value.text(.init(isPretty: round.isMultiple(of: 2), sortsKeys: true))
      #expect(try JSONValue(parsing: sorted) == value, "round \(round): \(value)")
    }
  }

  @Test func `is JSON to Foundation as well`() throws {
    var generator = SeededGenerator(seed: 2)
    for round in 0..<500 {
      // Foundation drops a zero width no-break space from the beginning of a string.
      let strings = (0..<8).map { _ in JSONValue.string("-" + .random(using: &generator)) }
      let value: JSONValue = ["strings": .array(strings), "number": .number(JSONNumber(round))]
      let parsed = try JSONSerialization.jsonObject(with: Data(value.bytes(.pretty)))
      let object = try #require(parsed as? [String: Any])
      let reread = try #require(object["strings"] as? [String]).map(JSONValue.string)
      #expect(reread == strings, "round \(round)")
      #expect(object["number"] as? Int == round)
    }
  }

  @Test func `mutated in any way is read or refused, and never read as what is not UTF-8`() throws {
    var generator = SeededGenerator(seed: 3)
    var acceptedCount = 0
    for round in 0..<20_000 {
      var bytes = JSONValue.random(depth: 2, using: &generator).bytes()
      for _ in 0...Int.random(in: 0...2, using: &generator) {
        let place = Int.random(in: 0..<max(1, bytes.count), using: &generator)
        switch Int.random(in: 0...2, using: &generator) {
        case 0: bytes.insert(.random(in: 0...255, using: &generator), at: min(place, bytes.count))
        case 1 where place < bytes.count: bytes.remove(at: place)
        case 2 where place < bytes.count: bytes[place] = .random(in: 0...255, using: &generator)
        default: break
        }
      }
      do throws(JSONError) {
        let value = try JSONValue(parsing: bytes)
        acceptedCount += 1
        #expect(String(validating: bytes, as: UTF8.self) != nil, "round \(round): \(bytes)")
        let reread = try? JSONValue(parsing: value.bytes())
        #expect(reread == value, "round \(round): \(bytes)")
      } catch {
        #expect((0...bytes.count).contains(error.offset), "round \(round): \(bytes)")
      }
    }
    // Both happen often enough for the test to mean something.
    #expect((1000...19_000).contains(acceptedCount))
  }

  @Test func `is pretty by two spaces a level, and sorted on demand`() {
    let value: JSONValue = ["b": [1, [], [:]], "a": ["é": "\u{1}\u{2028}/"], "B": .null]
    #expect(
      value.text(.pretty) == """
        {
          "b": [
            1,
            [],
            {}
          ],
          "a": {
            "é": "\\u0001\u{2028}/"
          },
          "B": null
        }
        """)
    #expect(
      value.text(.init(sortsKeys: true))
        == "{\"B\":null,\"a\":{\"é\":\"\\u0001\u{2028}/\"},\"b\":[1,[],{}]}")
    var output = Array("data: ".utf8)
    value["b"]?.write(to: &output)
    #expect(output == Array("data: [1,[],{}]".utf8))
  }
}
