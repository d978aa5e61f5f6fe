import JSONValue
import Testing
import TimeText

@testable import StubAPIServer

@Suite struct `A workload of the stub` {
  private func deletion(_ pod: JSONValue) -> JSONValue {
    ["apiVersion": "v1", "kind": "DeleteOptions", "preconditions": ["uid": .string(pod.uid)]]
  }

  private func ready(_ cluster: StubCluster) -> [String] {
    cluster.all("Pod", in: "media").filter(StubCluster.isReady).map(\.name)
  }

  @Test func `of kind StatefulSet gets the same name back, once the old pod is gone`() throws {
    var cluster = StubCluster()
    cluster.addWorkload("StatefulSet", "plex", in: "media")
    cluster.advance(by: .seconds(1))
    let old = try #require(cluster.object("Pod", "plex-0", in: "media"))
    #expect(ready(cluster) == ["plex-0"])
    cluster.send("DELETE", "/api/v1/namespaces/media/pods/plex-0", deletion(old))
    cluster.advance(by: .milliseconds(900))
    #expect(cluster.all("Pod", in: "media").map(\.uid) == [old.uid])
    cluster.advance(by: .seconds(1))
    let new = try #require(cluster.object("Pod", "plex-0", in: "media"))
    #expect(new.uid != old.uid)
    #expect(ready(cluster) == ["plex-0"])
    let late = cluster.send("DELETE", "/api/v1/namespaces/media/pods/plex-0", deletion(old))
    #expect(late.status == 409)
  }

  @Test func `of kind Deployment gets another pod while the old one ends`() throws {
    var cluster = StubCluster()
    cluster.addWorkload("Deployment", "plex", in: "media")
    cluster.advance(by: .seconds(1))
    let old = try #require(cluster.all("Pod", in: "media").first)
    cluster.send("DELETE", "/api/v1/namespaces/media/pods/\(old.name)", deletion(old))
    cluster.advance(by: .milliseconds(500))
    #expect(cluster.all("Pod", in: "media").count == 2)
    #expect(!ready(cluster).contains(old.name))
    cluster.advance(by: .seconds(2))
    #expect(cluster.all("Pod", in: "media").count == 1)
    #expect(ready(cluster).count == 1)
  }

  @Test func `of kind DaemonSet gets another pod once the old one is gone`() throws {
    var cluster = StubCluster()
    cluster.addWorkload("DaemonSet", "plex", in: "media")
    cluster.advance(by: .seconds(1))
    let old = try #require(cluster.all("Pod", in: "media").first)
    cluster.send("DELETE", "/api/v1/namespaces/media/pods/\(old.name)")
    cluster.advance(by: .milliseconds(500))
    #expect(cluster.all("Pod", in: "media").map(\.uid) == [old.uid])
    cluster.advance(by: .seconds(2))
    #expect(ready(cluster).count == 1)
    #expect(!ready(cluster).contains(old.name))
  }

  @Test func `has pods that stay as bad as they are told`() {
    var cluster = StubCluster()
    cluster.pods.named["stuck"] = PodHabit()
    cluster.pods.named["stuck"]?.isBroken = true
    cluster.pods.named["slow"] = PodHabit()
    cluster.pods.named["slow"]?.readinessDelay = .seconds(30)
    cluster.pods.named["nowhere"] = PodHabit()
    cluster.pods.named["nowhere"]?.isUnschedulable = true
    for name in ["stuck", "slow", "nowhere"] {
      cluster.addWorkload("Deployment", name, in: "media")
    }
    cluster.advance(by: .seconds(20))
    #expect(ready(cluster).isEmpty)
    let phases = cluster.all("Pod", in: "media").map {
      "\($0.name.prefix { $0 != "-" }) \($0.text("status", "phase") ?? "")"
    }
    #expect(phases == ["nowhere Pending", "slow Running", "stuck Pending"])
    cluster.advance(by: .seconds(20))
    #expect(ready(cluster).count == 1)
  }

  @Test func `ends its pod at the end of the grace, or when it is told`() throws {
    var cluster = StubCluster()
    cluster.pods.standard.stopDelay = nil
    cluster.addWorkload("StatefulSet", "plex", in: "media", grace: 20)
    cluster.advance(by: .seconds(1))
    let first = try #require(cluster.object("Pod", "plex-0", in: "media"))
    _ = cluster.takeNotices()
    let start = cluster.now
    cluster.send("DELETE", "/api/v1/namespaces/media/pods/plex-0")
    let ending = try #require(cluster.object("Pod", "plex-0", in: "media"))
    #expect(
      ending.text("metadata", "deletionTimestamp") == start.advanced(by: .seconds(20)).rfc3339())
    #expect(cluster.takeNotices().map(\.kind) == [.terminating(grace: 20)])
    cluster.advance(by: .seconds(19))
    #expect(cluster.object("Pod", "plex-0", in: "media")?.uid == first.uid)
    cluster.advance(by: .seconds(2))
    let second = try #require(cluster.object("Pod", "plex-0", in: "media"))
    #expect(second.uid != first.uid)
    #expect(cluster.takeNotices().map(\.kind) == [.removed])
    cluster.send("DELETE", "/api/v1/namespaces/media/pods/plex-0")
    cluster.stop("plex-0", in: "media")
    cluster.advance(by: .seconds(1))
    #expect(cluster.object("Pod", "plex-0", in: "media")?.uid != second.uid)
  }

  @Test func `is kept up by its budget`() {
    var cluster = StubCluster()
    cluster.addWorkload("Deployment", "plex", in: "media", replicas: 2)
    cluster.addBudget("plex", in: "media", minAvailable: 1, labels: ["app": "plex"])
    cluster.advance(by: .seconds(1))
    let names = cluster.all("Pod", in: "media").map(\.name)
    func evict(_ name: String) -> Int {
      cluster.send(
        "POST", "/api/v1/namespaces/media/pods/\(name)/eviction",
        ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": .string(name)]]
      ).status
    }
    #expect(names.map(evict) == [201, 429])
    cluster.advance(by: .seconds(5))
    #expect(evict(names[1]) == 201)
  }
}
