import Foundation
import Testing

@testable import JSONValue

@Suite struct `A limit` {
  private func nested(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
  }

  @Test func `of depth holds at its last level and refuses the next`() throws {
    _ = try JSONValue(parsing: nested(512))
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: nested(513)) }
    #expect(error?.code == .tooDeep)
    #expect(error?.offset == 512)
    #expect(error?.path.steps.count == 512)
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: "[]", options: .init(maximumDepth: 0))
    }
    #expect(try JSONValue(parsing: "1", options: .init(maximumDepth: 0)) == 1)
  }

  @Test func `of depth is safe on a stack of 512 KiB for all that values can do`() throws {
    let arrays = nested(512)
    let objects =
      String(repeating: #"{"key":"#, count: 512) + "1" + String(repeating: "}", count: 512)
    let thread = Thread {
      for text in [arrays, objects] {
        guard let value = try? JSONValue(parsing: text), let other = try? JSONValue(parsing: text)
        else { fatalError("the text was refused") }
        precondition(value == other && value.hashValue == other.hashValue)
        precondition((try? JSONValue(parsing: value.text(.pretty))) == value)
        precondition((try? JSONValue(encoding: value).decode(JSONValue.self)) == value)
      }
      Done.semaphore.signal()
    }
    thread.stackSize = 512 << 10
    thread.start()
    #expect(Done.semaphore.wait(timeout: .now() + 30) == .success)
  }

  private enum Done { static let semaphore = DispatchSemaphore(value: 0) }

  @Test func `of size refuses before reading, even what never ends`() throws {
    let unlimited = JSONParser.Options(maximumBytes: .max)
    #expect(try JSONValue(parsing: AnySequence("12345".utf8), options: unlimited) == 12345)
    let options = JSONParser.Options(maximumBytes: 4)
    #expect(try JSONValue(parsing: "1234", options: options) == 1234)
    for error in [
      #expect(throws: JSONError.self) { try JSONValue(parsing: "12345", options: options) },
      #expect(throws: JSONError.self) {
        try JSONValue(parsing: sequence(first: UInt8(0x20)) { $0 }, options: options)
      },
    ] {
      #expect(error?.code == .tooLarge)
      #expect(error?.message == "the text has more than the 4 bytes allowed")
    }
  }

  @Test func `of a number's length refuses longer ones`() throws {
    let long = String(repeating: "7", count: 4096)
    #expect(try JSONValue(parsing: long).text() == long)
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "[0,\(long)7]") }
    #expect(error?.code == .numberTooLong)
    #expect(error?.path == [1])
    #expect(error?.message == "a number of 4097 characters; 4096 are allowed")
  }

  @Test func `of patience with repeated keys is the caller's choice`() throws {
    let text = #"{"a":1,"b":2,"a":3}"#
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    let first = try JSONValue(parsing: text, options: .init(duplicateKeys: .keepFirst))
    #expect(first.text() == #"{"a":1,"b":2}"#)
    let last = try JSONValue(parsing: text, options: .init(duplicateKeys: .keepLast))
    #expect(last.text() == #"{"a":3,"b":2}"#)

    let keys = (0..<40).map { "\"k\($0 % 20)\":\($0)" }.joined(separator: ",")
    let many = "{\(keys)}"
    let firsts = try JSONValue(parsing: many, options: .init(duplicateKeys: .keepFirst))
    #expect(firsts.objectValue?.values.compactMap(\.intValue) == Array(0..<20))
    let lasts = try JSONValue(parsing: many, options: .init(duplicateKeys: .keepLast))
    #expect(lasts.objectValue?.values.compactMap(\.intValue) == Array(20..<40))
  }

  @Test func `is not needed against many keys: finding one looks at few slots`() throws {
    // Canonically equal to each other, which `String` would hash alike.
    let marks = ["\u{301}", "\u{323}", "\u{302}", "\u{325}"]
    let hostile = (0..<1024).map { number in
      "a" + (0..<5).map { marks[(number >> ($0 * 2)) & 3] }.joined()
    }
    for keys in [(0..<100_000).map { "key\($0)" }, hostile] {
      let text = "{" + keys.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
      let object = try #require(try JSONValue(parsing: text).objectValue)
      #expect(object.count == keys.count)
      #expect(object.index.count == keys.count)
      #expect(object.index.longestProbe < 256)
      var comparisons = 0
      for (place, key) in keys.enumerated() {
        let found = object.index.position(hash: KeyIndex.hash(key)) { position in
          comparisons += 1
          return object.members[position].key.isSpelled(like: key)
        }
        #expect(found == place)
      }
      #expect(comparisons < keys.count + 64)
    }
  }
}
