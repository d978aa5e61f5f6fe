import JSONValue
import K8sClient
import Pacing
import Testing
import TimeText

@testable import ResticUnlock

@Suite struct `A machine that asks VolSync` {
  private var lease = LeaseOfTale()

  /// Locks that restic itself takes for stale.
  private mutating func asked() -> UnlockTale {
    var tale = UnlockTale { $0.unlock.prefersVolSync = true }
    tale.now = tale.now + .seconds(7200)
    tale.meets(
      host: UnlockTale.deadHost, age: 7300,
      beside: [Objects.pod(UnlockTale.deadHost, exit: 137, after: 950)])
    tale.serve(&lease)
    tale.tell(.granted(true))
    tale.serve(&lease)
    return tale
  }

  @Test mutating func `is done when VolSync says so`() {
    var tale = asked()
    #expect(tale.lines.last == "ask app" && tale.lines.contains("began ask"))
    tale.answer(.done)
    #expect(tale.state == "acting" && tale.call == nil)
    let token = lease.record?.attempts.last?.job ?? ""
    tale.see {
      $0.sources[0][text: "status", "restic", "lastUnlocked"] = token
    }
    #expect(tale.lines.first == "ended ask healed")
    tale.serve(&lease)
    #expect(tale.state == "idle" && lease.outcomes == ["ask healed"])
  }

  @Test mutating func `sees that it did not help`() {
    var tale = asked()
    tale.answer(.done)
    tale.now = tale.now + .seconds(300)
    var late = Objects.pod("volsync-src-app-later", exit: 11, after: 0)
    late[value: "status", "containerStatuses"] =
      Objects.pod(
        "x", exit: 11, after: Int((tale.now - .zero).components.seconds)
      )[value: "status", "containerStatuses"]
    guard let failed = FailedMover(pod: late, job: nil, rules: MoverRules()) else {
      return #expect(Bool(false))
    }
    let sign = LockSign(source: .exitCode)
    let failure = LockFailure(failed, sign: sign, seen: tale.wall)
    tale.see { $0.failures.insert(failure, at: 0) }
    tale.serve(&lease)
    #expect(lease.outcomes.first == "ask failed")
  }

  @Test mutating func `asks anew where the object has changed, and not in haste`() {
    var tale = asked()
    tale.answer(.conflict)
    #expect(tale.lines.first == "ended ask dropped")
    tale.serve(&lease)
    #expect(tale.call == nil && tale.state == "waiting")
    tale.pass(31, &lease)
    #expect(tale.state == "queued")
  }

  @Test mutating func `waits for 45 minutes, and takes it for lost then`() {
    var tale = asked()
    tale.answer(.failed("no answer"))
    tale.pass(44 * 60, &lease)
    #expect(lease.outcomes == ["ask pending"])
    tale.pass(60, &lease)
    #expect(lease.outcomes.first == "ask lost")
  }
}
