import JSONValue
import K8sClient
import Pacing
import Testing
import TimeText

@testable import ResticUnlock

/// What else a machine does, and does not.
@Suite struct `A machine that may` {
  private var lease = LeaseOfTale()

  /// A try whose lock was removed.
  private mutating func healed(
    failed: Int = 5, removes: Bool = true, _ change: (inout RepositoryView) -> Void = { _ in }
  ) -> UnlockTale {
    var tale = UnlockTale { $0.removesFailedJobs = removes }
    tale.meetsDead()
    tale.see {
      $0.cluster.jobs[0][integer: "status", "failed"] = failed
    }
    tale.serve(&lease)
    tale.tell(.granted(true))
    tale.serve(&lease)
    tale.answer(.done)
    tale.see(change)
    tale.appears(ended: "Complete")
    tale.answer(tale.report())
    tale.serve(&lease)
    return tale
  }

  @Test mutating func `remove a failed Job does so once its lock is gone`() {
    var tale = healed()
    #expect(tale.lines.last == "remove volsync-src-app" && !tale.machine.isSettled)
    tale.answer(.done)
    #expect(tale.lines.first == "removed volsync-src-app")
    #expect(tale.state == "idle" && tale.machine.isSettled)
  }

  @Test mutating func `remove a failed Job leaves it where somebody else has changed it`() {
    var tale = healed()
    tale.answer(.conflict)
    #expect(tale.lines == ["is idle"] && tale.machine.isSettled)
    tale.pass(1000, &lease)
    #expect(tale.call == nil)
  }

  @Test(arguments: [
    "nobody asked for it", "its next try is near", "a pod of it runs", "a pod waits",
    "it is at its end", "it is going",
    "it belongs to nobody", "it is for another repository", "it failed later",
  ])
  mutating func `remove a failed Job does not while`(_ reason: String) {
    let tale: UnlockTale
    switch reason {
    case "nobody asked for it": tale = healed(removes: false)
    case "its next try is near": tale = healed(failed: 1)
    case "a pod of it runs":
      tale = healed { $0.cluster.jobs[0][integer: "status", "active"] = 1 }
    case "a pod waits":
      // One that shows no container of restic yet, as far as anybody can tell.
      tale = healed {
        var pod = Objects.pod("x", phase: .pending).skeleton
        pod.nodeName = nil
        $0.cluster.pods.append(pod)
      }
    case "it is at its end":
      tale = healed {
        $0.cluster.jobs[0][value: "status", "conditions"] = [["type": "Failed", "status": "True"]]
      }
    case "it is going":
      tale = healed { $0.cluster.jobs[0].metadata.deletionTimestamp = Objects.start }
    case "it belongs to nobody":
      tale = healed { $0.cluster.jobs[0][value: "metadata", "ownerReferences"] = nil }
    case "it is for another repository":
      tale = healed {
        $0.cluster.jobs[0] = Objects.job(
          failed: 5, container: Objects.restic(secret: "other"))
      }
    default:
      tale = healed {
        $0.cluster.pods[0] = Objects.pod(exit: 11, after: 1000 + 3600)
      }
    }
    #expect(tale.call == nil && tale.state == "idle", "\(tale.lines)")
    #expect(lease.outcomes == ["as-host healed"])
  }

  @Test mutating func `not act tells what it would do, and sends nothing that changes anything`() {
    var tale = UnlockTale { $0.isDryRun = true }
    tale.meetsDead()
    #expect(tale.call?.words == "read the record")
    tale.serve(&lease)
    #expect(tale.lines.last == "is wouldAct" && tale.machine.isSettled)
    #expect(!tale.machine.wantsPlace && !tale.machine.takesPlace)
    guard case .run? = tale.machine.plan?.action else { return #expect(Bool(false)) }
    tale.tell(.granted(true))
    tale.pass(2000, &lease)
    #expect(tale.state == "wouldAct" && lease == LeaseOfTale())
    tale.see()
    tale.configure { $0.isDryRun = false }
    tale.serve(&lease)
    #expect(tale.state == "queued")
  }

  @Test mutating func `not act follows what somebody else does`() {
    var one = UnlockTale()
    one.meetsDead()
    one.serve(&lease)
    one.tell(.granted(true))
    one.serve(&lease)
    let before = lease
    var dry = UnlockTale("dry") { $0.isDryRun = true }
    dry.now = one.now
    dry.meetsDead()
    dry.serve(&lease)
    #expect(dry.state == "acting" && !dry.machine.isSettled)
    dry.appears()
    #expect(dry.state == "acting" && dry.call == nil)
    dry.appears(ended: "Complete")
    dry.serve(&lease)
    #expect(dry.lines.last == "read the report")
    dry.answer(dry.report())
    dry.serve(&lease)
    #expect(dry.state == "idle" && dry.machine.isSettled && lease == before)
  }

  @Test mutating func `not act says so when a try of somebody else came to nothing`() {
    var one = UnlockTale()
    one.meetsDead()
    one.serve(&lease)
    one.tell(.granted(true))
    one.serve(&lease)
    var dry = UnlockTale("dry") { $0.isDryRun = true }
    dry.now = one.now
    dry.meetsDead()
    dry.serve(&lease)
    dry.pass(160, &lease)
    #expect(dry.state == "wouldAct" && lease.outcomes == ["as-host pending"])
  }

  @Test mutating func `not act waits and refuses as another would, and writes nothing`() {
    var dry = UnlockTale { $0.isDryRun = true }
    dry.meets(host: "desk")
    dry.serve(&lease)
    #expect(dry.state == "waiting" && lease == LeaseOfTale())
    lease.record = UnlockRecord()
    lease.version = 1
    var record = UnlockRecord()
    for number in 1...10 {
      record.add(
        .init(
          number: number, at: Objects.start, mode: "unlock", job: "j", by: "x", outcome: .failed))
    }
    lease.record = record
    var spent = UnlockTale { $0.isDryRun = true }
    spent.meetsDead()
    spent.serve(&lease)
    #expect(spent.state == "givenUp")
  }

  @Test mutating func `not act would remove a failed Job`() {
    _ = healed()
    var dry = UnlockTale {
      $0.removesFailedJobs = true
      $0.isDryRun = true
    }
    dry.meetsDead()
    dry.see { $0.cluster.jobs[0][integer: "status", "failed"] = 5 }
    dry.serve(&lease)
    #expect(dry.call == nil)
    #expect(dry.machine.state == .wouldAct("would remove the failed Job media/volsync-src-app"))
  }
}
