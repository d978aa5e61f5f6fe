import JSONValue
import Testing

@testable import K8sClient

/// A kubeconfig in JSON, from the content of its one cluster, user and context.
func kubeconfig(
  cluster: String = #""server":"https://k:6443""#, user: String = #""token":"abc""#,
  context: String = #""cluster":"home","user":"me","namespace":"media""#
) -> String {
  """
  {"apiVersion":"v1","kind":"Config","current-context":"main",
   "clusters":[{"name":"home","cluster":{\(cluster)}}],
   "users":[{"name":"me","user":{\(user)}}],
   "contexts":[{"name":"main","context":{\(context)}}]}
  """
}

private func access(
  _ text: String, files: [String: String] = [:], programs: Set<String> = [],
  context: String? = nil
) throws -> ClusterAccess {
  let fake = FakeSurroundings(
    environment: ["HOME": "/home/me"], files: files.merging(["/k/config": text]) { $1 },
    programs: programs)
  return try ClusterAccess.find(
    .kubeconfig(path: "/k/config", context: context), in: fake.surroundings)
}

@Suite struct `A kubeconfig` {
  @Test func `gives access by its current context`() throws {
    let access = try access(
      kubeconfig(
        cluster:
          #""server":"https://k:6443/c/1","certificate-authority-data":"\#(somePEM.base64())","#
          + #""tls-server-name":"kubernetes","disable-compression":true"#))
    #expect(access.server.description == "https://k:6443/c/1")
    #expect(access.trust == .authorities(.given(Secret(somePEM))))
    #expect(access.serverName == "kubernetes")
    #expect(access.credentials == .presented(token: .given(Secret("abc")), certificate: nil))
    #expect(access.namespace?.description == "media")
    #expect(
      access.description == "https://k:6443/c/1, "
        + "server from /k/config, clusters[0].cluster.server, "
        + "authorities from /k/config, clusters[0].cluster.certificate-authority-data, "
        + "token from /k/config, users[0].user.token")
    #expect(access.warnings.isEmpty)
  }

  @Test func `has paths that start at its folder`() throws {
    let access = try access(
      kubeconfig(
        cluster: #""server":"https://k","certificate-authority":"pki/ca.crt""#,
        user: #""tokenFile":"token","token":"unused","client-certificate":"/abs/c.crt","#
          + #""client-key":"pki/c.key""#),
      files: [
        "/k/pki/ca.crt": somePEM, "/k/token": "t", "/abs/c.crt": somePEM, "/k/pki/c.key": someKey,
      ])
    #expect(access.trust == .authorities(.file("/k/pki/ca.crt")))
    let certificate = CertificateMaterial(chain: .file("/abs/c.crt"), key: .file("/k/pki/c.key"))
    #expect(
      access.credentials == .presented(token: .file("/k/token"), certificate: certificate))
  }

  @Test func `gives what stands in it precedence over files`() throws {
    let access = try access(
      kubeconfig(
        user: #""client-certificate":"none","client-certificate-data":"\#(somePEM.base64())","#
          + #""client-key-data":"\#(someKey.base64())""#))
    let certificate = CertificateMaterial(
      chain: .given(Secret(somePEM)), key: .given(Secret(someKey)))
    #expect(access.credentials == .presented(token: nil, certificate: certificate))
  }

  @Test func `may ask for no trust, which is warned of`() throws {
    let access = try access(
      kubeconfig(cluster: #""server":"https://k","insecure-skip-tls-verify":true"#))
    #expect(access.trust == .anything)
    #expect(access.warnings.count == 1)
    #expect(access.warnings[0].contains("insecure-skip-tls-verify: whoever answers is believed"))
  }

  @Test func `may have no user`() throws {
    let access = try access(
      kubeconfig(cluster: #""server":"http://127.0.0.1:8001""#, context: #""cluster":"home""#))
    #expect(access.credentials == .none)
    #expect(access.namespace == nil)
  }

  @Test func `may name a plugin`() throws {
    let user = """
      "exec":{"apiVersion":"client.authentication.k8s.io/v1beta1","command":"./bin/login",
        "args":["token","--id=1"],"env":[{"name":"A","value":"b"}],"interactiveMode":"IfAvailable",
        "provideClusterInfo":true,"installHint":"get it"}
      """
    let cluster = """
      "server":"https://k","certificate-authority-data":"\(somePEM.base64())","extensions":[
        {"name":"client.authentication.k8s.io/exec","extension":{"audience":"x"}}]
      """
    let access = try access(
      kubeconfig(cluster: cluster, user: user), programs: ["/k/./bin/login"])
    let info: JSONValue = [
      "server": "https://k", "certificate-authority-data": .string(somePEM.base64()),
      "config": ["audience": "x"],
    ]
    #expect(
      access.credentials
        == .plugin(
          ExecPlugin(
            command: "/k/./bin/login", arguments: ["token", "--id=1"], environment: ["A": "b"],
            apiVersion: "client.authentication.k8s.io/v1beta1", clusterInfo: info,
            installHint: "get it")))
  }

  @Test(arguments: [
    (
      #""server":"https://k","proxy-url":"http://p""#,
      "proxy-url: proxies are not supported; "
        + "reach the server without one"
    ),
    (#""server":null"#, "server: is missing"),
    (#""server":"""#, #"server: "": must begin with https://"#),
    (#""server":7"#, "server: expected a string, found a number"),
    (
      #""server":"http://k""#,
      #"server: "http://k": http sends credentials in the clear, so it is for loopback addresses "#
        + "only: use https"
    ),
    (
      #""server":"https://k","insecure-skip-tls-verify":true,"certificate-authority-data":"\#(somePEM.base64())""#,
      "insecure-skip-tls-verify: cannot stand beside certificate-authority: remove one of them"
    ),
    (
      #""server":"https://k","insecure-skip-tls-verify":"yes""#,
      "insecure-skip-tls-verify: expected true or false, found a string"
    ),
    (
      #""server":"https://k","certificate-authority":"ca.crt""#,
      "certificate-authority: /k/ca.crt: there is no such file"
    ),
    (
      #""server":"https://k","certificate-authority-data":"!""#,
      "certificate-authority-data: is not PEM in base 64"
    ),
    (
      #""server":"https://k","certificate-authority-data":"aGVsbG8=""#,
      "certificate-authority-data: holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"
    ),
  ])
  func `has its cluster's faults named`(cluster: String, fault: String) {
    #expect(
      words { try access(kubeconfig(cluster: cluster)) }
        == "use the kubeconfig: /k/config, clusters[0].cluster.\(fault)")
  }

  @Test(arguments: [
    (
      #""username":"a""#,
      "username: API servers take no passwords since Kubernetes 1.19: use a token or a certificate"
    ),
    (
      #""auth-provider":{"name":"gcp"}"#,
      #"auth-provider: the provider "gcp" was removed from Kubernetes 1.26: use exec instead"#
    ),
    (
      #""token":"a","as":"root""#,
      "as: impersonation is not supported; without it more would be allowed than meant"
    ),
    (
      #""token":"a b""#,
      "token: holds a line break, a space or other bytes that no token has"
    ),
    (#""tokenFile":"t""#, "tokenFile: /k/t: there is no such file"),
    (
      #""client-key-data":"\#(someKey.base64())""#,
      "client-certificate: is missing beside client-key"
    ),
    (
      #""client-certificate-data":"\#(somePEM.base64())""#,
      "client-key: is missing beside client-certificate"
    ),
    (
      #""client-certificate-data":"\#(somePEM.base64())","client-key-data":"\#(somePEM.base64())""#,
      "client-key-data: holds no private key in PEM (-----BEGIN PRIVATE KEY-----)"
    ),
    (#""exec":[]"#, "exec: expected an object, found an array"),
    (#""exec":{"apiVersion":"x"}"#, "exec.command: is missing"),
    (
      #""exec":{"apiVersion":"v1","command":"p"}"#,
      "exec.apiVersion: expected client.authentication.k8s.io/v1 or "
        + #"client.authentication.k8s.io/v1beta1, found "v1""#
    ),
    (
      #""exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"p","interactiveMode":"Always"}"#,
      "exec.interactiveMode: Always: there is nobody at this program to answer questions"
    ),
    (
      #""exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"p","args":[1]}"#,
      "exec.args[0]: expected a string, found a number"
    ),
    (
      #""exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"p","env":[{"name":"x"}]}"#,
      "exec.env[0]: expected a name and a value"
    ),
    (
      #""exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"p"},"token":"a""#,
      "exec: cannot stand beside a token or a client certificate: remove one of them"
    ),
    (
      #""exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"q","installHint":"buy it"}"#,
      #"exec.command: there is no program "q" in PATH; buy it"#
    ),
  ])
  func `has its user's faults named`(user: String, fault: String) {
    #expect(
      words { try access(kubeconfig(user: user), programs: ["/usr/bin/p"]) }
        == "use the kubeconfig: /k/config, users[0].user.\(fault)")
  }

  @Test(arguments: [
    (
      #""cluster":"other","user":"me""#,
      #"cluster: there is no cluster "other"; there is "home""#
    ),
    (#""user":"me""#, "cluster: is missing"),
    (#""cluster":"home","user":"you""#, #"user: there is no user "you"; there is "me""#),
    (
      #""cluster":"home","namespace":"Media""#,
      #"namespace: "Media" is not a namespace: it may hold only a-z, 0-9 and "-", and must begin "#
        + "and end with a letter or digit"
    ),
  ])
  func `has its context's faults named`(context: String, fault: String) {
    #expect(
      words { try access(kubeconfig(context: context)) }
        == "use the kubeconfig: /k/config, contexts[0].context.\(fault)")
  }

  @Test func `has all faults named at once`() throws {
    let error = try #require(throws: AccessError.self) {
      try access(
        kubeconfig(
          cluster: #""server":"k","proxy-url":"p""#, user: #""username":"a","password":"b""#,
          context: #""cluster":"home","user":"me","namespace":"-""#))
    }
    #expect(error.faults.count == 5)
  }

  @Test func `may be asked for another context`() {
    #expect(
      words { try access(kubeconfig(), context: "test") }
        == #"use the kubeconfig: there is no context "test"; there is "main""#)
  }
}
