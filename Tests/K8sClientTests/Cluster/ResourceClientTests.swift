import HTTPTransport
import JSONValue
import Testing

@testable import K8sClient

private let plexUID = "0c2ae9f1-83f0-4b3e-9f7c-1f2a4e2a7b11"

private func pod(_ name: String = "plex-0") -> String {
  """
  {"kind":"Pod","apiVersion":"v1","metadata":{"name":"\(name)","namespace":"media","uid":"\(plexUID)",
  "resourceVersion":"7"}}
  """
}

private func list(_ names: [String], next: String? = nil, version: String = "9") -> String {
  let items = names.map { #"{"metadata":{"name":"\#($0)","namespace":"media"}}"# }
  let token = next.map { #","continue":"\#($0)""# } ?? ""
  return """
    {"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"\(version)"\(token)},
    "items":[\(items.joined(separator: ","))]}
    """
}

private func pods(
  _ server: FakeServer, in scope: Scope? = nil
) throws -> ResourceClient<Pod> {
  try server.cluster().resource(Pod.self, in: try scope ?? .namespace("media"))
}

private func failure(
  _ body: @Sendable () async throws -> some Sendable
) async -> KubernetesError? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error as? KubernetesError
  }
}

@Suite struct `Objects of a cluster` {
  @Test func `are read by name`() async throws {
    let server = FakeServer(.answer(200, pod()), .status(404, "NotFound"), .status(404, "NotFound"))
    let pods = try pods(server)
    #expect(try await pods.get("plex-0").metadata.uid?.description == plexUID)
    #expect(server.requests[0].target == "/api/v1/namespaces/media/pods/plex-0")
    #expect(try await pods.find(try ObjectName("plex-0")) == nil)
    #expect(await failure { try await pods.get("plex-0") }?.code == .notFound)
  }

  @Test func `of a type that is not there are an error, not absent`() async throws {
    let pods = try pods(FakeServer(.answer(404, "404 page not found\n")))
    #expect(await failure { try await pods.find("plex-0") }?.code == .notFound)
  }

  @Test(arguments: ["", "a/b", "..", "Plex", "a?b"])
  func `are never addressed by what is no name`(name: String) async throws {
    let server = FakeServer()
    let pods = try pods(server)
    let errors = [
      await failure { try await pods.get(name) },
      await failure { try await pods.find(name) },
      await failure { try await pods.delete(name, onlyIf: nil) },
      await failure { try await pods.evict(name, onlyIf: nil) },
      await failure { try await pods.log(name) },
      await failure { try await pods.patch(name, .merge([:])) },
    ]
    #expect(errors.map { $0?.code } == Array(repeating: .invalid, count: 6))
    #expect(server.requests.isEmpty)
  }

  @Test func `in all namespaces are only listed`() async throws {
    let server = FakeServer(.answer(200, list(["a"])))
    let pods = try pods(server, in: .allNamespaces)
    #expect(await failure { try await pods.get("a") }?.code == .invalid)
    #expect(try await pods.list().items.count == 1)
    #expect(server.requests.map(\.target) == ["/api/v1/pods?limit=500"])
  }

