import ChildProcess
import JSONValue
import Testing

@testable import K8sClient

private func source(_ fake: FakeSurroundings) -> any CredentialSource {
  ClientCredentials.presented(token: .file("/t"), certificate: nil).source(in: fake.surroundings)
}

private func bearer(_ text: String) -> ClientCredential { ClientCredential(token: Secret(text)) }

@Suite struct `A token in a file` {
  @Test func `is read once for many requests`() async throws {
    let fake = FakeSurroundings(files: ["/t": "one\n"])
    let source = source(fake)
    for _ in 0..<100 { #expect(try await source.credential() == bearer("one")) }
    fake.advance(.seconds(30))
    #expect(try await source.credential() == bearer("one"))
    #expect(fake.reads(of: "/t") == 1)
  }

  @Test func `is read again when the file is another one`() async throws {
    let fake = FakeSurroundings(files: ["/t": "one"])
    let source = source(fake)
    #expect(try await source.credential() == bearer("one"))
    fake.write("two", to: "/t")
    fake.advance(.seconds(1))
    #expect(try await source.credential() == bearer("one"))
    fake.advance(.seconds(1))
    #expect(try await source.credential() == bearer("two"))
  }

  @Test func `is read again after a minute, whatever its stamp`() async throws {
    let fake = FakeSurroundings(files: ["/t": "one"])
    let source = source(fake)
    _ = try await source.credential()
    fake.advance(.seconds(59))
    _ = try await source.credential()
    #expect(fake.reads(of: "/t") == 1)
    fake.advance(.seconds(2))
    _ = try await source.credential()
    #expect(fake.reads(of: "/t") == 2)
  }

  @Test func `is read again at once when the server refused it`() async throws {
    let fake = FakeSurroundings(files: ["/t": "one"])
    let source = source(fake)
    let old = try await source.credential()
    fake.write("two", to: "/t")
    await source.refused(old)
    #expect(try await source.credential() == bearer("two"))
  }

  @Test func `is not doubted for the refusal of an older one`() async throws {
    let fake = FakeSurroundings(files: ["/t": "two"])
    let source = source(fake)
    _ = try await source.credential()
    await source.refused(bearer("one"))
    _ = try await source.credential()
    #expect(fake.reads(of: "/t") == 1)
  }

  @Test(arguments: ["", "a b", "\n"])
  func `stays in use while the file is gone or being written`(garbage: String) async throws {
    let fake = FakeSurroundings(files: ["/t": "one"])
    let source = source(fake)
    _ = try await source.credential()
    fake.remove("/t")
    fake.advance(.seconds(10))
    #expect(try await source.credential() == bearer("one"))
    fake.write(garbage, to: "/t")
    fake.advance(.seconds(10))
    #expect(try await source.credential() == bearer("one"))
    fake.write("two", to: "/t")
    fake.advance(.seconds(10))
    #expect(try await source.credential() == bearer("two"))
  }

  @Test func `that was refused and cannot be read is an error that names the file`() async throws {
    let fake = FakeSurroundings(files: ["/t": "one"])
    let source = source(fake)
    let old = try await source.credential()
    fake.remove("/t")
    await source.refused(old)
    await #expect(throws: AccessError("read the credentials", ["/t: there is no such file"])) {
      try await source.credential()
    }
    fake.write("two", to: "/t")
    #expect(try await source.credential() == bearer("two"))
  }

  @Test func `comes with its certificate`() async throws {
    let fake = FakeSurroundings(files: ["/c": somePEM, "/k": someKey])
    let certificate = CertificateMaterial(chain: .file("/c"), key: .file("/k"))
    let source = ClientCredentials.presented(token: nil, certificate: certificate)
      .source(in: fake.surroundings)
    #expect(
      try await source.credential().certificate
        == ClientCertificate(chain: Array(somePEM.utf8), key: Secret(someKey)))
    fake.write("-----BEGIN CERTIFICATE-----\nnew", to: "/c")
    fake.advance(.seconds(3))
    let renewed = try await source.credential().certificate
    #expect(renewed?.chain.suffix(3) == Array("new".utf8)[...])
  }
}

@Suite struct `A credential plugin` {
  private let plugin = ExecPlugin(
    command: "get-token", arguments: ["--cluster", "x"], environment: ["REGION": "north"])

  private func fake() -> FakeSurroundings {
    FakeSurroundings(
      environment: ["PATH": "relative:/usr/bin:/opt/bin", "HOME": "/root", "REGION": "south"],
      programs: ["relative/get-token", "/opt/bin/get-token"])
  }

  private func credential(_ status: String) -> String {
    #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":"#
      + status + "}"
  }

