import JSONValue
import K8sClient
import Testing
import TimeText

@testable import ResticUnlock

@Suite struct `A mirror of a cluster` {
  private let start = Objects.start

  private func node(_ name: String = "node-1", ready: String = "True", since: Timestamp? = nil)
    -> Node
  {
    var condition: JSONValue = ["type": "Ready", "status": .string(ready)]
    if let since { condition["lastTransitionTime"] = .string(since.wholeSecondText) }
    return Node(json: [
      "metadata": ["name": .string(name), "resourceVersion": "1"],
      "status": ["conditions": [["type": "DiskPressure", "status": "False"], condition]],
    ])
  }

  private func error(_ code: KubernetesError.Code, _ what: String = "watch") -> KubernetesError {
    KubernetesError(code, what)
  }

  private func synced(_ namespaces: Set<String> = []) -> ClusterMirror {
    var mirror = ClusterMirror(namespaces: namespaces)
    mirror.take(WatchChange<Node>.synced, at: start)
    for scope in namespaces.isEmpty ? [""] : namespaces.sorted() {
      mirror.take(WatchChange<Pod>.synced, of: scope, at: start)
      mirror.take(WatchChange<Job>.synced, of: scope)
      mirror.take(WatchChange<ReplicationSource>.synced, of: scope)
      mirror.take(WatchChange<ReplicationDestination>.synced, of: scope)
    }
    return mirror
  }

  private func gone(_ pod: Pod) -> WatchChange<Pod> {
    .deleted(.init(key: pod.key, uid: "", last: nil))
  }

  @Test func `is synced once every watch is, in every namespace`() {
    var mirror = ClusterMirror(namespaces: ["a", "b"])
    mirror.take(WatchChange<Node>.synced, at: start)
    for scope in ["a", "b"] {
      #expect(!mirror.isSynced && !mirror.isCurrent)
      mirror.take(WatchChange<Pod>.synced, of: scope, at: start)
      mirror.take(WatchChange<Job>.synced, of: scope)
      mirror.take(WatchChange<ReplicationSource>.synced, of: scope)
      mirror.take(WatchChange<ReplicationDestination>.synced, of: scope)
    }
    #expect(mirror.isSynced && mirror.isCurrent && mirror.complaints.isEmpty)
    #expect(!mirror.snapshot(now: start).view.isWhole)
    #expect(synced().snapshot(now: start).view.isWhole)
    #expect(!synced().snapshot(now: start, isWhole: false).view.isWhole)
  }

  @Test func `is held up by no type that is not there or may not be read`() {
    var mirror = ClusterMirror()
    mirror.take(WatchChange<Pod>.synced, at: start)
    mirror.take(WatchChange<Job>.synced)
    mirror.take(WatchChange<Node>.interrupted(error(.forbidden, "watch nodes")), at: start)
    mirror.take(WatchChange<ReplicationSource>.interrupted(error(.notFound, "watch sources")))
    mirror.take(WatchChange<ReplicationDestination>.interrupted(error(.unreachable)))
    #expect(!mirror.isSynced)
    mirror.take(WatchChange<ReplicationDestination>.synced)
    #expect(mirror.isSynced && mirror.isCurrent && mirror.complaints.count == 2)
    #expect(mirror.complaints.first?.hasPrefix("watch nodes") == true)
    // It comes later.
    mirror.take(WatchChange<ReplicationSource>.added(Objects.source()))
    mirror.take(WatchChange<ReplicationSource>.synced)
    #expect(mirror.complaints.count == 1 && mirror.snapshot(now: start).sources.count == 1)
  }

  @Test func `says what keeps it from knowing anything yet`() {
    var mirror = ClusterMirror()
    #expect(mirror.complaints.isEmpty)
    mirror.take(WatchChange<Pod>.interrupted(error(.unreachable, "watch pods")), at: start)
    #expect(!mirror.isSynced && mirror.complaints.count == 1)
    #expect(mirror.complaints.first?.hasPrefix("watch pods") == true)
    mirror.take(WatchChange<Pod>.synced, at: start)
    #expect(mirror.complaints.isEmpty)
  }

