import HTTPTransport
import JSONValue
import K8sClient
import StubAPIServer
import Testing

@Suite(.timeLimit(.minutes(3))) struct `Access` {
  @Test func `is had by a token from a file`() async throws {
    try await Arena.with { arena in
      let reading = Permission(verbs: ["get", "list"], resources: ["configmaps"])
      try await arena.withCluster(of: "reader", may: [reading]) { cluster in
        let maps = try cluster.resource(ConfigMap.self, in: arena.scope)
        let isIn = try await eventually {
          do {
            return try await maps.find("none") == nil
          } catch let error as KubernetesError where error.code == .forbidden { return false }
        }
        #expect(isIn)
      }
    }
  }

  @Test(.stubOnly, arguments: ["JSON", "YAML"])
  func `is had by a client certificate of a kubeconfig`(_ form: String) async throws {
    try await Arena.onStub { arena, server in
      let text =
        form == "YAML"
        ? Kubeconfigs.yaml(server)
        : Kubeconfigs.json(
          server,
          user: [
            "client-certificate-data": .string(Kubeconfigs.base64(server.certificates.clientPEM)),
            "client-key-data": .string(Kubeconfigs.base64(server.certificates.clientKeyPEM)),
          ])
      let path = try arena.folder.write("certificate-\(form)", text)
      let access = try ClusterAccess.find(.kubeconfig(path: path, context: nil), in: .live())
      #expect(access.namespace?.description == (form == "YAML" ? "media" : nil))
      let cluster = Cluster(access)
      let version = try await cluster.send(.serverVersion())
      #expect(version["gitVersion"]?.stringValue?.hasPrefix("v1.") == true)
      let maps = try cluster.resource(ConfigMap.self, in: arena.scope)
      _ = try await maps.create(arena.configMap("by-certificate"))
      #expect(server.log.map(\.user) == ["kubernetes-admin", "kubernetes-admin"])
      #expect(server.log.allSatisfy { $0.request.header("Authorization") == nil })
      await cluster.shutdown()
    }
  }

  @Test func `is not had from a server of another authority`() async throws {
    let foreign = try Certificates.foreign.get()
    try await Arena.with { arena in
      var access = arena.access
      access.trust = .authorities(.given(Secret(foreign.authorityPEM)))
      var cluster = Cluster(access)
      cluster.settings.retries = .once
      let error = try await failure { _ = try await cluster.send(.serverVersion()) }
      #expect(error.code == .unreachable)
      #expect(error.transport?.code == .handshakeFailed)
      #expect(!error.mayHaveHappened)
      let text = error.description
      #expect(text.contains("certificate"), "\(text)")
      #expect(text.contains("authority"), "\(text)")
      #expect(arena.stub?.log.isEmpty != false, "nothing is told to a server that is not believed")
      await cluster.shutdown()
    }
  }

  @Test func `is refused for a token that nobody knows`() async throws {
    try await Arena.with { arena in
      let path = try arena.folder.write("token", "nobody-knows-this\n")
      let cluster = Cluster(arena.access(tokenFile: path))
      let maps = try cluster.resource(ConfigMap.self, in: arena.scope)
      let error = try await failure { _ = try await maps.get("any") }
      #expect(error.code == .unauthorized)
      #expect(error.status?.code == 401)
      #expect(!error.description.contains("nobody-knows-this"))
      // The second try is the one after the file was read anew; there is no third.
      if let stub = arena.stub { #expect(stub.log.map(\.status) == [401, 401]) }
      await cluster.shutdown()
    }
  }

  @Test(.stubOnly) func `goes on with the new token when the old one is refused`() async throws {
    try await Arena.onStub { arena, server in
      let reading = Permission(verbs: ["get", "list"], resources: ["configmaps"])
      let old = try await arena.token(of: "reader", may: [reading])
      let path = try arena.folder.write("token", old)
      let cluster = Cluster(arena.access(tokenFile: path))
      let maps = try cluster.resource(ConfigMap.self, in: arena.scope)
      #expect(try await maps.list().items.isEmpty)
      let new = try await arena.token(of: "reader", may: [reading])
      try arena.folder.write("token", new)
      server.withCluster { $0.revoke(old) }
      #expect(try await maps.list().items.isEmpty)
      #expect(server.log.map(\.status).filter { $0 == 401 }.count <= 1)
      #expect(server.log.last?.request.header("Authorization") == "Bearer \(new)")
      await cluster.shutdown()
    }
  }

  @Test(.stubOnly) func `is had by the files that a kubelet mounts into a pod`() async throws {
    try await Arena.onStub { arena, server in
      let reading = Permission(verbs: ["list"], resources: ["pods"])
      let token = try await arena.token(of: "sidecar", may: [reading])
      let folder = "\(arena.folder.path)/serviceaccount"
      try server.writeServiceAccountFolder(
        to: folder, token: token, namespace: arena.namespace.description)
      var surroundings = Surroundings.live()
      surroundings.environment = [
        "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "\(server.port)",
      ]
      let access = try ClusterAccess.inCluster(surroundings, directory: folder)
      #expect(access.namespace == arena.namespace)
      let cluster = Cluster(access)
      #expect(try await cluster.resource(Pod.self, in: arena.scope).list().items.isEmpty)
      #expect(
        server.log.last?.user == "system:serviceaccount:\(arena.namespace):sidecar")
      await cluster.shutdown()
    }
  }

  @Test func `that is not granted is a 403 that says what would grant it`() async throws {
    try await Arena.with { arena in
      let reading = Permission(verbs: ["get"], resources: ["configmaps"])
      try await arena.withCluster(of: "narrow", may: [reading]) { cluster in
        let pods = try cluster.resource(Pod.self, in: arena.scope)
        let error = try await failure { _ = try await pods.list() }
        #expect(error.code == .forbidden)
        #expect(error.status?.reason == "Forbidden")
        let text = error.description
        #expect(text.contains("RBAC: a Role in \(arena.namespace)"), "\(text)")
        #expect(text.contains("must allow \"list\" on \"pods\""), "\(text)")
      }
    }
  }

  @Test func `is asked for before it is used`() async throws {
    try await Arena.with { arena in
      let permissions = [
        Permission(verbs: ["get", "delete"], resources: ["pods"]),
        Permission(verbs: ["create"], resources: ["pods/eviction"]),
      ]
      try await arena.withCluster(of: "restarter", may: permissions) { cluster in
        let pods = try cluster.resource(Pod.self, in: arena.scope)
        // A role takes a moment until it is known everywhere.
        let isAllowed = try await eventually { try await pods.reviewAccess("delete").isAllowed }
        #expect(isAllowed)
        #expect(try await pods.reviewAccess("create", subresource: "eviction").isAllowed)
        #expect(
          try await pods.reviewAccess("get", name: try ObjectName("any")).isAllowed)
        for verb in ["list", "create"] {
          let review = try await pods.reviewAccess(verb)
          #expect(!review.isAllowed, "\(verb)")
        }
        let elsewhere = try await cluster.reviewAccess(
          AccessQuestion("delete", Pod.type, in: try Namespace("default")))
        #expect(!elsewhere.isAllowed)
      }
    }
  }
}
