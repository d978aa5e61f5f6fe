import Foundation
import HTTPTransport
import JSONValue
import K8sClient
import StubAPIServer
import Testing

/// A pod beside the stub: its service account's folder on disk, its environment.
private struct PodPlace {
  static let rules = [
    StubRule(["get", "list", "watch", "delete"], resources: ["pods"]),
    StubRule(["create"], resources: ["pods/eviction"]),
  ]

  let server: StubAPIServer
  let folder: String
  let uid: String
  let host: String

  init(host: String = "127.0.0.1") async throws {
    server = try await StubAPIServer()
    folder = "/tmp/service-account-\(UUID().uuidString)"
    self.host = host
    server.withCluster { $0.addNamespace("media") }
    uid = server.withCluster {
      $0.create([
        "apiVersion": "v1", "kind": "Pod",
        "metadata": ["name": "plex-0", "namespace": "media"],
        "spec": ["containers": [["name": "main", "image": "registry.example/app:1"]]],
      ])[["metadata", "uid"]]?.stringValue ?? ""
    }
    try rotate()
  }

  /// Puts a fresh token into the folder, as the kubelet does.
  func rotate(authority: String? = nil, lifetime: Duration = .seconds(3600)) throws {
    let token = server.mintToken(
      for: "plex", in: "media", pod: StubPodIdentity("plex-0", uid: uid),
      roles: [StubRole("restart", in: "media", Self.rules)], lifetime: lifetime)
    try server.writeServiceAccountFolder(to: folder, token: token, namespace: "media")
  }

  var surroundings: Surroundings {
    var surroundings = Surroundings.live()
    surroundings.environment = [
      "KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "\(server.port)",
    ]
    return surroundings
  }

  func access() throws -> ClusterAccess {
    try ClusterAccess.inCluster(surroundings, directory: folder)
  }

  func end() async throws {
    try? FileManager.default.removeItem(atPath: folder)
    try await server.stop()
  }
}

@Suite struct `A cluster over TLS` {
  @Test(arguments: ["127.0.0.1", "::1"])
  func `is reached from a pod that finds out who it is`(host: String) async throws {
    let place = try await PodPlace(host: host)
    let access = try place.access()
    let identity = try PodIdentity.find(access, in: place.surroundings)
    #expect(identity.description == "pod media/plex-0 (uid \(place.uid))")
    #expect(identity.serviceAccount == "plex")
    let cluster = Cluster(access, in: place.surroundings)
    let pods = try cluster.resource(Pod.self, in: .namespace(identity.namespace))
    #expect(try await pods.get(identity.name).metadata.uid == identity.uid)
    #expect(try await pods.find("plex-1") == nil)
    #expect(try await pods.list().items.count == 1)
    #expect(try await pods.reviewAccess("delete").isAllowed)
    #expect(try await !pods.reviewAccess("create").isAllowed)
    let other = try UID("0c2ae9f1-83f0-4b3e-9f7c-1f2a4e2a7b11")
    let error = await #expect(throws: KubernetesError.self) {
      try await pods.delete(identity.name, onlyIf: .uid(other))
    }
    #expect(error?.code == .conflict)
    try await pods.delete(identity.name, onlyIf: .uid(identity.uid), isDryRun: true)
    try await pods.evict(identity.name, onlyIf: .uid(identity.uid))
    #expect(place.server.violations.isEmpty, "\(place.server.violations)")
    await cluster.shutdown()
    try await place.end()
  }

  @Test func `goes on when its token was replaced and the old one is refused`() async throws {
    let place = try await PodPlace()
    let cluster = Cluster(try place.access(), in: place.surroundings)
    let pods = try cluster.resource(Pod.self, in: .namespace("media"))
    _ = try await pods.get("plex-0")
    let old = try String(contentsOfFile: place.folder + "/token", encoding: .utf8)
    try place.rotate()
    place.server.withCluster { $0.revoke(old) }
    _ = try await pods.get("plex-0")
    // Where the file is read again before the old one is refused, nothing is refused.
    let statuses = place.server.log.map(\.status)
    #expect(statuses.last == 200)
    #expect(statuses.filter { $0 != 200 }.allSatisfy { $0 == 401 }, "\(statuses)")
    #expect(statuses.count(where: { $0 == 401 }) <= 1, "\(statuses)")
    await cluster.shutdown()
    try await place.end()
  }

  @Test func `is not believed under another authority`() async throws {
    let place = try await PodPlace()
    let stranger = try StubCertificates()
    let ca = place.folder + "/other.crt"
    try stranger.authorityPEM.write(toFile: ca, atomically: true, encoding: .utf8)
    let access = try ClusterAccess.find(
      .server(
        url: place.server.url, tokenFile: place.folder + "/token", caFile: ca, namespace: nil),
      in: place.surroundings)
    let cluster = Cluster(
      access, settings: ClusterSettings(retries: .once), in: place.surroundings)
    let pods = try cluster.resource(Pod.self, in: .namespace("media"))
    let error = await #expect(throws: KubernetesError.self) { try await pods.get("plex-0") }
    #expect(error?.transport?.code == .handshakeFailed)
    #expect(error?.mayHaveHappened == false)
    #expect(place.server.log.isEmpty)
    // The right authority appears in the file, as after a rotation: the next call uses it.
    try place.server.certificates.authorityPEM.write(
      toFile: ca, atomically: true, encoding: .utf8)
    try await Task.sleep(for: .seconds(3))
    _ = try await pods.get("plex-0")
    await cluster.shutdown()
    try await place.end()
  }

  @Test func `knows the owner of a client certificate from a kubeconfig`() async throws {
    let place = try await PodPlace()
    let certificates = place.server.certificates
    func data(_ text: String) -> JSONValue { .string(Data(text.utf8).base64EncodedString()) }
    let kubeconfig: JSONValue = [
      "kind": "Config", "current-context": "main",
      "contexts": [["name": "main", "context": ["cluster": "stub", "user": "me"]]],
      "clusters": [
        [
          "name": "stub",
          "cluster": [
            "server": "https://localhost:\(place.server.port)", "tls-server-name": "kubernetes",
            "certificate-authority-data": data(certificates.authorityPEM),
          ],
        ]
      ],
      "users": [
        [
          "name": "me",
          "user": [
            "client-certificate-data": data(certificates.clientPEM),
            "client-key-data": data(certificates.clientKeyPEM),
          ],
        ]
      ],
    ]
    let path = place.folder + "/config"
    try kubeconfig.text().write(toFile: path, atomically: true, encoding: .utf8)
    let access = try ClusterAccess.find(
      .kubeconfig(path: path, context: nil), in: place.surroundings)
    let cluster = Cluster(access, in: place.surroundings)
    let nodes = try await cluster.reviewAccess(
      AccessQuestion("delete", resource: "nodes", in: nil))
    #expect(nodes.isAllowed)
    await cluster.shutdown()
    try await place.end()
  }

  @Test func `ends its streams when it is shut down`() async throws {
    let place = try await PodPlace()
    let cluster = Cluster(try place.access(), in: place.surroundings)
    let collection = try CollectionPath(Pod.self, in: .namespace("media"))
    let body = try await cluster.open(.watch(collection))
    var reader = body.makeAsyncIterator()
    #expect(try await reader.next() != nil)
    await cluster.shutdown()
    let error = await #expect(throws: TransportError.self) {
      for try await _ in body {}
    }
    #expect(error?.code == .closed)
    try await place.end()
  }
}
