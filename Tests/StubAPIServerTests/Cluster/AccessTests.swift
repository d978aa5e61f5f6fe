import JSONValue
import StubAPIServer
import Testing

@Suite struct `Access to the stub` {
  private let role = StubRole(
    "restart", in: "media",
    [
      StubRule(["get", "delete"], resources: ["pods"], names: ["plex-0"]),
      StubRule(["create"], resources: ["pods/eviction"]),
      StubRule(["create"], groups: ["events.k8s.io"], resources: ["events"]),
    ])

  @Test func `is by verb, group, resource, subresource, name and namespace`() {
    var cluster = StubCluster()
    for name in ["plex-0", "other-0"] {
      cluster.create([
        "apiVersion": "v1", "kind": "Pod",
        "metadata": ["name": .string(name), "namespace": "media"],
        "spec": ["containers": [["name": "main", "image": "a:1"]]],
      ])
    }
    cluster.allow("token", as: .serviceAccount("plex", in: "media", roles: [role]))
    func status(_ method: String, _ target: String) -> Int {
      cluster.send(method, "/api/v1/namespaces/" + target, token: "token").status
    }
    #expect(status("GET", "media/pods/plex-0") == 200)
    #expect(status("GET", "media/pods/other-0") == 403)
    #expect(status("GET", "media/pods/plex-0/log") == 403)
    #expect(status("GET", "media/pods") == 403)
    #expect(status("GET", "media/pods?fieldSelector=metadata.name%3Dplex-0") == 403)
    #expect(status("GET", "downloads/pods/plex-0") == 403)
    #expect(status("DELETE", "media/pods/plex-0") == 200)
  }

  @Test func `ends when a token is revoked, is too old, or its pod is gone`() {
    var cluster = StubCluster()
    cluster.addWorkload("StatefulSet", "plex", in: "media")
    cluster.advance(by: .seconds(1))
    let uid =
      cluster.object("Pod", "plex-0", in: "media")?["metadata"]?["uid"]?.stringValue ?? ""
    func mint(_ lifetime: Duration = .seconds(3600)) -> String {
      cluster.mintToken(
        for: "plex", in: "media", pod: StubPodIdentity("plex-0", uid: uid), roles: [role],
        lifetime: lifetime)
    }
    func status(_ token: String) -> Int { cluster.send("GET", "/version", token: token).status }
    let (revoked, short, bound) = (mint(), mint(.seconds(60)), mint())
    #expect([revoked, short, bound].map(status) == [200, 200, 200])
    cluster.revocationLag = .seconds(10)
    cluster.revoke(revoked)
    #expect(status(revoked) == 200)
    cluster.advance(by: .seconds(11))
    #expect(status(revoked) == 401)
    cluster.advance(by: .seconds(50))
    #expect(status(short) == 401)
    #expect(status(bound) == 200)
    cluster.send("DELETE", "/api/v1/namespaces/media/pods/plex-0?gracePeriodSeconds=0")
    cluster.advance(by: .seconds(11))
    #expect(status(bound) == 401)
  }

  @Test func `tells a client what it did wrong`() {
    var cluster = StubCluster()
    let bad = [
      StubRequest("GET", "/api/v1/pods", headers: [StubHeader("Accept", "application/json")]),
      StubRequest("GET", "/api/v1/pods", headers: [StubHeader("User-Agent", "a")]),
      request("GET", "/api/v1/pods?labelSelector=a=b"),
      request("GET", "/api/v1/pods?labelSelector=a%20in+(b)"),
      request("GET", "/api/v1/pods?limits=3"), request("GET", "/api/v1//pods"),
      request("GET", "/api/v1/pods?limit=3&limit=4"),
      request("GET", "/api/v1/pods", body: Array("{}".utf8)),
      request("DELETE", "/api/v1/namespaces/a/pods/b?watch=true"),
      request("POST", "/api/v1/namespaces/a/pods", body: Array("{}".utf8)),
    ]
    for request in bad {
      #expect(cluster.handle(request, at: cluster.now).status == 400, "\(request.target)")
    }
    #expect(Set(cluster.violations.map(\.line)).count == bad.count - 2)
    cluster.refusesViolations = false
    #expect(cluster.handle(bad[2], at: cluster.now).status == 403)
  }

  private func request(_ method: String, _ target: String, body: [UInt8] = []) -> StubRequest {
    StubRequest(
      method, target,
      headers: [StubHeader("User-Agent", "a"), StubHeader("Accept", "application/json")],
      body: body)
  }
}
