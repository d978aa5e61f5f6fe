import Testing

@testable import mountmon

@Suite struct `A suggestion` {
  @Test(arguments: [
    ("check", "check", 0), ("chekc", "check", 1), ("chck", "check", 1), ("chexk", "check", 1),
    ("cheeeck", "check", 2), ("", "ab", 2), ("ab", "", 2),
  ])
  func `counts the slips of the fingers`(_ typed: String, _ meant: String, _ expected: Int) {
    #expect(Suggestion.distance(from: typed, to: meant) == expected)
    #expect(Suggestion.distance(from: meant, to: typed) == expected)
  }

  @Test func `is the nearest candidate`() {
    #expect(
      Suggestion.nearest(to: "--log-leve", in: ["--log-format", "--log-level"]) == "--log-level")
  }

  @Test func `is not made when nothing is near`() {
    #expect(Suggestion.nearest(to: "restart", in: ["sidecar", "check"]) == nil)
    #expect(Suggestion.nearest(to: "ls", in: ["help"]) == nil)
  }

  @Test func `is quick with an argument of a megabyte`() {
    let long = String(repeating: "x", count: 1 << 20)
    #expect(Suggestion.nearest(to: long, in: ["check"]) == nil)
  }
}
