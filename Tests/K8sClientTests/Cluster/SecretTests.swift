import ChildProcess
import HTTPTransport
import JSONValue
import Testing

@testable import K8sClient

/// All the ways in which a value gets into a log by accident.
private func shown(_ value: Any) -> String {
  var dumped = ""
  dump(value, to: &dumped)
  return "\(value)\n\(String(reflecting: value))\n\(dumped)"
}

@Suite struct `Secrets` {
  private let secret = "hunter2hunter2"

  private func kubeconfigText() -> String {
    kubeconfig(
      user: """
        "token":"\(secret)","client-certificate-data":"\(somePEM.base64())",
        "client-key-data":"\(someKey.replacing("c2VjcmV0LWtleQ==", with: secret).base64())"
        """)
  }

  private func expectNothing(in value: Any, sourceLocation: SourceLocation = #_sourceLocation) {
    let text = shown(value)
    #expect(!text.contains(secret), "\(text)", sourceLocation: sourceLocation)
  }

  @Test func `are in no value's description`() async throws {
    let fake = FakeSurroundings(files: ["/k": kubeconfigText()])
    let access = try ClusterAccess.find(
      .kubeconfig(path: "/k", context: nil), in: fake.surroundings)
    expectNothing(in: Secret(secret))
    expectNothing(in: access)
    expectNothing(in: access.credentials)
    expectNothing(in: try Kubeconfig.read("/k", in: fake.surroundings))
    let credential = try await access.credentials.source(in: fake.surroundings).credential()
    #expect(credential.token == Secret(secret))
    expectNothing(in: credential)
    expectNothing(in: FixedCredential(credential))
    let server = FakeServer(.answer(200, "{}"))
    let cluster = Cluster(
      access, in: fake.surroundings, dialer: server.dialer, clock: server.clock)
    _ = try await cluster.send(read)
    #expect(server.tokens == ["Bearer \(secret)"])
    expectNothing(in: cluster)
    expectNothing(in: server.tls)
    var command = ExecPlugin(command: "p", arguments: [secret], environment: ["A": secret])
    expectNothing(in: command)
    command.clusterInfo = ["config": .string(secret)]
    expectNothing(in: ClientCredentials.plugin(command))
    expectNothing(in: command.invocation(path: "/p", in: fake.surroundings))
    expectNothing(in: ChildResult.exited(code: 0, output: Array(secret.utf8), complaint: ""))
  }

  @Test(arguments: [
    #""token":"hunter2hunter2 x""#, #""tokenFile":"/s","client-key-data":"hunter2hunter2""#,
    #""token":"a","client-key-data":"aHVudGVyMmh1bnRlcjI=""#,
    #""client-certificate-data":"aHVudGVyMmh1bnRlcjI=","client-key-data":"aHVudGVyMmh1bnRlcjI=""#,
    #""password":"hunter2hunter2""#,
    #""exec":{"command":"p","apiVersion":"client.authentication.k8s.io/v1","env":"hunter2hunter2"}"#,
    #""token":"hunter2hunter2","#,
  ])
  func `are in no error about a kubeconfig`(user: String) throws {
    let fake = FakeSurroundings(files: ["/k": kubeconfig(user: user), "/s": "\(secret) \(secret)"])
    let error = try #require(throws: AccessError.self) {
      try ClusterAccess.find(.kubeconfig(path: "/k", context: nil), in: fake.surroundings)
    }
    expectNothing(in: error)
  }

  @Test func `are in no error of a plugin`() async throws {
    let plugin = ExecPlugin(command: "/p", arguments: [secret], environment: ["A": secret])
    let fake = FakeSurroundings(programs: ["/p"])
    for output in [secret, "{\"token\":\"\(secret)\"}", "{\"kind\":\"ExecCredential\"}\(secret)"] {
      fake.answer(output)
      let result = await plugin.obtain(in: fake.surroundings)
      guard case .failure(let error) = result else {
        Issue.record("no failure")
        continue
      }
      expectNothing(in: error)
    }
  }

  @Test func `are in no error of a call`() async throws {
    let source = FixedCredential(ClientCredential(token: Secret(secret)))
    for outcome in [
      FakeServer.Outcome.status(401), .status(403), .status(500), .broken(.timedOut, sent: true),
      .answer(200, "junk"),
    ] {
      let server = FakeServer(outcome, outcome, outcome, outcome)
      let cluster = try server.cluster(credentials: source)
      let error = await #expect(throws: KubernetesError.self) { try await cluster.send(change) }
      if let error { expectNothing(in: error) }
    }
  }
}
