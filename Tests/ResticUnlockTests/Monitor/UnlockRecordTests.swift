import Testing
import TimeText

@testable import ResticUnlock

@Suite struct `The record of tries` {
  @Test func `counts the looks since the last try that did more`() {
    var record = UnlockRecord()
    #expect(record.looksInARow == 0)
    let outcomes: [UnlockRecord.Outcome] = [.informed, .failed, .informed, .informed, .pending]
    let expected = [1, 0, 1, 2, 2]
    for (index, outcome) in outcomes.enumerated() {
      record.add(
        .init(
          number: index + 1, at: Timestamp(seconds: Int64(index)), mode: "inspect",
          job: "mountmon-unlock-\(index)", by: "me", outcome: outcome))
      #expect(record.looksInARow == expected[index])
    }
  }
}
