import K8sClient
import Pacing
import Testing
import TimeText

@testable import ResticUnlock

/// From a failure to the end of its lock, step by step.
@Suite struct `The machine of a repository` {
  private var lease = LeaseOfTale()

  @Test mutating func `does nothing where nothing failed`() {
    var tale = UnlockTale()
    tale.see()
    #expect(tale.lines == [] && tale.state == "idle" && tale.machine.isSettled)
  }

  @Test mutating func `removes the lock of a dead holder, and tells of each step`() {
    var tale = UnlockTale()
    tale.meetsDead()
    #expect(tale.lines == ["detected", "read the record"])
    #expect(!tale.machine.isSettled)
    tale.serve(&lease)
    #expect(tale.lines.suffix(1) == ["is queued"] && tale.machine.wantsPlace)
    tale.tell(.granted(true))
    #expect(tale.lines == ["write as-host pending anew", "is acting"])
    #expect(tale.machine.takesPlace && !tale.machine.wantsPlace)
    tale.serve(&lease)
    #expect(
      tale.lines.suffix(2) == ["began as-host", "make unlockAs(host: \"volsync-src-app-dead\")"])
    tale.answer(.done)
    #expect(tale.lines == [] && !tale.machine.isSettled)
    tale.appears()
    #expect(tale.lines == ["made as-host"] && tale.state == "acting")
    tale.appears(ended: "Complete")
    #expect(tale.lines == ["read the report"])
    tale.answer(tale.report())
    #expect(tale.lines == ["ended as-host healed", "write as-host healed"])
    tale.serve(&lease)
    #expect(tale.lines.last == "is idle" && tale.machine.isSettled && !tale.machine.takesPlace)
    #expect(lease.outcomes == ["as-host healed"] && lease.record?.handled.count == 1)
    // The failure is still to be seen, and dealt with.
    tale.see()
    #expect(tale.lines == [] && tale.state == "idle")
  }

  @Test mutating func `looks first where the log tells too little, then removes what it saw`() {
    var tale = UnlockTale()
    tale.meets(Logs.head + "unable to create lock in backend: no space\n")
    let dead = Objects.pod(UnlockTale.deadHost, exit: 137, after: 900)
    tale.see { $0.cluster.pods.append(dead) }
    tale.serve(&lease)
    tale.tell(.granted(true))
    tale.serve(&lease)
    #expect(tale.lines.last == "make inspect")
    tale.answer(.done)
    tale.appears(ended: "Complete")
    tale.answer(tale.report(left: true, unlocked: false))
    #expect(tale.lines.first == "ended inspect informed")
    tale.serve(&lease)
    #expect(tale.state == "queued")
    tale.tell(.granted(true))
    tale.serve(&lease)
    #expect(tale.lines.last == "make unlockAs(host: \"volsync-src-app-dead\")")
  }

  @Test mutating func `is done where it sees that no lock is left`() {
    var tale = UnlockTale()
    tale.meets(Logs.head + "unable to create lock in backend: no space\n")
    tale.serve(&lease)
    tale.tell(.granted(true))
    tale.serve(&lease)
    tale.answer(.done)
    tale.appears(ended: "Complete")
    tale.answer(tale.report(unlocked: false))
    tale.serve(&lease)
    #expect(tale.state == "idle" && lease.outcomes == ["inspect healed"])
  }

  @Test mutating func `waits for a foreign lock until it is stale, and looks again before that`() {
    var tale = UnlockTale()
    tale.meets(host: "desk")
    tale.serve(&lease)
    #expect(tale.state == "waiting" && tale.machine.isSettled)
    // When the lock was seen is written down for the next life.
    #expect(lease.record?.sightings.map(\.id) == ["1a12470f"])
    tale.pass(1919 - 200, &lease)
    #expect(tale.state == "waiting")
    tale.pass(10, &lease)
    #expect(tale.state == "queued")
    tale.tell(.granted(true))
    tale.serve(&lease)
    #expect(tale.lines.last == "make inspect")
    tale.answer(.done)
    tale.appears(ended: "Complete")
    tale.answer(tale.report(host: "desk", age: 2000, left: true, unlocked: false))
    tale.serve(&lease)
    // The very same file, half an hour later.
    #expect(tale.state == "queued")
    tale.tell(.granted(true))
    tale.serve(&lease)
    #expect(tale.lines.last == "make unlock")
  }

  @Test mutating func `waits while a mover works, and goes on after it`() {
    var tale = UnlockTale()
    tale.meetsDead()
    tale.serve(&lease)
    tale.see { $0.cluster.pods.append(Objects.pod("volsync-src-app-live")) }
    tale.serve(&lease)
    #expect(tale.state == "waiting")
    tale.tell(.granted(true))
    #expect(tale.call == nil)
    tale.see { $0.cluster.pods.removeLast() }
    #expect(tale.state == "queued")
  }

  @Test mutating func `is at rest again when its failures are gone`() {
    var tale = UnlockTale()
    tale.meets(host: "desk")
    tale.serve(&lease)
    tale.see { $0.failures = [] }
    #expect(tale.lines == ["is idle"] && tale.machine.isAtRest)
  }

  @Test mutating func `refuses what only a person can end, until the settings say otherwise`() {
    var tale = UnlockTale()
    tale.meets(Logs.head + "Fatal: invalid lock file: ciphertext verification failed\n", exit: 1)
    tale.serve(&lease)
    tale.tell(.granted(true))
    tale.serve(&lease)
    tale.answer(.done)
    tale.appears(ended: "Complete")
    var report = UnlockReport(LogTail(""), token: "x")
    let id = String(repeating: "a", count: 64)
    report.before = [ListedLock(id: id, content: nil)]
    report.after = [id]
    report.code = 0
    tale.answer(.report(report))
    tale.serve(&lease)
    #expect(tale.state == "refused" && tale.machine.isSettled)
    tale.configure { $0.unlock.allowsRemoveAll = true }
    #expect(tale.state == "waiting")
    tale.pass(800, &lease)
    tale.tell(.granted(true))
    tale.serve(&lease)
    #expect(tale.lines.last == "make inspect")
  }

  @Test mutating func `does nothing while it is disabled, and goes on when it is not`() {
    var tale = UnlockTale()
    tale.meetsDead()
    tale.serve(&lease)
    tale.configure { $0.isEnabled = false }
    #expect(tale.lines == ["is disabled"] && tale.machine.isSettled)
    tale.see()
    tale.wait(400)
    #expect(tale.lines == [] && tale.call == nil)
    tale.configure { $0.isEnabled = true }
    tale.serve(&lease)
    #expect(tale.state == "queued")
  }

  @Test mutating func `leaves alone what somebody else has under way`() {
    var tale = UnlockTale()
    tale.meetsDead()
    tale.serve(&lease)
    tale.appears("mountmon-unlock-other")
    #expect(tale.state == "acting" && tale.machine.takesPlace && !tale.machine.isSettled)
    tale.tell(.granted(true))
    #expect(tale.call == nil)
  }

  @Test mutating func `begins nothing by what was seen of the cluster too long ago`() {
    var tale = UnlockTale()
    tale.meetsDead()
    tale.serve(&lease)
    #expect(tale.state == "queued")
    tale.now = tale.now + .seconds(91)
    tale.tell(.granted(true))
    #expect(tale.call == nil && tale.state == "waiting" && !tale.machine.takesPlace)
    guard case .waiting(let why) = tale.machine.state else { return }
    #expect(why.hasPrefix("the cluster has not been seen since 20"), "\(why)")
    tale.see()
    #expect(tale.state == "queued")
    // Nor is what was claimed made.
    tale.tell(.granted(true))
    tale.now = tale.now + .seconds(91)
    tale.serve(&lease)
    #expect(tale.call == nil && lease.outcomes == ["as-host pending"])
    tale.see()
    tale.serve(&lease)
    #expect(lease.outcomes == ["as-host dropped"])
  }

  @Test mutating func `does not wait in silence for a Job that hangs, nor keep its place`() {
    var tale = UnlockTale()
    tale.meetsDead()
    tale.serve(&lease)
    tale.appears("mountmon-unlock-other")
    #expect(tale.state == "acting" && tale.machine.takesPlace)
    func why() -> String {
      if case .refused(let why) = tale.machine.state { why } else { "" }
    }
    tale.see { $0.unlockJobs[0][flag: "spec", "suspend"] = true }
    #expect(why() == "the unlock Job mountmon-unlock-other is suspended")
    #expect(!tale.machine.takesPlace && !tale.machine.wantsPlace && tale.machine.isSettled)
    tale.tell(.granted(true))
    #expect(tale.call == nil && !tale.machine.takesPlace)
    let began = tale.wall
    tale.see {
      $0.unlockJobs[0][flag: "spec", "suspend"] = false
      $0.unlockJobs[0].activeDeadline = .seconds(600)
      $0.unlockJobs[0][time: "metadata", "creationTimestamp"] = began
    }
    #expect(tale.state == "acting")
    tale.pass(899, &lease)
    #expect(tale.state == "acting")
    tale.pass(400, &lease)
    #expect(why().hasPrefix("the unlock Job mountmon-unlock-other does not end"), "\(why())")
    #expect(tale.call == nil && !tale.machine.takesPlace)
    tale.see { $0.unlockJobs = [] }
    tale.serve(&lease)
    #expect(tale.state == "queued")
  }

  @Test
  mutating func `removes no failed Job but one of which it knows that a lock was its trouble`() {
    var tale = UnlockTale { $0.removesFailedJobs = true }
    tale.meetsDead()
    tale.serve(&lease)
    tale.tell(.granted(true))
    tale.serve(&lease)
    tale.answer(.done)
    tale.appears(ended: "Complete")
    // Another backup of the repository fails beside it, and nothing says that on a lock.
    let job = Objects.job("volsync-src-other", uid: "uid-other", owner: "other", failed: 6)
    let pod = Objects.pod(
      "volsync-src-other-aaaaa", jobUID: "uid-other", jobName: "volsync-src-other", exit: 1,
      after: 1000)
    tale.see { view in
      view.cluster.jobs = [job]
      view.cluster.pods.append(pod)
    }
    tale.answer(tale.report())
    tale.serve(&lease)
    #expect(lease.outcomes == ["as-host healed"] && tale.call == nil && tale.state == "idle")
  }

  @Test func `remembers removed Jobs only as long as they are there`() {
    var tale = UnlockTale()
    tale.machine.removed = ["uid-a", "uid-b"]
    tale.see { $0.cluster.jobs = [Objects.job("volsync-src-a", uid: "uid-a", owner: "a")] }
    #expect(tale.machine.removed == ["uid-a"])
    tale.see { $0.cluster.jobs = [] }
    #expect(tale.machine.removed.isEmpty)
  }
}
