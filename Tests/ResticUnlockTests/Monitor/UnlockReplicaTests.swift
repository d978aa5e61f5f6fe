import K8sClient
import Pacing
import Testing
import TimeText

@testable import ResticUnlock

/// Two lives and one record; calls that are lost; Jobs that are late.
@Suite struct `Machines with one record` {
  private var lease = LeaseOfTale()

  /// A tale up to its claim of a try.
  private mutating func claimed(_ identity: String = "one") -> UnlockTale {
    var tale = UnlockTale(identity)
    tale.meetsDead()
    tale.serve(&lease)
    tale.tell(.granted(true))
    return tale
  }

  /// A tale up to the Job that is asked for.
  private mutating func asked(_ identity: String = "one") -> UnlockTale {
    var tale = claimed(identity)
    tale.serve(&lease)
    return tale
  }

  @Test mutating func `come to one Job, whoever writes first`() {
    var one = claimed("one")
    var other = claimed("two")
    #expect(one.call?.words == "write as-host pending anew")
    #expect(other.call?.words == "write as-host pending anew")
    one.serve(&lease)
    #expect(one.call?.words.hasPrefix("make") == true)
    other.serve(&lease)
    // It sees who was first, and makes nothing for as long as that Job may appear.
    #expect(other.call == nil && other.state == "acting" && !other.machine.isGranted)
    #expect(!other.lines.contains("began as-host"))
    other.pass(149, &lease)
    #expect(other.call == nil && other.state == "acting")
  }

  @Test mutating func `of two monitors come to one Job`() {
    var one = claimed()
    var other = UnlockTale("two")
    other.machine = UnlockMachine(
      monitor: "second", identity: "two", settings: one.machine.settings)
    other.meetsDead()
    other.serve(&lease)
    other.tell(.granted(true))
    one.serve(&lease)
    other.serve(&lease)
    #expect(one.call?.words.hasPrefix("make") == true && other.call == nil)
    one.answer(.done)
    let job = one.jobName
    other.appears(job)
    #expect(other.machine.state == .acting(job))
  }

  @Test mutating func `of two monitors in one process come to one Job`() {
    var one = claimed()
    var other = UnlockTale()
    other.machine = UnlockMachine(
      monitor: "second", identity: "one", settings: one.machine.settings)
    other.meetsDead()
    other.serve(&lease)
    other.tell(.granted(true))
    // Both claim; one is first, and the other reads a try of its own identity.
    #expect(one.call?.isAboutRecord == true && other.call?.isAboutRecord == true)
    one.serve(&lease)
    other.serve(&lease)
    #expect(one.call?.words.hasPrefix("make") == true)
    #expect(other.call == nil && other.state == "acting" && lease.outcomes == ["as-host pending"])
    other.pass(149, &lease)
    #expect(other.call == nil && lease.outcomes == ["as-host pending"])
  }

  @Test mutating func `do not make a Job of another name than was claimed`() {
    var tale = claimed()
    // By the time that it is written, another backup of the repository is the trouble.
    tale.see { view in
      view.failures[0].owner?.name = "other"
      view.failures[0].key = "pod:other"
    }
    tale.serve(&lease)
    #expect(!tale.lines.contains("began as-host") && lease.outcomes == ["as-host dropped"])
  }

  @Test mutating func `go on with the Job of a life that ended`() {
    var one = asked("one")
    one.answer(.done)
    var next = UnlockTale("two")
    next.now = one.now + .seconds(20)
    next.meetsDead()
    next.serve(&lease)
    #expect(next.state == "acting" && next.call == nil)
    next.appears(ended: "Complete")
    #expect(next.lines == ["made as-host", "read the report"])
    next.answer(next.report())
    next.serve(&lease)
    #expect(next.state == "idle" && lease.outcomes == ["as-host healed"])
  }

  @Test mutating func `take a try for lost when its Job cannot appear any more`() {
    var one = asked("one")
    one.call = nil
    var next = UnlockTale("two")
    next.now = one.now
    next.meetsDead()
    next.serve(&lease)
    next.pass(149, &lease)
    #expect(lease.outcomes == ["as-host pending"])
    next.pass(2, &lease)
    #expect(next.lines.contains("ended as-host lost") && lease.outcomes == ["as-host lost"])
    #expect(next.state == "queued" || next.state == "waiting")
  }

  @Test mutating func `do not ask twice for a Job that appears late`() {
    var tale = asked()
    let name = tale.jobName
    tale.answer(.failed("no answer"))
    tale.pass(60, &lease)
    #expect(tale.call == nil && tale.state == "acting")
    tale.appears(name)
    #expect(tale.state == "acting")
    tale.pass(600, &lease)
    #expect(tale.call == nil && lease.outcomes == ["as-host pending"])
    tale.appears(name, ended: "Complete")
    tale.serve(&lease)
    #expect(tale.call?.words == "read the report")
  }

  @Test mutating func `do not make what was claimed too long ago`() {
    var tale = claimed()
    tale.now = tale.now + .seconds(31)
    tale.serve(&lease)
    #expect(!tale.lines.contains("began as-host"))
    #expect(lease.outcomes == ["as-host dropped"])
    #expect(tale.state == "queued" && tale.call == nil)
  }