  @Test func `is found in the path and told what it needs`() async throws {
    let fake = fake()
    fake.answer(credential(#"{"token":"abc"}"#))
    var plugin = plugin
    plugin.clusterInfo = ["server": "https://k"]
    _ = try await PluginCredential(plugin, in: fake.surroundings).credential()
    let run = try #require(fake.runs.first)
    #expect(run.path == "/opt/bin/get-token")
    #expect(run.arguments == ["--cluster", "x"])
    #expect(run.environment["REGION"] == "north")
    #expect(run.environment["HOME"] == "/root")
    #expect(
      run.environment["KUBERNETES_EXEC_INFO"]
        == #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","#
        + #""spec":{"interactive":false,"cluster":{"server":"https://k"}}}"#)
    #expect(run.deadline == .seconds(60))
  }

  @Test func `runs again only when its credential is about to expire`() async throws {
    let fake = fake()
    // The clock on the wall stands at 1_800_000_000, which is 2027-01-15T08:00:00Z.
    fake.answer(credential(#"{"token":"one","expirationTimestamp":"2027-01-15T08:15:00Z"}"#))
    let source = PluginCredential(plugin, in: fake.surroundings)
    #expect(try await source.credential() == bearer("one"))
    fake.advance(.seconds(889))
    #expect(try await source.credential() == bearer("one"))
    #expect(fake.runs.count == 1)
    fake.answer(credential(#"{"token":"two"}"#))
    fake.advance(.seconds(1))
    #expect(try await source.credential() == bearer("two"))
    fake.advance(.seconds(86_400))
    #expect(try await source.credential() == bearer("two"))
    #expect(fake.runs.count == 2)
  }

  @Test func `runs again when the server refused what it gave`() async throws {
    let fake = fake()
    fake.answer(credential(#"{"token":"one"}"#))
    let source = PluginCredential(plugin, in: fake.surroundings)
    let first = try await source.credential()
    await source.refused(bearer("an older one"))
    _ = try await source.credential()
    #expect(fake.runs.count == 1)
    await source.refused(first)
    fake.answer(credential(#"{"token":"two"}"#))
    #expect(try await source.credential() == bearer("two"))
  }

  @Test func `runs once for all who wait`() async throws {
    let fake = fake()
    fake.answer(credential(#"{"token":"one"}"#))
    let source = PluginCredential(plugin, in: fake.surroundings)
    try await withThrowingTaskGroup(of: ClientCredential.self) { group in
      for _ in 0..<20 { group.addTask { try await source.credential() } }
      for try await credential in group { #expect(credential == bearer("one")) }
    }
    #expect(fake.runs.count == 1)
  }

  @Test func `is left alone for a while after a failure`() async throws {
    let fake = fake()
    fake.answer(.exited(code: 1, output: [], complaint: ""))
    let source = PluginCredential(plugin, in: fake.surroundings)
    for _ in 0..<3 {
      await #expect(throws: AccessError.self) { try await source.credential() }
    }
    #expect(fake.runs.count == 1)
    fake.answer(credential(#"{"token":"one"}"#))
    fake.advance(.seconds(5))
    #expect(try await source.credential() == bearer("one"))
  }

  @Test(arguments: [
    (
      ChildResult.exited(code: 1, output: [], complaint: "Traceback\nsession expired\n"),
      "it ended with exit code 1: session expired"
    ),
    (.signalled(9, complaint: ""), "it was ended by signal 9"),
    (.timedOut, "it did not end within 60 s, and was killed"),
    (.tooMuchOutput, "it wrote more than 1048576 bytes, and was killed"),
    (.failed("Exec format error"), "it did not run: Exec format error"),
  ])
  func `that fails is an error with the reason`(result: ChildResult, words: String) async throws {
    let fake = fake()
    fake.answer(result)
    await #expect(throws: AccessError("run the credential plugin get-token", [words])) {
      try await PluginCredential(plugin, in: fake.surroundings).credential()
    }
  }

  @Test func `that is not there is an error with the hint`() async throws {
    var plugin = plugin
    plugin.command = "kubelogin"
    plugin.installHint = "brew install kubelogin"
    await #expect(
      throws: AccessError(
        "run the credential plugin kubelogin",
        ["there is no program \"kubelogin\" in PATH; brew install kubelogin"])
    ) { try await PluginCredential(plugin, in: fake().surroundings).credential() }
  }

  @Test(arguments: [
    ("", "wrote no JSON object to its standard output"),
    ("Please log in: https://…", "wrote no JSON object to its standard output"),
    ("[]", "wrote no JSON object to its standard output"),
    (#"{"kind":"Config"}"#, #"wrote the kind "Config", not ExecCredential"#),
    (
      #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1alpha1"}"#,
      #"speaks "client.authentication.k8s.io/v1alpha1", and the kubeconfig says "#
        + "client.authentication.k8s.io/v1"
    ),
    (
      #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"}"#,
      "wrote no status"
    ),
    ("{}", "wrote neither a token nor a client certificate"),
    (#"{"token":""}"#, "wrote neither a token nor a client certificate"),
    (#"{"token":7}"#, "wrote a number as status.token, not a string"),
    (
      #"{"token":"a b"}"#,
      "wrote a status.token that holds a line break, a space or other bytes that no token has"
    ),
    (
      #"{"clientCertificateData":"x"}"#,
      "wrote one of status.clientCertificateData and clientKeyData without the other"
    ),
    (
      #"{"clientCertificateData":"x","clientKeyData":"y"}"#,
      "wrote a client certificate or key that holds no certificate in PEM "
        + "(-----BEGIN CERTIFICATE-----)"
    ),
    (
      #"{"token":"abc","expirationTimestamp":"tomorrow"}"#,
      #"wrote an expirationTimestamp that is no time: "tomorrow""#
    ),
  ])
  func `that writes something else is an error`(output: String, words: String) {
    let isStatus = output.hasPrefix("{") && !output.contains("kind")
    let output = isStatus ? credential(output) : output
    #expect(throws: Refusal(words)) {
      try ExecCredential(
        parsing: Array(output.utf8), apiVersion: "client.authentication.k8s.io/v1")
    }
  }
}