  @Test func `that are another kind are a malformed answer`() async throws {
    let pods = try pods(FakeServer(.answer(200, #"{"kind":"Job","metadata":{"name":"x"}}"#)))
    #expect(await failure { try await pods.get("x") }?.code == .malformedAnswer)
  }
}

@Suite struct `A whole list` {
  @Test func `is read page by page`() async throws {
    let server = FakeServer(
      .answer(200, list(["a", "b"], next: "t1")), .answer(200, list(["c"], next: "t2")),
      .answer(200, list(["d"])))
    let whole = try await pods(server).list(matching: try .label("app", "plex"))
    #expect(whole.items.map { $0.metadata.name?.description } == ["a", "b", "c", "d"])
    #expect(whole.resourceVersion?.description == "9")
    #expect(whole.continueToken == nil)
    #expect(
      server.requests.map(\.target) == [
        "/api/v1/namespaces/media/pods?labelSelector=app%3Dplex&limit=500",
        "/api/v1/namespaces/media/pods?labelSelector=app%3Dplex&limit=500&continue=t1",
        "/api/v1/namespaces/media/pods?labelSelector=app%3Dplex&limit=500&continue=t2",
      ])
  }

  @Test func `is begun anew once when it grew too old`() async throws {
    let server = FakeServer(
      .answer(200, list(["a"], next: "t1")), .status(410, "Expired"),
      .answer(200, list(["b"], next: "t2")), .answer(200, list(["c"])))
    #expect(
      try await pods(server).list().items.map { $0.metadata.name?.description } == ["b", "c"])
    let old = FakeServer(
      .answer(200, list(["a"], next: "t1")), .status(410, "Expired"), .status(410, "Expired"))
    let pods = try pods(old)
    #expect(await failure { try await pods.list() }?.code == .expired)
  }

  @Test func `has a limit`() async throws {
    let server = FakeServer(
      .answer(200, list(["a", "b"])), .answer(200, list(["a", "b"], next: "t1")),
      .answer(200, list(["c"])))
    let pods = try pods(server)
    #expect(try await pods.list(upTo: 2).items.count == 2)
    let error = await failure { try await pods.list(upTo: 2) }
    #expect(error?.code == .rejected)
    #expect(error?.detail == "there are more than 2; choose them by a label, or allow more")
  }

  @Test func `does not go round in a circle`() async throws {
    let server = FakeServer(
      .answer(200, list(["a"], next: "t")), .answer(200, list(["b"], next: "t")))
    let pods = try pods(server)
    #expect(await failure { try await pods.list() }?.code == .malformedAnswer)
  }
}

@Suite struct `Objects that are changed` {
  private func body(_ server: FakeServer, _ index: Int = 0) throws -> JSONValue {
    try JSONValue(parsing: server.requests[index].body)
  }