  @Test func `is not to be acted upon without pods and Jobs as they are`() {
    var mirror = ClusterMirror()
    mirror.take(WatchChange<Pod>.interrupted(error(.forbidden)), at: start)
    for change in [WatchChange<Job>.synced] { mirror.take(change) }
    mirror.take(WatchChange<Node>.synced, at: start)
    mirror.take(WatchChange<ReplicationSource>.synced)
    mirror.take(WatchChange<ReplicationDestination>.synced)
    #expect(mirror.isSynced && !mirror.isCurrent && mirror.complaints.count == 1)
    #expect(!mirror.snapshot(now: start).view.isWhole)
    mirror = synced()
    let counts1 = mirror.take(WatchChange<Job>.interrupted(error(.unreachable)))
    #expect(counts1)
    #expect(!mirror.isCurrent && mirror.isSynced)
    mirror.take(WatchChange<Job>.resumed)
    #expect(mirror.isCurrent && mirror.complaints.isEmpty)
    mirror.take(WatchChange<ReplicationSource>.interrupted(error(.unreachable)))
    #expect(mirror.isCurrent && mirror.complaints.count == 1)
  }

  @Test func `knows nodes only while they are followed`() {
    var mirror = synced()
    let since = start - .seconds(60)
    let counts2 = mirror.take(.added(node(since: since)), at: start)
    #expect(counts2)
    let counts3 = mirror.take(.modified(node(since: since)), at: start)
    #expect(!counts3)
    let counts4 = mirror.take(.added(node("node-2", ready: "Unknown", since: since)), at: start)
    #expect(counts4)
    mirror.take(.added(node("node-3")), at: start)
    let states = mirror.snapshot(now: start).view.nodes
    #expect(states["node-1"] == .ready(since: start) && states["node-2"] == .notReady)
    #expect(states["node-3"] == .ready(since: .latest))
    mirror.take(WatchChange<Node>.interrupted(error(.unreachable)), at: start)
    #expect(mirror.snapshot(now: start).view.nodes.isEmpty && mirror.isCurrent)
    mirror.take(WatchChange<Node>.resumed, at: start)
    mirror.take(
      WatchChange<Node>.deleted(.init(key: .init(name: "node-1"), uid: "", last: nil)), at: start)
    #expect(mirror.snapshot(now: start).view.nodes.count == 2)
  }

  @Test func `keeps movers as they are, but for who set which field`() {
    var mirror = synced()
    var pod = Objects.pod(exit: 11)
    pod[value: "metadata", "managedFields"] = [["manager": "kubelet"]]
    let counts5 = mirror.take(.added(pod), at: start)
    #expect(counts5)
    let kept = mirror.snapshot(now: start).view.pods
    #expect(kept == [Objects.pod(exit: 11)])
  }

  @Test func `keeps of other pods who they are and whether they live`() throws {
    var mirror = synced()
    var pod = Objects.pod("plex-0", container: ["name": "plex", "image": "plex:1"])
    pod.metadata.ownerReferences = []
    pod.hostname = "plex"
    let counts6 = mirror.take(.added(pod), at: start)
    #expect(counts6)
    pod[value: "status", "conditions"] = [["type": "Ready", "status": "True"]]
    let counts7 = mirror.take(.modified(pod), at: start)
    #expect(!counts7)
    let kept = try #require(mirror.snapshot(now: start).view.pods.first)
    #expect(kept.json.text().utf8.count < 200, "\(kept.json.text())")
    #expect(kept.containerHost == "plex" && kept.nodeName == "node-1" && kept.phase == .running)
    // A lock of its name may be its own.
    mirror.take(.added(node()), at: start)
    var lock = KnownLock(seen: start)
    lock.host = "plex"
    lock.written = start - .seconds(9999)
    let view = mirror.snapshot(now: start).view
    #expect(LockJudgement(lock, in: view, by: LockPolicy()).verdict == .live)
    mirror.take(gone(pod), at: start)
    #expect(mirror.snapshot(now: start).view.departed.isEmpty)
  }

