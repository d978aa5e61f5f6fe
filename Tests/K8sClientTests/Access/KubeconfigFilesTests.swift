import JSONValue
import Testing

@testable import K8sClient

private func read(
  _ environment: [String: String], _ files: [String: String], path: String? = nil
) throws -> Kubeconfig {
  try Kubeconfig.read(
    path, in: FakeSurroundings(environment: environment, files: files).surroundings)
}

private func cluster(_ name: String, _ server: String) -> String {
  #"{"name":"\#(name)","cluster":{"server":"\#(server)"}}"#
}

@Suite struct `The files of a kubeconfig` {
  @Test func `are that of the path, those of KUBECONFIG, or the one at home`() throws {
    let files = ["/p": "{}", "/k": "{}", "/home/me/.kube/config": "{}"]
    let both = ["KUBECONFIG": "/k", "HOME": "/home/me"]
    #expect(try read(both, files, path: "/p").files == ["/p"])
    #expect(try read(both, files).files == ["/k"])
    #expect(try read(["HOME": "/home/me"], files).files == ["/home/me/.kube/config"])
    #expect(
      words { try read([:], files) }
        == "read the kubeconfig: neither KUBECONFIG nor HOME is set: name a kubeconfig")
  }

  @Test func `are merged so that the first one wins`() throws {
    let kubeconfig = try read(
      ["KUBECONFIG": "/a::/b:/a:/c"],
      [
        "/a": #"{"current-context":"","clusters":[\#(cluster("x", "https://a"))]}"#,
        "/b": """
        {"current-context":"two","clusters":[\(cluster("x", "https://b")),
        \(cluster("y", "https://b"))],"contexts":[{"name":"two","context":{"cluster":"y"}}]}
        """,
        "/c": #"{"current-context":"three"}"#,
      ])
    #expect(kubeconfig.files == ["/a", "/b", "/c"])
    #expect(kubeconfig.currentContext?.name == "two")
    #expect(kubeconfig.contexts == ["two"])
    #expect(kubeconfig.entry(.clusters, "x")?.json["server"] == "https://a")
    #expect(kubeconfig.entry(.clusters, "y")?.file == "/b")
  }

  @Test func `may be absent in a list, unless all are`() throws {
    let kubeconfig = try read(["KUBECONFIG": "/a:/b"], ["/b": "{}"])
    #expect(kubeconfig.warnings == ["/a: there is no such file"])
    let error = try #require(throws: AccessError.self) { try read(["KUBECONFIG": "/a:/b"], [:]) }
    #expect(error.faults == ["/a: there is no such file", "/b: there is no such file"])
    #expect(
      words { try read(["KUBECONFIG": "/a"], [:]) }
        == "read the kubeconfig: /a: there is no such file")
  }

  @Test(arguments: [
    ("{", "line 1, column 2: "), (#"{"kind":"Pod"}"#, #"kind: expected Config, found "Pod""#),
    (#"{"current-context":1}"#, "current-context: expected a string, found a number"),
    (#"{"users":{}}"#, "users: expected an array, found an object"),
    (#"{"users":[{"user":{}}]}"#, "users[0].name: is missing, or no string"),
    (#"{"users":[{"name":"a","user":[]}]}"#, "users[0].user: expected an object, found an array"),
    (#"{"users":[7]}"#, "users[0].name: is missing, or no string"),
    (String(repeating: #"{"a":"#, count: 70), "line 1, column 321: "),
  ])
  func `have faults of form that name the place`(text: String, fault: String) {
    let message = words { try read([:], ["/f": text], path: "/f") }
    #expect(message.hasPrefix("read the kubeconfig: /f"))
    #expect(message.contains(fault))
  }

  @Test func `say that there is no current context`() {
    let message = words {
      try read([:], ["/f": #"{"contexts":[{"name":"a"},{"name":"b"}]}"#], path: "/f")
        .access(in: FakeSurroundings().surroundings)
    }
    #expect(message.contains(#"current-context: is not set; name a context of "a", "b""#))
  }
}

@Suite struct `Access without a word on where` {
  private func find(_ fake: FakeSurroundings) throws -> ClusterAccess {
    try ClusterAccess.find(in: fake.surroundings)
  }

  @Test func `prefers what KUBECONFIG names, then the pod, then the file at home`() throws {
    let folder = ClusterAccess.serviceAccountDirectory
    let files = [
      "/k": kubeconfig(), "/home/me/.kube/config": kubeconfig(cluster: #""server":"https://home""#),
      "\(folder)/token": "t", "\(folder)/ca.crt": somePEM, "\(folder)/namespace": "media",
    ]
    var environment = [
      "KUBECONFIG": "/k", "HOME": "/home/me", "KUBERNETES_SERVICE_HOST": "10.0.0.1",
      "KUBERNETES_SERVICE_PORT": "443",
    ]
    #expect(
      try find(FakeSurroundings(environment: environment, files: files)).server.host == "k")
    environment["KUBECONFIG"] = nil
    #expect(
      try find(FakeSurroundings(environment: environment, files: files)).server.host == "10.0.0.1")
    environment["KUBERNETES_SERVICE_HOST"] = nil
    #expect(
      try find(FakeSurroundings(environment: environment, files: files)).server.host == "home")
  }

  @Test func `says where it looked in vain`() {
    #expect(
      words { try find(FakeSurroundings(environment: ["HOME": "/h"])) }
        == "find access to a cluster: KUBECONFIG and KUBERNETES_SERVICE_HOST are not set, and there "
        + "is no ~/.kube/config; name a kubeconfig or a server")
  }
}

@Suite struct `Access to a server that is named` {
  private func find(
    _ url: String, token: String? = nil, ca: String? = nil, namespace: String? = nil
  ) throws -> ClusterAccess {
    try ClusterAccess.find(
      .server(url: url, tokenFile: token, caFile: ca, namespace: namespace),
      in: FakeSurroundings(files: ["/t": "abc", "/ca": somePEM]).surroundings)
  }

  @Test func `takes token and authorities from files`() throws {
    let access = try find("https://k", token: "/t", ca: "/ca", namespace: "media")
    #expect(access.trust == .authorities(.file("/ca")))
    #expect(access.credentials == .presented(token: .file("/t"), certificate: nil))
    #expect(access.namespace?.description == "media")
    #expect(
      access.description
        == "https://k, server from the server that was named, token from /t, authorities from /ca")
    #expect(try find("http://localhost:8001").credentials == .none)
    #expect(try find("https://k").trust == .system)
  }

  @Test func `names all that is unusable`() throws {
    let error = try #require(throws: AccessError.self) {
      try find("http://k", token: "/x", ca: "/t", namespace: "A")
    }
    #expect(error.faults.count == 4)
  }
}
