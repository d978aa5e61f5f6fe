import MountHealthCore
import Testing

@testable import mountmon

@Suite struct `The verdict of a check` {
  @Test(
    arguments: [
      ([Verdict.ok], 0), ([.ok, .slow], 1), ([.full, .inaccessible], 1), ([.slow, .dead], 2),
      ([.ok, .readOnly], 2), ([nil, .ok], 3), ([nil, .slow], 3), ([nil, .hung], 2), ([], 0),
    ] as [([Verdict?], Int32)])
  func `is that of the worst mount`(verdicts: [Verdict?], code: Int32) throws {
    let statuses = try verdicts.enumerated().map { index, verdict in
      try MountStatus.sample("/mnt/\(index)", health: .unknown, verdict: verdict)
    }
    #expect(CheckVerdict(statuses).exitCode == code)
  }
}

@Suite struct `The progress of waiting` {
  @Test func `says how long, and for which mount`() throws {
    let statuses = [
      try MountStatus.sample("/mnt/a", name: "a", health: .unhealthy, verdict: .missing),
      try .sample("/mnt/b", health: .healthy, verdict: .ok),
      try .sample("/mnt/c", health: .unknown, verdict: nil),
    ]
    let text = WaitProgress.text(for: statuses, after: .milliseconds(2100), of: .seconds(60))
    #expect(text == "waiting 2s of 1m: a is missing and 1 more")
    #expect(WaitProgress.text(for: [], after: .zero, of: .seconds(1)) == nil)
  }

  @Test func `is a line that is written over, and taken away at the end`() {
    var line = ProgressLine(isShown: true)
    #expect(line.show("one", columns: 80) == "\rone\u{1B}[K")
    // Nothing new: nothing to write.
    #expect(line.show("one", columns: 80) == nil)
    #expect(line.clear() == "\r\u{1B}[K")
    #expect(line.clear() == nil)
  }

  @Test func `never wraps, nor lets a control character through`() {
    var line = ProgressLine(isShown: true)
    let long = String(repeating: "0123456789", count: 9)
    #expect(line.show(long, columns: 40) == "\r\(long.prefix(39))\u{1B}[K")
    #expect(line.show("a\nb", columns: 40)?.contains("\n") == false)
    #expect(line.show(long, columns: 10) == "\r012345678\u{1B}[K")
    #expect(line.show("Köln \u{6620}\u{753B}\u{1F4BE}e\u{301}", columns: 9) == "\rKöln ???\u{1B}[K")
  }

  @Test func `is not shown where nobody looks`() {
    var line = ProgressLine(isShown: false)
    #expect(line.show("one", columns: 80) == nil)
    #expect(line.clear() == nil)
  }
}
