import JSONValue
import K8sClient
import Testing
import TimeText

@testable import ResticUnlock

/// Each row is a story of one lock.
@Suite struct `A lock is judged` {
  private let now = Objects.start + .seconds(7200)
  private let policy = LockPolicy()

  private func lock(
    host: String? = "volsync-src-app-aaaaa", age: Int? = 600, still: Int = 0, exact: Bool = true
  ) -> KnownLock {
    var lock = KnownLock(seen: now)
    lock.id = "1a12470f"
    lock.host = host
    lock.written = age.map { now - .seconds($0) }
    lock.isExact = exact
    lock.firstSeen = now - .seconds(still)
    return lock
  }

  private func view(
    _ pods: [Pod] = [], nodes: [String: ClusterView.NodeState]? = nil,
    departed: [ClusterView.DepartedPod] = [], isWhole: Bool = true
  ) -> ClusterView {
    ClusterView(
      pods: pods, nodes: nodes ?? ["node-1": .ready(since: .earliest)], departed: departed,
      isWhole: isWhole, now: now)
  }

  private func departed(
    _ ago: Int, node: String? = "node-1",
    change: (inout ClusterView.DepartedPod) -> Void = { _ in }
  ) -> [ClusterView.DepartedPod] {
    let host = "volsync-src-app-aaaaa"
    var pod = ClusterView.DepartedPod(
      namespace: "media", name: host, host: host, node: node, gone: now - .seconds(ago))
    change(&pod)
    return [pod]
  }

  /// A pod that ended so many seconds ago.
  private func ended(_ ago: Int, name: String = "volsync-src-app-aaaaa") -> Pod {
    var pod = Objects.pod(name, exit: 137, after: 7200 - ago)
    pod[time: "metadata", "creationTimestamp"] = Objects.start
    return pod
  }

  private func verdict(_ lock: KnownLock, _ view: ClusterView) -> LockVerdict {
    LockJudgement(lock, in: view, by: policy).verdict
  }

  @Test func `dead when its pod ended after it was written`() {
    #expect(verdict(lock(), view([ended(500)])) == .dead)
    #expect(verdict(lock(), view([ended(500)], nodes: [:])) == .dead)
  }

  @Test func `foreign when a pod of the name had ended before it was written`() {
    #expect(verdict(lock(), view([ended(700)])) == .foreign)
    #expect(verdict(lock(age: 7300), view([ended(500)])) == .foreign)
    #expect(verdict(lock(exact: false), view([ended(700)])) == .dead)
  }

  @Test func `live while its pod runs or waits, however old it is`() {
    for age in [10, 600, 36_000] {
      #expect(verdict(lock(age: age, still: 36_000), view([Objects.pod()])) == .live)
      let pending = Objects.pod(node: nil, phase: .pending)
      #expect(verdict(lock(age: age, still: 36_000), view([pending])) == .live)
    }
  }

  @Test func `live while one of two pods of its name runs, in whichever namespace`() {
    let other = Objects.pod("volsync-src-app-aaaaa", in: "other")
    #expect(verdict(lock(), view([ended(500), other])) == .live)
  }

  @Test func `unknown while its node is not ready or gone, until it is stale`() {
    for nodes in [["node-1": ClusterView.NodeState.notReady], [:]] {
      #expect(verdict(lock(), view([Objects.pod()], nodes: nodes)) == .unknown)
      let old = lock(age: 3600, still: 720)
      #expect(verdict(old, view([Objects.pod()], nodes: nodes)) == .stale)
    }
  }

  @Test func `unknown when nobody saw its pod's containers end`() {
    var pod = Objects.pod(phase: .failed)
    pod[value: "status", "containerStatuses"] = nil
    #expect(verdict(lock(), view([pod])) == .unknown)
  }

