import Testing

@testable import mountmon

@Suite struct `Alike messages` {
  /// One character a second: `m` a message, `.` none. What comes out: `-` held back, a digit told
  /// with that many repeated.
  @Test(arguments: [
    ("m", "0"),
    ("mm", "0-"),
    ("mmmmmm", "0----4"),
    ("mmmmmmmmmmm", "0----4----4"),
    ("mm.......m", "0-.......1"),
    ("m....m", "0....0"),
    ("m...mm", "0...-1"),
  ])
  func `are told once per window of five seconds`(_ messages: String, _ expected: String) {
    var filter = RepeatFilter<String>(window: .seconds(5))
    var told = ""
    for (second, character) in messages.enumerated() {
      guard character == "m" else {
        told += "."
        continue
      }
      switch filter.handle("m", at: .seconds(second)) {
      case .tell(let repeated): told += "\(repeated)"
      case .hold: told += "-"
      }
    }
    #expect(told == expected)
  }

  @Test func `are counted apart from others`() {
    var filter = RepeatFilter<String>(window: .seconds(5))
    #expect(filter.handle("a", at: .zero) == .tell(repeated: 0))
    #expect(filter.handle("b", at: .zero) == .tell(repeated: 0))
    #expect(filter.handle("a", at: .seconds(1)) == .hold)
    #expect(filter.handle("b", at: .seconds(6)) == .tell(repeated: 0))
    #expect(filter.handle("a", at: .seconds(6)) == .tell(repeated: 1))
  }

  @Test func `begin anew when they are forgotten`() {
    var filter = RepeatFilter<String>(window: .seconds(5))
    _ = filter.handle("a", at: .zero)
    _ = filter.handle("a", at: .seconds(1))
    #expect(filter.forget("a") == 1)
    #expect(filter.forget("a") == 0)
    #expect(filter.handle("a", at: .seconds(2)) == .tell(repeated: 0))
  }

  @Test func `never take more room than allowed, the oldest make way`() {
    var filter = RepeatFilter<Int>(window: .seconds(1000), limit: 3)
    for key in 0..<4 {
      #expect(filter.handle(key, at: .seconds(key)) == .tell(repeated: 0))
    }
    #expect(filter.handle(3, at: .seconds(5)) == .hold)
    #expect(filter.handle(1, at: .seconds(5)) == .hold)
    #expect(filter.handle(0, at: .seconds(5)) == .tell(repeated: 0))
  }
}