  @Test func `counts how long a node is ready from when it saw that`() {
    var mirror = synced()
    func state() -> ClusterView.NodeState? {
      mirror.snapshot(now: start + .seconds(999)).view.nodes["node-1"]
    }
    // The clock of the node is an hour behind.
    mirror.take(.added(node(ready: "Unknown", since: start)), at: start)
    let back = node(since: start - .seconds(3600))
    mirror.take(.modified(back), at: start + .seconds(100))
    #expect(state() == .ready(since: start + .seconds(100)))
    let counts = mirror.take(.modified(back), at: start + .seconds(200))
    #expect(!counts && state() == .ready(since: start + .seconds(100)))
    // It is ahead.
    mirror.take(.modified(node(since: start + .seconds(5000))), at: start + .seconds(300))
    #expect(state() == .ready(since: start + .seconds(5000)))
  }

  @Test(arguments: [false, true])
  func `remembers how long a pod may take to end, and on which node`(_ isPodFirst: Bool) throws {
    var mirror = ClusterMirror()
    var one = node()
    one[text: "metadata", "uid"] = "node-uid-1"
    var pod = Objects.pod()
    pod[integer: "spec", "terminationGracePeriodSeconds"] = 900
    if isPodFirst { mirror.take(.added(pod), at: start) }
    mirror.take(.added(one), at: start)
    mirror.take(WatchChange<Node>.synced, at: start)
    if !isPodFirst { mirror.take(.added(pod), at: start) }
    // The node is made anew.
    mirror.take(WatchChange<Node>.deleted(.init(key: one.key, uid: "", last: nil)), at: start)
    one[text: "metadata", "uid"] = "node-uid-2"
    mirror.take(.added(one), at: start)
    mirror.take(.modified(pod), at: start)
    mirror.take(gone(pod), at: start)
    let view = mirror.snapshot(now: start).view
    let departed = try #require(view.departed.first)
    #expect(departed.nodeUID?.description == "node-uid-1" && departed.grace == .seconds(900))
    #expect(view.nodeUIDs["node-1"]?.description == "node-uid-2" && departed.isUnique)
  }

  @Test func `remembers for a day which movers there were`() {
    var mirror = synced()
    let pod = Objects.pod()
    mirror.take(.added(pod), at: start)
    let counts8 = mirror.take(gone(pod), at: start + .seconds(5))
    #expect(counts8)
    let counts9 = mirror.take(gone(pod), at: start + .seconds(6))
    #expect(!counts9)
    let departed = mirror.snapshot(now: start + .seconds(10)).view.departed
    #expect(
      departed == [
        .init(
          namespace: "media", name: "volsync-src-app-aaaaa", host: "volsync-src-app-aaaaa",
          node: "node-1", gone: start + .seconds(5))
      ])
    #expect(mirror.snapshot(now: start + .seconds(86_405)).view.departed.isEmpty)
    // Pods of unlock Jobs bear the names of the dead.
    var own = Objects.pod("mountmon-unlock-x-abc")
    own.hostname = "volsync-src-app-aaaaa"
    mirror.take(.added(own), at: start)
    mirror.take(gone(own), at: start)
    #expect(mirror.snapshot(now: start).view.departed.count == 1)
  }

  @Test func `remembers no more than a thousand of them`() {
    var mirror = synced()
    for index in 0..<1010 {
      let pod = Objects.pod("pod-\(index)")
      mirror.take(.added(pod), at: start)
      mirror.take(gone(pod), at: start)
    }
    let departed = mirror.snapshot(now: start).view.departed
    #expect(departed.count == 1000 && departed.first?.name == "pod-10")
  }
}