  @Test func `dead when its pod is gone and its node has been ready since`() {
    #expect(verdict(lock(), view(departed: departed(130))) == .dead)
    #expect(verdict(lock(), view(departed: departed(100))) == .unknown)
    #expect(
      verdict(lock(), view(nodes: ["node-1": .notReady], departed: departed(130))) == .unknown)
    #expect(verdict(lock(), view(nodes: [:], departed: departed(999))) == .unknown)
    let back = ["node-1": ClusterView.NodeState.ready(since: now - .seconds(60))]
    #expect(verdict(lock(), view(nodes: back, departed: departed(999))) == .unknown)
  }

  @Test func `foreign until the same file has been there for long`() {
    let judged = LockJudgement(lock(host: "desk"), in: view(), by: policy)
    #expect(judged.verdict == .foreign)
    #expect(judged.staleAt == now + .seconds(1800 + 120 - 600))
    #expect(verdict(lock(host: "desk", age: 1919, still: 720), view()) == .foreign)
    #expect(verdict(lock(host: "desk", age: 1920, still: 719), view()) == .foreign)
    #expect(verdict(lock(host: "desk", age: 1920, still: 720), view()) == .stale)
    #expect(verdict(lock(host: "desk"), view(isWhole: false)) == .unknown)
  }

  @Test func `as old as the first sight of its file where its age is only reckoned`() {
    // It says that it is 60 s old, each time that what VolSync remembers is read.
    let reckoned = lock(host: "desk", age: 60, still: 1920, exact: false)
    #expect(verdict(reckoned, view()) == .stale)
    let young = lock(host: "desk", age: 60, still: 1800, exact: false)
    #expect(LockJudgement(young, in: view(), by: policy).staleAt == now + .seconds(120))
    // What the lock itself says is what restic goes by.
    #expect(verdict(lock(host: "desk", age: 60, still: 1920), view()) == .foreign)
  }

  @Test func `unknown where its log does not tell the host or the age`() {
    #expect(verdict(lock(host: nil), view()) == .unknown)
    #expect(verdict(lock(age: nil, still: 9999), view()) == .foreign)
    #expect(LockJudgement(lock(age: nil), in: view(), by: policy).staleAt == nil)
  }

  @Test func `invalid when restic cannot read it`() {
    let listed = ListedLock(id: String(repeating: "a", count: 64), content: nil)
    #expect(verdict(KnownLock(listed, seen: now), view()) == .invalid)
  }

  @Test func `without trust in names that others may have`() {
    var pod = ended(500)
    pod.hostname = "backup"
    #expect(verdict(lock(host: "backup"), view([pod])) == .unknown)
    #expect(verdict(lock(host: "backup", age: nil), view([pod])) == .unknown)
    // Somebody made the pod by that name, and may have made another one before or elsewhere.
    var chosen = ended(500)
    chosen[text: "metadata", "generateName"] = nil
    #expect(verdict(lock(), view([chosen])) == .unknown)
    let long = "volsync-src-" + String(repeating: "a", count: 52)
    let cut = String(long.prefix(63))
    #expect(verdict(lock(host: cut), view([ended(500, name: long)])) == .unknown)
    #expect(verdict(lock(host: cut), view([ended(500, name: cut)])) == .dead)
    #expect(verdict(lock(), view(departed: departed(999) { $0.isUnique = false })) == .unknown)
    var onHost = Objects.pod(exit: 1, after: 6700)
    onHost[flag: "spec", "hostNetwork"] = true
    #expect(verdict(lock(host: "node-1"), view([onHost])) == .unknown)
  }

  @Test func `unknown while a pod that is gone may not have ended`() {
    // Nobody saw where it ran.
    #expect(verdict(lock(), view(departed: departed(300, node: nil))) == .unknown)
    // It may take ten minutes to end.
    func slow(_ ago: Int) -> [ClusterView.DepartedPod] {
      departed(ago) { $0.grace = .seconds(600) }
    }
    #expect(verdict(lock(age: 900), view(departed: slow(650))) == .unknown)
    #expect(verdict(lock(age: 900), view(departed: slow(670))) == .dead)
    // What runs on is not on the node that has its name now.
    var anew = view(departed: departed(500) { $0.nodeUID = try? UID("old") })
    #expect(verdict(lock(), anew) == .dead)
    anew.nodeUIDs["node-1"] = try? UID("old")
    #expect(verdict(lock(), anew) == .dead)
    anew.nodeUIDs["node-1"] = try? UID("new")
    #expect(verdict(lock(), anew) == .unknown)
  }

  @Test func `foreign when it was written after the pod of its name was gone`() {
    #expect(verdict(lock(age: 60), view(departed: departed(7000))) == .foreign)
    #expect(verdict(lock(age: 1500), view(departed: departed(1400))) == .dead)
  }

  @Test func `not by the pods of unlock Jobs, which bear the names of the dead`() {
    var own = Objects.pod("mountmon-unlock-app-x")
    own.hostname = "volsync-src-app-aaaaa"
    #expect(verdict(lock(), view([own, ended(500)])) == .dead)
    #expect(verdict(lock(), view([own])) == .foreign)
  }

  @Test func `live while a second container that may run restic runs`() {
    let plain: JSONValue = ["name": "side", "image": "proxy:1"]
    let signs: [JSONValue] = [
      ["env": [["name": "RESTIC_PASSWORD", "value": "x"]]],
      ["envFrom": [["secretRef": ["name": "app-volsync"]]]],
      ["command": ["/usr/bin/restic", "forget"]], ["args": ["-c", "restic prune"]],
      ["image": "registry.example/volsync:0.15.0"],
    ]
    func pod(_ sign: JSONValue, _ state: JSONValue?) -> Pod {
      var side = plain
      for (key, value) in sign.objectValue ?? [:] { side[key] = value }
      var pod = ended(500)
      pod[value: "spec", "containers"] = [Objects.restic(), side]
      pod[text: "status", "phase"] = "Running"
      var statuses = pod[value: "status", "containerStatuses"]?.arrayValue ?? []
      if let state { statuses.append(["name": "side", "state": state]) }
      pod[value: "status", "containerStatuses"] = .array(statuses)
      return pod
    }
    let running: JSONValue = ["running": [:]]
    #expect(verdict(lock(), view([pod([:], running)])) == .dead)
    for sign in signs {
      #expect(verdict(lock(), view([pod(sign, running)])) == .live, "\(sign)")
      #expect(verdict(lock(), view([pod(sign, nil)])) == .live, "\(sign)")
      let repository = RepositoryIdentity.secret(
        namespace: "media", name: "app-volsync", key: "RESTIC_REPOSITORY")
      let active = ActiveMover.all(
        of: repository, near: "media", in: view([pod(sign, running)]))
      #expect(active.count == 1, "\(sign)")
    }
    let end = (now - .seconds(400)).wholeSecondText
    let over: JSONValue = ["terminated": ["exitCode": 0, "finishedAt": .string(end)]]
    #expect(verdict(lock(age: 450), view([pod(signs[0], over)])) == .dead)
  }

  @Test func `the same by pods that are sorted, which are not all looked at`() {
    var onHost = Objects.pod("daemon")
    onHost[flag: "spec", "hostNetwork"] = true
    var named = Objects.pod("plex-0")
    named.hostname = "plex"
    let others = (0..<50).map { Objects.pod("other-\($0)") }
    var sorted = view([onHost, named, ended(500)] + others)
    let plain = sorted
    sorted.sortHosts()
    #expect(sorted == plain && plain.pods(near: "plex").count == 53)
    for host in [
      "volsync-src-app-aaaaa", "plex", "plex.media.svc", "node-1", "daemon", "desk", "a.",
    ] {
      #expect(sorted.pods(near: host).count <= 1, "\(host)")
      #expect(verdict(lock(host: host), sorted) == verdict(lock(host: host), plain), "\(host)")
    }
    #expect(verdict(lock(host: "plex.media.svc"), sorted) == .live)
    sorted.pods = []
    #expect(verdict(lock(host: "plex"), sorted) == .foreign)
  }

  @Test func `as seen first, whoever saw it`() {
    var one = lock(host: nil, age: nil)
    one.id = String(repeating: "0", count: 64)
    var other = lock(still: 900)
    other.id = "00000000"
    one.add(other)
    #expect(
      one.stillness == .seconds(900) && one.host == other.host && one.written == other.written)
    one.add(lock(host: "another", still: 9000))
    #expect(one.stillness == .seconds(900))
  }
}

