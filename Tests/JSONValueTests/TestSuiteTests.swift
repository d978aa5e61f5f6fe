import Foundation
import JSONValue
import Testing

/// The cases of the JSON test suite that stands beside the checkout, where it does.
private enum TestSuite {
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["MOUNTMON_JSON_TEST_SUITE"] {
      return URL(fileURLWithPath: path)
    }
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    return root.appending(path: "../shared/json-test-suite")
  }()

  static let cases: [URL] =
    ((try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil))
    ?? []).filter { $0.pathExtension == "json" }

  static func cases(_ prefix: String) -> [URL] {
    cases.filter { $0.lastPathComponent.hasPrefix(prefix) }
  }

  static func isAccepted(_ file: URL, options: JSONParser.Options = .init()) throws -> Bool {
    let bytes = try Data(contentsOf: file)
    return (try? JSONValue(parsing: bytes, options: options)) != nil
  }
}

@Suite(.enabled(if: !TestSuite.cases.isEmpty, "the JSON test suite is not beside the checkout"))
struct `The JSON test suite` {
  @Test func `has its valid cases accepted`() throws {
    #expect(TestSuite.cases("y_").count > 90)
    for file in TestSuite.cases("y_") {
      // Repeated keys are valid by the grammar; refusing them is a choice of ours.
      #expect(
        try TestSuite.isAccepted(file, options: .init(duplicateKeys: .keepLast)),
        "\(file.lastPathComponent)")
    }
  }

  @Test func `has its invalid cases refused`() throws {
    #expect(TestSuite.cases("n_").count > 180)
    for file in TestSuite.cases("n_") {
      #expect(try !TestSuite.isAccepted(file), "\(file.lastPathComponent)")
    }
  }

  /// Of the cases the RFC leaves open, those we accept: numbers of any size, and 500 levels. All the
  /// others are text that is not UTF-8, byte order marks, or escapes for half a surrogate pair.
  static let accepted: Set<String> = [
    "i_number_double_huge_neg_exp.json", "i_number_huge_exp.json",
    "i_number_neg_int_huge_exp.json", "i_number_pos_double_huge_exp.json",
    "i_number_real_neg_overflow.json", "i_number_real_pos_overflow.json",
    "i_number_real_underflow.json", "i_number_too_big_neg_int.json",
    "i_number_too_big_pos_int.json", "i_number_very_big_negative_int.json",
    "i_structure_500_nested_arrays.json",
  ]

  @Test func `has its open cases decided as documented`() throws {
    let files = TestSuite.cases("i_")
    #expect(Self.accepted.isSubset(of: files.map(\.lastPathComponent)))
    for file in files {
      let name = file.lastPathComponent
      #expect(try TestSuite.isAccepted(file) == Self.accepted.contains(name), "\(name)")
    }
  }
}
