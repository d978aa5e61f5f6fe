import Testing
import TimeText

@testable import ResticUnlock

@Suite struct `The report of an unlock Job` {
  private let id = "d5b024c9c444f206874a0d5b9af0ab4b03f80d1f665b2b9ff1004f067b4fc67a"
  private var content: String {
    """
    {
      "time": "2026-11-21T19:27:19.562328353Z",
      "exclusive": true,
      "hostname": "volsync-src-app-aaaaa",
      "username": "root",
      "pid": 8641
    }
    """
  }

  private func report(_ text: String) -> UnlockReport {
    UnlockReport(LogTail(text), token: "tok")
  }

  @Test func `tells of locks before and after`() throws {
    let text = """
      repository a14e5863 opened (version 2, compression level auto)
      tok begin before
      tok lock \(id)
      \(content)
      tok end before
      successfully removed locks
      tok unlocked 0
      tok begin after
      tok end after
      tok done 0
      """
    let report = report(text)
    #expect(report.isSuccess && report.code == 0 && report.remaining == [])
    let lock = try #require(report.before?.first?.content)
    #expect(lock.host == "volsync-src-app-aaaaa" && lock.pid == 8641 && lock.isExclusive)
    #expect(lock.time == (try Timestamp(rfc3339: "2026-11-21T19:27:19.562328353Z")))
  }

  @Test func `is no success without the list after it`() {
    let text = "tok begin before\ntok lock \(id)\n\(content)\ntok end before\ntok unlocked 0\n"
    #expect(!report(text).isSuccess && report(text).remaining == nil)
    #expect(!report(text + "tok done 0").isSuccess)
    let left = text + "tok begin after\ntok lock \(id)\ntok end after\ntok done 0"
    #expect(!report(left).isSuccess && report(left).remaining?.first?.content?.pid == 8641)
    #expect(!report(text + "tok begin after\ntok lock \(id)\n").isSuccess)
  }

  @Test func `tells a lock that cannot be read from one that is gone`() {
    let text =
      "tok begin before\ntok lock \(id)\nFatal: bad\ntok unreadable \(id)\ntok end before\n"
    #expect(report(text + "tok begin after\ntok end after\n").remaining == [])
    let left = report(text + "tok begin after\ntok lock \(id)\ntok end after\n")
    #expect(left.remaining == [ListedLock(id: id, content: nil)] && left.newcomers == [])
    let other = String(id.reversed())
    let new = report(text + "tok begin after\ntok lock \(other)\ntok end after\n")
    #expect(new.newcomers == [other])
  }

  @Test func `tells of what was not expected, and of what failed`() {
    let text = report("tok unexpected \(id)\ntok done 75")
    #expect(text.unexpected == [id] && text.code == UnlockScript.unexpectedCode)
    #expect(report("tok failed before 1\ntok done 1").code == 1)
    #expect(report("").code == nil)
  }

  @Test func `takes no line of another for its own`() {
    #expect(report("tokdone 0\ntok2 done 0\n tok done 0").code == nil)
    let forged = "tok begin before\ntok lock zz\ntok lock \(id)\n\"tok end before\"\n"
    #expect(report(forged).before == nil)
  }
}