  @Test mutating func `count a try as lost when its report is`() {
    var tale = asked()
    tale.answer(.done)
    tale.appears(ended: "Failed")
    tale.answer(.gone)
    tale.serve(&lease)
    #expect(lease.outcomes == ["as-host lost"] && tale.state == "waiting")
  }

  @Test mutating func `read a report again that could not be read`() {
    var tale = asked()
    tale.answer(.done)
    tale.appears(ended: "Complete")
    tale.answer(.failed("no answer"))
    tale.pass(10, &lease)
    #expect(tale.call?.words == "read the report")
    tale.answer(tale.report())
    tale.serve(&lease)
    #expect(lease.outcomes == ["as-host healed"])
  }

  @Test mutating func `tell an end once, and write it again until it is written`() {
    var tale = asked()
    tale.answer(.done)
    tale.appears(ended: "Complete")
    tale.answer(tale.report())
    #expect(tale.lines == ["ended as-host healed", "write as-host healed"])
    tale.answer(.failed("no answer"))
    tale.pass(10, &lease)
    #expect(!tale.lines.contains("ended as-host healed"))
    #expect(!tale.lines.contains("ended as-host lost"))
    #expect(lease.outcomes == ["as-host healed"] && tale.state == "idle")
  }

  @Test mutating func `see what somebody else wrote before they write`() {
    var tale = asked()
    tale.answer(.done)
    tale.appears(ended: "Complete")
    lease.version += 1
    tale.answer(tale.report())
    tale.serve(&lease)
    #expect(lease.outcomes == ["as-host healed"] && tale.state == "idle")
  }

  @Test mutating func `take what cannot be read for a try that may be under way`() {
    lease.version = 5
    lease.isReadable = false
    var tale = UnlockTale()
    tale.meetsDead()
    tale.serve(&lease)
    #expect(tale.state == "acting" && tale.call == nil)
    tale.pass(149, &lease)
    #expect(tale.call == nil && lease.record == nil)
    tale.pass(2, &lease)
    #expect(lease.outcomes == ["unknown lost"])
    tale.pass(31, &lease)
    #expect(tale.state == "queued")
  }

  @Test mutating func `say what is refused, and count it`() {
    var tale = asked()
    tale.answer(.refused("pods are forbidden"))
    tale.serve(&lease)
    tale.pass(5, &lease)
    #expect(lease.outcomes == ["as-host failed"])
    guard case .waiting(let why) = tale.machine.state else { return #expect(tale.state == "") }
    #expect(why.hasSuffix("pods are forbidden"))
    tale.configure { $0.removesFailedJobs = true }
    guard case .waiting(let next) = tale.machine.state else { return #expect(tale.state == "") }
    #expect(!next.hasSuffix("pods are forbidden"))
  }

  @Test mutating func `hold no place while the record is refused`() {
    var tale = claimed()
    tale.answer(.refused("leases are forbidden"))
    #expect(tale.state == "refused" && !tale.machine.takesPlace && tale.machine.isSettled)
    tale.pass(5, &lease)
    #expect(tale.state == "queued")
    var other = UnlockTale()
    other.meetsDead()
    other.answer(.refused("leases are forbidden"))
    #expect(other.state == "refused")
    other.pass(5, &lease)
    #expect(other.state == "queued")
  }

  @Test mutating func `pause longer after each try that failed, and give up for a day`() {
    var tale = asked()
    var begun: [Tick] = []
    while begun.count < 12, tale.call != nil {
      begun.append(tale.now)
      tale.answer(.done)
      tale.appears(ended: "Complete")
      tale.answer(tale.report(left: true))
      tale.serve(&lease)
      while tale.state == "waiting" { tale.pass(1, &lease) }
      guard tale.state == "queued" else { break }
      tale.tell(.granted(true))
      tale.serve(&lease)
    }
    #expect(begun.count == 10 && tale.state == "givenUp" && tale.machine.isSettled)
    let pauses = zip(begun, begun.dropFirst()).map { Int(($1 - $0).components.seconds) }
    #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 }, "\(pauses)")
    #expect(pauses.first == 30 && pauses.last == 1800, "\(pauses)")
    guard case .givenUp(let until) = tale.machine.state else { return }
    let first = lease.record?.attempts.first?.at ?? .latest
    #expect(until == first + .seconds(24 * 3600 + 1))
    tale.pass(Int((until - tale.wall).components.seconds) - 5, &lease)
    #expect(tale.state == "givenUp")
    tale.pass(10, &lease)
    #expect(tale.state == "queued")
  }

  @Test mutating func `give up no longer once backups succeed`() {
    lease.version = 1
    var record = UnlockRecord()
    for number in 1...10 {
      let at = Objects.start + .seconds(number)
      record.add(
        .init(number: number, at: at, mode: "unlock", job: "j", by: "x", outcome: .failed))
    }
    lease.record = record
    var tale = UnlockTale()
    tale.meetsDead()
    tale.serve(&lease)
    #expect(tale.state == "givenUp")
    tale.see { $0.failures = [] }
    #expect(tale.state == "idle")
  }
}