  @Test func `are deleted only if they are the ones that are meant`() async throws {
    let server = FakeServer(
      .answer(200, pod()), .answer(200, #"{"kind":"Status","status":"Success"}"#),
      .status(409, "Conflict"))
    let pods = try pods(server)
    let uid = try UID(plexUID)
    guard case .going(let going) = try await pods.delete("plex-0", onlyIf: .uid(uid)) else {
      Issue.record("the pod is not shown")
      return
    }
    #expect(going.metadata.uid == uid)
    #expect(server.requests[0].method == "DELETE")
    #expect(try body(server)["preconditions"] == ["uid": .string(uid.description)])
    #expect(try await pods.delete("plex-0", onlyIf: .uid(uid), isDryRun: true) == .accepted)
    #expect(try body(server, 1)["dryRun"] == ["All"])
    let error = await failure { try await pods.delete("plex-0", onlyIf: .uid(uid)) }
    #expect(error?.code == .conflict)
  }

  @Test func `are evicted unless a budget forbids it`() async throws {
    let blocked = #"""
      {"kind":"Status","status":"Failure","message":"no","reason":"TooManyRequests","code":429,
      "details":{"causes":[{"reason":"DisruptionBudget","message":"needs 1"}]}}
      """#
    let server = FakeServer(
      .answer(201, #"{"kind":"Status","status":"Success"}"#), .answer(429, blocked))
    let pods = try pods(server)
    try await pods.evict("plex-0", onlyIf: .uid(try UID(plexUID)))
    #expect(server.requests[0].target == "/api/v1/namespaces/media/pods/plex-0/eviction")
    #expect(
      try body(server)["deleteOptions"]?["preconditions"]?["uid"]?.stringValue
        == plexUID)
    let error = await failure { try await pods.evict("plex-0", onlyIf: nil) }
    #expect(error?.isBlockedByDisruptionBudget == true)
    #expect(server.requests.count == 2)
  }

  @Test func `are created, replaced, patched and applied`() async throws {
    let server = FakeServer()
    for _ in 0..<4 { server.tell(.answer(200, pod())) }
    let pods = try pods(server)
    let object = Pod(json: try JSONValue(parsing: pod()))
    _ = try await pods.create(object, WriteOptions(isDryRun: true))
    _ = try await pods.replace(object, subresource: .status)
    _ = try await pods.patch("plex-0", .merge(["a": 1]))
    _ = try await pods.apply(object, manager: "me", isForced: true)
    let path = "/api/v1/namespaces/media/pods"
    #expect(
      server.requests.map { "\($0.method) \($0.target)" } == [
        "POST \(path)?dryRun=All", "PUT \(path)/plex-0/status", "PATCH \(path)/plex-0",
        "PATCH \(path)/plex-0?fieldManager=me&force=true",
      ])
  }

  @Test func `have to be in this namespace`() async throws {
    let server = FakeServer()
    let pods = try pods(server, in: try .namespace("tv"))
    let object = Pod(json: try JSONValue(parsing: pod()))
    let errors = [
      await failure { try await pods.create(object) },
      await failure { try await pods.replace(object) },
      await failure { try await pods.apply(object) },
    ]
    #expect(errors.map { $0?.code } == [.invalid, .invalid, .invalid])
    #expect(server.requests.isEmpty)
  }
}

@Suite struct `What else a cluster tells` {
  @Test func `is the log of a container`() async throws {
    let server = FakeServer(.answer(200, "one\ntwo\n"), .answer(204), .answer(200, "12345"))
    let pods = try pods(server)
    let options = LogOptions(container: try ContainerName("main"), follows: true)
    #expect(try await pods.log("plex-0", options) == Array("one\ntwo\n".utf8))
    #expect(
      server.requests[0].target == "/api/v1/namespaces/media/pods/plex-0/log?container=main")
    #expect(try await pods.log("plex-0") == [])
    #expect(await failure { try await pods.log("plex-0", upTo: 4) }?.code == .malformedAnswer)
  }

  @Test func `is the log as it comes`() async throws {
    let server = FakeServer(.answer(200, "one\n"))
    let body = try await pods(server).openLog("plex-0", LogOptions(follows: true))
    #expect(try await body.collect(upTo: 10) == Array("one\n".utf8))
    #expect(server.requests[0].target.hasSuffix("/log?follow=true"))
  }

  @Test func `is what this client may do`() async throws {
    let server = FakeServer(
      .answer(201, #"{"status":{"allowed":true}}"#), .answer(201, #"{"status":{}}"#))
    let pods = try pods(server)
    #expect(try await pods.reviewAccess("create", subresource: "eviction").isAllowed)
    #expect(
      try JSONValue(parsing: server.requests[0].body)["spec"]?["resourceAttributes"]
        == [
          "namespace": "media", "verb": "create", "resource": "pods", "subresource": "eviction",
        ])
    #expect(await failure { try await pods.reviewAccess("get") }?.code == .malformedAnswer)
  }

  @Test func `is how objects change`() async throws {
    let deleted = #"{"type":"DELETED","object":\#(pod().replacing("\n", with: ""))}"#
    let server = FakeServer(
      .answer(
        200,
        #"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"6"},"items":["#
          + pod() + "]}"), .answer(200, deleted + "\n"))
    var seen: [String] = []
    for await change in try pods(server).watch(matching: try .label("app", "plex")) {
      switch change {
      case .added(let pod): seen.append("added \(pod.title)")
      case .synced: seen.append("synced")
      case .deleted: seen.append("deleted")
      case .modified, .resumed: seen.append("other")
      case .interrupted(let error): seen.append("\(error)")
      }
      if seen.count == 3 { break }
    }
    #expect(seen == ["added pod media/plex-0", "synced", "deleted"])
    #expect(server.requests[1].target.contains("watch=true"))
  }
}
