import Testing

@testable import K8sClient

private let folder = ClusterAccess.serviceAccountDirectory

private func pod(
  host: String? = "10.96.0.1", _ changes: [String: String?] = [:], files: [String: String?] = [:]
) -> FakeSurroundings {
  var environment: [String: String?] = [
    "KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "443",
    "KUBERNETES_SERVICE_PORT_HTTPS": "443",
  ]
  environment.merge(changes) { $1 }
  var all: [String: String?] = [
    "\(folder)/token": "eyJ.a.b\n", "\(folder)/ca.crt": somePEM, "\(folder)/namespace": "media",
  ]
  for (name, text) in files { all["\(folder)/\(name)"] = text }
  return FakeSurroundings(
    environment: environment.compactMapValues { $0 }, files: all.compactMapValues { $0 })
}

private func find(_ pod: FakeSurroundings) throws -> ClusterAccess {
  try ClusterAccess.inCluster(pod.surroundings)
}

@Suite struct `Access in a cluster` {
  @Test func `is what the kubelet put there`() throws {
    let access = try find(pod())
    #expect(access.server.description == "https://10.96.0.1")
    #expect(access.trust == .authorities(.file("\(folder)/ca.crt")))
    #expect(
      access.credentials == .presented(token: .file("\(folder)/token"), certificate: nil))
    #expect(access.namespace?.description == "media")
    #expect(access.warnings.isEmpty)
    #expect(
      access.description
        == "https://10.96.0.1, server from KUBERNETES_SERVICE_HOST, token from \(folder)/token, "
        + "authorities from \(folder)/ca.crt, namespace from \(folder)/namespace")
  }

  @Test(arguments: [
    ("fd00::1", "6443", "https://[fd00::1]:6443"), ("[fd00::1]", "443", "https://[fd00::1]"),
    ("::ffff:10.0.0.1", "443", "https://[::ffff:10.0.0.1]"),
    ("kubernetes.default.svc", "443", "https://kubernetes.default.svc"),
    ("10.0.0.1", "6443", "https://10.0.0.1:6443"),
  ])
  func `writes each kind of host as a URL has it`(
    host: String, port: String, url: String
  ) throws {
    let access = try find(
      pod(host: host, ["KUBERNETES_SERVICE_PORT_HTTPS": port]))
    #expect(access.server.description == url)
  }

  @Test func `takes the plain port where there is none for HTTPS`() throws {
    let pod = pod(["KUBERNETES_SERVICE_PORT_HTTPS": nil, "KUBERNETES_SERVICE_PORT": "6443"])
    #expect(try find(pod).server.port == 6443)
  }

  @Test(arguments: [
    (
      pod(files: ["token": nil]),
      "\(folder)/token: there is no such file; the pod and its service account must not set "
        + "automountServiceAccountToken to false, or this container mounts a projected volume there"
    ),
    (pod(files: ["token": ""]), "\(folder)/token: is empty"),
    (pod(files: ["token": " \n"]), "\(folder)/token: is empty"),
    (
      pod(files: ["token": "a\nb"]),
      "\(folder)/token: holds a line break, a space or other bytes that no token has"
    ),
    (
      pod(files: ["token": "a\u{7}b"]),
      "\(folder)/token: holds a line break, a space or other bytes that no token has"
    ),
    (
      pod(files: ["token": String(repeating: "x", count: 65_537)]),
      "\(folder)/token: it is larger than 65536 bytes"
    ),
    (
      pod(files: ["ca.crt": "hello"]),
      "\(folder)/ca.crt: holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"
    ),
    (pod(files: ["namespace": "Media!"]), "\(folder)/namespace: holds no name of a namespace"),
    (
      pod(["KUBERNETES_SERVICE_PORT_HTTPS": "99999"]),
      "KUBERNETES_SERVICE_PORT_HTTPS: \"99999\" is no port"
    ),
    (
      pod(["KUBERNETES_SERVICE_PORT_HTTPS": nil, "KUBERNETES_SERVICE_PORT": nil]),
      "KUBERNETES_SERVICE_PORT: is not set beside KUBERNETES_SERVICE_HOST"
    ),
    (
      pod(host: nil),
      "KUBERNETES_SERVICE_HOST: is not set; Kubernetes sets it in each container, so this is no "
        + "pod, or something cleared the environment"
    ),
    (
      pod(host: "fe80::1%eth0"),
      "KUBERNETES_SERVICE_HOST: \"fe80::1%eth0\": its host is neither a name nor an address"
    ),
  ])
  func `names the piece that is missing or unusable`(pod: FakeSurroundings, fault: String) {
    #expect(words { try find(pod) } == "find access in the cluster: \(fault)")
  }

  @Test func `says how a file becomes readable that is not`() {
    let pod = pod()
    pod.refuse("\(folder)/token", .denied)
    #expect(
      words { try find(pod) }
        == "find access in the cluster: \(folder)/token: permission to read it is denied; set "
        + "fsGroup in the pod's securityContext, or run as the user that the volume's files belong "
        + "to")
  }

  @Test func `names all faults at once`() throws {
    let pod = pod(
      host: nil, files: ["token": nil, "ca.crt": nil, "namespace": nil])
    let error = try #require(throws: AccessError.self) { try find(pod) }
    #expect(error.faults.count == 4)
    #expect(error.description.split(separator: "\n").count == 5)
  }

  @Test func `takes the namespace of the environment where the file is missing`() throws {
    let pod = pod(["POD_NAMESPACE": "tv"], files: ["namespace": nil])
    let access = try find(pod)
    #expect(access.namespace?.description == "tv")
    #expect(access.warnings.count == 1)
  }
}
