import JSONValue
import K8sClient
import Testing
import TimeText

@testable import ResticUnlock

/// What is done for which locks.
@Suite struct `A plan` {
  private let now = Objects.start
  private let policy = LockPolicy()

  private func judged(
    _ verdict: LockVerdict, id: String = "1a12470f", pid: Int = 20, host: String = "dead-host",
    due: Int? = nil, still: Int = 0, isGone: Bool = false
  ) -> LockJudgement {
    var lock = KnownLock(seen: now)
    lock.id = id
    lock.host = host
    lock.pid = pid
    lock.firstSeen = now - .seconds(still)
    lock.isReadable = verdict != .invalid
    let view = ClusterView(pods: [], now: now)
    var judged = LockJudgement(lock, in: view, by: policy)
    judged.verdict = verdict
    judged.isHolderGone = isGone || verdict == .dead
    judged.staleAt = due.map { now + .seconds($0) }
    return judged
  }

  private func plan(
    _ locks: [LockJudgement], isListed: Bool = true, active: [ActiveMover] = [],
    access: RepositoryAccess = RepositoryAccess(pod: Objects.pod(exit: 11)),
    change: (inout UnlockSettings) -> Void = { _ in }
  ) -> UnlockPlan {
    var settings = UnlockSettings()
    change(&settings)
    let repository = RepositoryIdentity.secret(namespace: "media", name: "s", key: "k")
    let evidence = RepositoryEvidence(
      of: repository, locks: locks, isListed: isListed, active: active, now: now)
    let purpose = UnlockPurpose(
      monitor: "main", repository: repository, namespace: "media", owner: nil,
      failedJob: "volsync-src-app", lockError: "", attempt: 1)
    return UnlockPlan(evidence, for: purpose, by: access, settings: settings, policy: policy)
  }

  private func mode(_ plan: UnlockPlan) -> UnlockJob.Mode? {
    if case .run(let unlock) = plan.action { unlock.mode } else { nil }
  }

  private func isWait(_ plan: UnlockPlan) -> Bool {
    if case .wait = plan.action { true } else { false }
  }

  @Test func `looks first where too little is known`() {
    #expect(mode(plan([], isListed: false)) == .inspect)
    #expect(mode(plan([judged(.foreign)], isListed: false)) == .inspect)
    #expect(mode(plan([judged(.foreign, due: -1)], isListed: false)) == .inspect)
    #expect(isWait(plan([judged(.foreign, due: 9)], isListed: false)))
    #expect(mode(plan([judged(.invalid)], isListed: false)) == .inspect)
  }

  @Test func `removes what a log proves at once`() {
    #expect(mode(plan([judged(.dead)], isListed: false)) == .unlockAs(host: "dead-host"))
    #expect(mode(plan([judged(.stale)], isListed: false)) == .unlock)
    #expect(mode(plan([judged(.dead, pid: 1)], isListed: false)) == .inspect)
  }

  @Test func `takes the name of a dead holder also where its lock is stale by now`() {
    let old = judged(.stale, isGone: true)
    #expect(mode(plan([old], isListed: false)) == .unlockAs(host: "dead-host"))
    #expect(mode(plan([old])) == .unlockAs(host: "dead-host"))
    // The first process of a container cannot be told from one of the Job's own.
    #expect(mode(plan([judged(.stale, pid: 1, isGone: true)])) == .unlock)
  }

  @Test func `does nothing where there is nothing`() {
    #expect(plan([]).action == .nothing)
  }

  @Test(arguments: [LockVerdict.live, .foreign, .unknown], LockVerdict.allCases)
  func `removes nothing beside a lock that may be held`(_ one: LockVerdict, _ other: LockVerdict) {
    for allows in [false, true] {
      let plan = plan([judged(other, id: "22222222"), judged(one)]) { $0.allowsRemoveAll = allows }
      #expect(isWait(plan), "\(plan)")
    }
  }

  @Test(arguments: LockVerdict.allCases, [false, true])
  func `removes nothing while a mover works`(_ verdict: LockVerdict, _ isListed: Bool) {
    let active = [ActiveMover(namespace: "media", name: "x", activity: "Running")]
    let plan = plan([judged(verdict, still: 9999)], isListed: isListed, active: active) {
      $0.allowsRemoveAll = true
      $0.prefersVolSync = true
    }
    #expect(isWait(plan))
  }

