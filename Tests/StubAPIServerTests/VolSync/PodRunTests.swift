import JSONValue
import StubAPIServer
import Synchronization
import Testing

@Suite struct `A pod of the stub` {
  @Test func `is changed by admission, and keeps what nobody knows`() throws {
    var cluster = Backups.locked()
    cluster.injectRepositoryVolume(addsContainers: true)
    cluster.advance(by: .seconds(60))
    let pod = try #require(cluster.all("Pod", in: "media").first)
    let spec = try #require(pod["spec"])
    #expect(spec["fieldOfNobody"] == ["kept": true])
    #expect(spec["initContainers"]?[0]?["name"] == "timezone")
    #expect(spec["containers"]?.arrayValue?.map { $0["name"] } == ["restic", "proxy"])
    #expect(spec["volumes"]?.arrayValue?.last?["nfs"]?["path"] == "/mnt/storage/volsync")
    #expect(
      spec["containers"]?[0]?["volumeMounts"]?.arrayValue?.last?["mountPath"] == "/repository")
    let job = cluster.mover?["spec"]?["template"]?["spec"]
    #expect(job?["volumes"]?.arrayValue?.count == 3)
    // The container that failed, and the one beside it.
    let codes = (pod["status"]?["containerStatuses"]?.arrayValue ?? []).map {
      $0["state"]?["terminated"]?["exitCode"]?.intValue
    }
    #expect(codes == [11, 0])
  }

  @Test func `runs on beside a container that failed`() throws {
    var cluster = Backups.locked()
    cluster.injectRepositoryVolume(addsContainers: true)
    cluster.podScript = { _ in StubPodEnd(11, log: "x", container: "restic", leavesOthers: true) }
    cluster.advance(by: .seconds(60))
    let pod = try #require(cluster.all("Pod", in: "media").first)
    #expect(pod["status"]?["phase"] == "Running")
    let states = (pod["status"]?["containerStatuses"]?.arrayValue ?? []).map {
      $0["state"]?.objectValue?.keys.first
    }
    #expect(states == ["terminated", "running"])
  }

  @Test func `on a node that is cut off stays, and makes it good when the node is back`() throws {
    var cluster = Backups.locked()
    cluster.advance(by: .seconds(20))
    let pod = try #require(cluster.all("Pod", in: "media").first)
    cluster.setNode("fake-node", .partitioned)
    #expect(ready(cluster) == "Unknown")
    cluster.advance(by: .seconds(200))
    #expect(cluster.pods(in: "Running") == [pod.name])
    let log = cluster.send("GET", "/api/v1/namespaces/media/pods/\(pod.name)/log?container=restic")
    #expect(log.status == 500)
    cluster.advance(by: .seconds(200))
    let old = try #require(cluster.object("Pod", pod.name, in: "media"))
    #expect(old["metadata"]?["deletionTimestamp"] != nil)
    #expect(old["status"]?["phase"] == "Running")
    // There is another one, which finds no node.
    #expect(cluster.mover?["status"]?["failed"] == 1)
    #expect(cluster.pods(in: "Pending").count == 1)
    cluster.setNode("second")
    cluster.advance(by: .seconds(20))
    #expect(cluster.pods(in: "Running").count == 2)
    cluster.setNode("fake-node", .ready)
    cluster.advance(by: .seconds(5))
    #expect(ready(cluster) == "True")
    #expect(cluster.object("Pod", pod.name, in: "media") == nil)
  }

  @Test func `goes with its node, and its Job makes another`() throws {
    var cluster = Backups.locked()
    cluster.setNode("second")
    cluster.advance(by: .seconds(20))
    let pod = try #require(cluster.all("Pod", in: "media").first)
    cluster.removeNode("fake-node")
    cluster.advance(by: .seconds(30))
    #expect(cluster.object("Pod", pod.name, in: "media") != nil)
    cluster.advance(by: .seconds(30))
    #expect(cluster.object("Pod", pod.name, in: "media") == nil)
    let next = cluster.all("Pod", in: "media").first
    #expect(next?["spec"]?["nodeName"] == "second")
    #expect(cluster.mover?["status"]?["failed"] == 1)
  }

  private func ready(_ cluster: StubCluster) -> String? {
    cluster.object("Node", "fake-node")?["status"]?["conditions"]?[0]?["status"]?.stringValue
  }

  @Test func `is run by somebody else, and killed when it is deleted`() async throws {
    let started = Mutex<[String]>([])
    let killed = Mutex<[String]>([])
    try await StubAPIServer.run { server in
      addBackup(to: server)
      server.runPods { pod in
        let isFirst = started.withLock { started in
          started.append(pod.name)
          return started.count == 1
        }
        guard isFirst else { return StubPodEnd(0, log: "snapshot saved\n") }
        try? await Task.sleep(for: .seconds(60))
        killed.withLock { $0.append(pod.name) }
        return StubPodEnd(137)
      }
      try await eventually { started.withLock { $0.count } == 1 }
      let name = try #require(started.withLock { $0.first })
      server.withCluster {
        _ = $0.send("DELETE", "/api/v1/namespaces/media/pods/\(name)")
      }
      try await eventually {
        server.withCluster { $0.source?["status"]?["lastSyncTime"] != nil }
      }
      #expect(killed.withLock { $0 } == [name])
      #expect(started.withLock { $0.count } == 2)
      #expect(server.runningPods == 0)
      await server.endPods()
    }
  }

  @Test func `lives on where its node is cut off, whatever the API says`() async throws {
    let alive = Mutex(0)
    try await StubAPIServer.run { server in
      addBackup(to: server)
      server.runPods { _ in
        alive.withLock { $0 += 1 }
        try? await Task.sleep(for: .seconds(60))
        alive.withLock { $0 -= 1 }
        return StubPodEnd(137)
      }
      try await eventually { alive.withLock { $0 } == 1 }
      server.withCluster { $0.setNode("fake-node", .partitioned) }
      server.withCluster {
        let name = $0.all("Pod", in: "media").first?.name ?? ""
        _ = $0.send("DELETE", "/api/v1/namespaces/media/pods/\(name)?gracePeriodSeconds=0")
        #expect($0.object("Pod", name, in: "media") == nil)
      }
      server.advance(by: .seconds(10))
      #expect(alive.withLock { $0 } == 1)
      server.withCluster { $0.setNode("fake-node", .off) }
      #expect(alive.withLock { $0 } == 1)
      server.withCluster { $0.setNode("fake-node", .ready) }
      try await eventually { server.runningPods <= 1 }
      await server.endPods()
      #expect(alive.withLock { $0 } == 0)
    }
  }

  @Test func `is no reason to ask for Secrets`() {
    var cluster = Backups.locked()
    #expect(cluster.send("GET", "/api/v1/namespaces/media/secrets/app-volsync").status == 400)
    #expect(cluster.send("GET", "/api/v1/secrets").status == 400)
    #expect(cluster.violations.map(\.rule) == Array(repeating: "a request for Secrets", count: 2))
  }

  private func addBackup(to server: StubAPIServer) {
    server.withCluster { cluster in
      cluster.installVolSync()
      cluster.pods.standard.startDelay = .zero
      cluster.addReplicationSource("app", in: "media", secret: "app-volsync", manual: "first")
    }
  }

  private func eventually(_ isSo: () -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while !isSo() {
      guard ContinuousClock.now < deadline else {
        Issue.record("not within 30 s")
        return
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }
}
