import Testing

@testable import HTTPTransport

@Suite struct `Any valid answer` {
  @Test(arguments: 0..<500 as Range<UInt64>)
  func `is read the same however it is cut`(seed: UInt64) {
    var dice = Dice(seed: seed)
    let answer = RandomAnswer(using: &dice)
    let whole = Reading([answer.bytes])
    #expect(whole.fault == nil && whole.head?.status == answer.status)
    #expect(whole.head?.headers.fields == answer.fields)
    #expect(whole.body == String(decoding: answer.body, as: UTF8.self))
    #expect(whole.isComplete != answer.endsWithConnection && whole.missing == nil)
    for _ in 0..<10 { #expect(Reading(answer.pieces(using: &dice)) == whole) }
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `with changed bytes is read the same however it is cut, or refused`(seed: UInt64) {
    var dice = Dice(seed: seed)
    var answer = RandomAnswer(using: &dice)
    for _ in 0..<Int.random(in: 1...4, using: &dice) {
      let index = Int.random(in: 0..<answer.bytes.count, using: &dice)
      switch Int.random(in: 0..<3, using: &dice) {
      case 0: answer.bytes[index] = UInt8.random(in: 0...255, using: &dice)
      case 1: answer.bytes.insert(UInt8.random(in: 0...255, using: &dice), at: index)
      default: if answer.bytes.count > 1 { answer.bytes.remove(at: index) }
      }
    }
    let whole = Reading([answer.bytes])
    for _ in 0..<10 {
      let cut = Reading(answer.pieces(using: &dice))
      #expect(cut.head == whole.head && cut.isComplete == whole.isComplete)
      #expect(cut.body == whole.body && (cut.fault == nil) == (whole.fault == nil))
    }
  }
}
