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
  @Test func `is a line that is written over, and taken away at the end`() throws {
    var progress = WaitProgress(isShown: true)
    let statuses = [
      try MountStatus.sample("/mnt/a", name: "a", health: .unhealthy, verdict: .missing),
      try .sample("/mnt/b", health: .healthy, verdict: .ok),
      try .sample("/mnt/c", health: .unknown, verdict: nil),
    ]
    let line = progress.line(for: statuses, after: .milliseconds(2100), of: .seconds(60))
    #expect(line == "\rwaiting 2s of 1m: a is missing and 1 more\u{1B}[K")
    // The same second, the same state: nothing to write.
    #expect(progress.line(for: statuses, after: .milliseconds(2400), of: .seconds(60)) == nil)
    #expect(progress.end() == "\r\u{1B}[K")
    #expect(progress.end() == nil)
  }

  @Test func `is not shown where nobody looks, nor where nothing is waited for`() throws {
    let statuses = [try MountStatus.sample("/mnt/a", health: .unhealthy, verdict: .missing)]
    var hidden = WaitProgress(isShown: false)
    #expect(hidden.line(for: statuses, after: .zero, of: .seconds(1)) == nil)
    var shown = WaitProgress(isShown: true)
    #expect(shown.line(for: statuses, after: .zero, of: nil) == nil)
    #expect(shown.line(for: [], after: .zero, of: .seconds(1)) == nil)
  }
}