@Suite struct `Movers that work` {
  private let repository = RepositoryIdentity.secret(
    namespace: "media", name: "app-volsync", key: "RESTIC_REPOSITORY")

  private func active(_ pods: [Pod], _ jobs: [Job] = []) -> [String] {
    let view = ClusterView(pods: pods, jobs: jobs, now: Objects.start)
    return ActiveMover.all(of: repository, near: "media", in: view).map(\.name)
  }

  @Test func `are those of the same repository that have not ended`() {
    #expect(active([Objects.pod(), Objects.pod("x", exit: 11)]) == ["volsync-src-app-aaaaa"])
    #expect(active([Objects.pod(container: Objects.restic(secret: "other"))]) == [])
    #expect(active([Objects.pod("y", phase: .pending)]) == ["y"])
    #expect(active([Objects.pod(in: "other")]) == [])
  }

  @Test func `may be Jobs that have no pod yet`() {
    #expect(active([], [Objects.job(active: 1)]) == ["volsync-src-app"])
    #expect(active([Objects.pod()], [Objects.job(active: 1)]) == ["volsync-src-app-aaaaa"])
    #expect(active([], [Objects.job(failed: 3)]) == [])
    // Its controller has not counted the pod that it makes.
    #expect(active([], [Objects.job()]) == ["volsync-src-app"])
    var paused = Objects.job()
    paused.parallelism = 0
    #expect(active([], [paused]) == [])
  }

  @Test func `are no unlock Jobs`() {
    var pod = Objects.pod()
    pod.metadata.labels = ["homelab.rafaribe.com/monitor": "main"]
    #expect(active([pod]) == [])
  }

  @Test func `may use a repository that nothing is known of`() {
    #expect(active([Objects.pod("z", container: ["name": "restic"])]) == ["z"])
  }
}