  @Test func `waits for a foreign lock until it is stale, then looks again`() {
    #expect(plan([judged(.foreign, due: 60)]).action == .wait(until: now + .seconds(60)))
    #expect(mode(plan([judged(.foreign, due: -1)])) == .inspect)
    // Nothing but its name is known: it came while the list was made.
    #expect(plan([judged(.unknown)]).action == .wait(until: now + policy.relook))
    var seen = judged(.unknown)
    seen.lock.lastSeen = now - policy.relook
    #expect(mode(plan([seen])) == .inspect)
    #expect(plan([seen, judged(.foreign, due: 60)]).action == .wait(until: now + .seconds(60)))
    // Its holder may let go of it before that.
    #expect(plan([judged(.foreign, due: 1900)]).action == .wait(until: now + policy.relook))
  }

  @Test func `names all locks that it expects`() {
    let plan = plan([judged(.stale), judged(.dead, id: "22222222")])
    guard case .run(let unlock) = plan.action else { return #expect(Bool(false)) }
    #expect(unlock.mode == .unlockAs(host: "dead-host"))
    #expect(unlock.expected == ["1a12470f", "22222222"])
    #expect(mode(self.plan([judged(.dead), judged(.invalid)])) == .unlockAs(host: "dead-host"))
  }

  @Test func `removes everything only where that is allowed and nothing else helps`() {
    #expect(plan([judged(.invalid, still: 9999)]).action == .refuse)
    #expect(isWait(plan([judged(.dead, pid: 1, due: 9)])))
    let allow: (inout UnlockSettings) -> Void = { $0.allowsRemoveAll = true }
    #expect(mode(plan([judged(.invalid, still: 9999)], change: allow)) == .removeAll)
    // It only has to grow old.
    #expect(isWait(plan([judged(.dead, pid: 1, due: 9)], change: allow)))
    #expect(
      mode(plan([judged(.dead, pid: 1), judged(.invalid, still: 9999)], change: allow))
        == .removeAll)
    #expect(isWait(plan([judged(.invalid, still: 60)], change: allow)))
    #expect(
      mode(plan([judged(.dead), judged(.invalid)], change: allow)) == .unlockAs(host: "dead-host"))
    #expect(mode(plan([judged(.stale)], change: allow)) == .unlock)
  }

  @Test func `asks VolSync where there is no other way, or it is preferred`() {
    let source = RepositoryAccess(source: Objects.source())
    guard
      case .ask(let owner, let token) = plan([judged(.stale)], isListed: false, access: source)
        .action
    else { return #expect(Bool(false)) }
    #expect(owner.name == "app" && token.hasPrefix("mountmon-unlock-"))
    #expect(
      plan([judged(.foreign, due: 60)], isListed: false, access: source).action
        == .wait(until: now + .seconds(60)))
    let both = RepositoryAccess(pod: Objects.pod(exit: 11), source: Objects.source())
    let preferred = plan([judged(.stale)], access: both) { $0.prefersVolSync = true }
    guard case .ask = preferred.action else { return #expect(Bool(false)) }
    let paused = RepositoryAccess(source: Objects.source(spec: ["paused": true]))
    #expect(plan([judged(.stale)], isListed: false, access: paused).action == .refuse)
    #expect(plan([judged(.stale)], isListed: false, access: RepositoryAccess()).action == .refuse)
  }

  @Test func `uses the Secret that VolSync names where nothing is left`() {
    let access = RepositoryAccess(secretNames: ["one"])
    let plan = plan([judged(.stale)], isListed: false, access: access) { $0.image = "restic:1" }
    #expect(mode(plan) == .unlock && plan.reason.hasSuffix("taken to be one"))
  }

  @Test func `is the same as JSON, with its evidence`() {
    let json = plan([judged(.dead)], isListed: false).json
    #expect(json["action"] == "run" && json["mode"] == "as-host" && json["host"] == "dead-host")
    #expect(json["job"]?["kind"] == "Job" && json["evidence"]?.arrayValue?.isEmpty == false)
  }
}
