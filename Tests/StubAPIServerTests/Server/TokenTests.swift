import Foundation
import JSONValue
import StubAPIServer
import Testing

@Suite struct `A token of the stub API server` {
  @Test func `says for which pod it was made`() async throws {
    let server = try await StubAPIServer()
    let token = server.mintToken(
      for: "plex", in: "media", pod: StubPodIdentity("plex-0", uid: "abc"), roles: [])
    let parts = token.split(separator: ".").map(String.init)
    #expect(parts.count == 3)
    let claims = try JSONValue(parsing: try #require(decoded(parts[1])))["kubernetes.io"]
    #expect(claims?["namespace"] == "media")
    #expect(claims?["pod"] == ["name": "plex-0", "uid": "abc"])
    #expect(claims?["serviceaccount"]?["name"] == "plex")
    let review = try await Curl(server, token: token)(
      "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      body: #"{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}"#)
    #expect(
      review.json?["status"]?["userInfo"]?["username"] == "system:serviceaccount:media:plex")
    try await server.stop()
  }

  private func decoded(_ text: String) -> [UInt8]? {
    let padded = text.replacing("-", with: "+").replacing("_", with: "/")
    let filled = padded + String(repeating: "=", count: (4 - padded.count % 4) % 4)
    return Data(base64Encoded: filled).map(Array.init)
  }

  @Test func `is rotated in its folder in one step`() async throws {
    let server = try await StubAPIServer()
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let first = server.mintToken(for: "plex", in: "media", roles: [])
    try server.writeServiceAccountFolder(to: folder.path, token: first, namespace: "media")
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }
    #expect(try text("token") == first)
    #expect(try text("namespace") == "media")
    #expect(try text("ca.crt") == server.certificates.authorityPEM)
    let second = try server.rotateToken(first, inFolder: folder.path)
    #expect(second != first)
    #expect(try text("token") == second)
    #expect(try await Curl(server, token: first)("GET", "/version").status == 401)
    #expect(try await Curl(server, token: second)("GET", "/version").status == 200)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.count { $0.hasPrefix("..2026") } == 1)
    try await server.stop()
  }

  @Test func `goes with its pod, whose end a test can carry out`() async throws {
    let server = try await StubAPIServer()
    server.withCluster { cluster in
      cluster.pods.standard.stopDelay = nil
      _ = cluster.addWorkload("StatefulSet", "plex", in: "media")
      cluster.advance(by: .seconds(2))
    }
    let uid = server.withCluster {
      $0.object("Pod", "plex-0", in: "media")?["metadata"]?["uid"]?.stringValue ?? ""
    }
    let token = server.mintToken(
      for: "plex", in: "media", pod: StubPodIdentity("plex-0", uid: uid),
      roles: [StubRole("own", in: "media", [StubRule(["delete"], resources: ["pods"])])])
    let (told, teller) = AsyncStream.makeStream(of: StubPodNotice.self)
    server.onPodTerminating { teller.yield($0) }
    let curl = try Curl(server, token: token)
    #expect(try await curl("DELETE", "/api/v1/namespaces/media/pods/plex-0").status == 200)
    var notices = told.makeAsyncIterator()
    let notice = await notices.next()
    #expect(notice?.uid == uid)
    #expect(notice?.kind == .terminating(grace: 30))
    #expect(try await curl("GET", "/version").status == 200)
    server.withCluster { $0.stop("plex-0", in: "media") }
    #expect(try await curl("GET", "/version").status == 401)
    try await server.stop()
  }
}

@Suite struct `A plain upstream` {
  @Test func `answers, refuses and is silent by turns`() async throws {
    let upstream = try await StubUpstream(.answers(200, "fine"))
    func get() async throws -> (Int32, String) {
      let (data, exitCode) = try await Curl.run(
        ["curl", "-sS", "--max-time", "600", upstream.url + "/health"])
      return (exitCode, String(decoding: data, as: UTF8.self))
    }
    #expect(try await get() == (0, "fine"))
    try await upstream.become(.refuses)
    #expect(try await get().0 == 7)
    try await upstream.become(.answers(500, "bad"))
    #expect(try await get() == (0, "bad"))
    try await upstream.become(.isSilent)
    let unheard = Task { try await get() }
    while upstream.log.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
    try await upstream.stop()
    #expect(try await unheard.value.0 != 0)
    #expect(upstream.log == ["GET /health", "GET /health", "GET /health"])
  }
}
