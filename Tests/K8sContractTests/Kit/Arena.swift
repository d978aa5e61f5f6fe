import Foundation
import JSONValue
import K8sClient
import StubAPIServer
import Testing

/// Where a test runs: on a stub of its own, or in a namespace of its own on a real cluster.
///
/// The client is the real one in both, found by a kubeconfig.
struct Arena: Sendable {
  /// The namespace of this test; nothing else is in it.
  let namespace: Namespace
  /// How the API server is reached.
  let access: ClusterAccess
  /// The client.
  let cluster: Cluster
  /// A folder that is gone afterwards.
  let folder: TemporaryFolder
  /// The stub; `nil` on a real cluster.
  let stub: StubAPIServer?

  var scope: Scope { .namespace(namespace) }

  /// The objects of a type in the namespace.
  func resource<Kind: Resource>(_ type: Kind.Type) throws -> ResourceClient<Kind> {
    try cluster.resource(type, in: scope)
  }

  /// Runs a test on a stub, or on the cluster of `MOUNTMON_TEST_KUBECONFIG`.
  static func with(
    _ options: StubServerOptions = StubServerOptions(), _ body: (Arena) async throws -> Void
  ) async throws {
    guard let path = RealCluster.kubeconfig else {
      return try await onStub(options) { arena, _ in try await body(arena) }
    }
    try await TemporaryFolder.with { folder in
      let arena = try Arena(kubeconfig: path, folder: folder, stub: nil)
      try await RealCluster.withNamespace(of: arena) { try await body(arena) }
    }
  }

  /// Runs a test on a stub: for what a real cluster cannot be told to do.
  static func onStub(
    _ options: StubServerOptions = StubServerOptions(),
    _ body: (Arena, StubAPIServer) async throws -> Void
  ) async throws {
    let server = try await StubAPIServer(
      options: options, certificates: try Certificates.server.get())
    try await TemporaryFolder.with { folder in
      let path = try folder.write(
        "kubeconfig", Kubeconfigs.json(server, user: ["token": .string(server.administratorToken)]))
      let arena = try Arena(kubeconfig: path, folder: folder, stub: server)
      server.withCluster { $0.addNamespace(arena.namespace.description) }
      let outcome = await result { try await body(arena, server) }
      await arena.cluster.shutdown()
      try await server.stop()
      #expect(server.violations.isEmpty, "the stub saw what a client must not do")
      try outcome.get()
    }
  }

  private init(kubeconfig: String, folder: TemporaryFolder, stub: StubAPIServer?) throws {
    let digits = String(UInt64.random(in: 0..<(1 << 40)), radix: 36)
    namespace = try Namespace("mountmon-contract-\(digits)")
    access = try ClusterAccess.find(.kubeconfig(path: kubeconfig, context: nil), in: .live())
    cluster = Cluster(access)
    self.folder = folder
    self.stub = stub
  }
}

/// What a body came to, so that something can be put in order before its error goes on.
func result(_ body: () async throws -> Void) async -> Result<Void, any Error> {
  do {
    try await body()
    return .success(())
  } catch {
    return .failure(error)
  }
}

/// Asks until the answer is yes or the time is up; returns the last answer.
func eventually(
  within limit: Duration = .seconds(30), every pause: Duration? = nil,
  _ condition: () async throws -> Bool
) async rethrows -> Bool {
  let pause = pause ?? (RealCluster.kubeconfig == nil ? .milliseconds(5) : .milliseconds(200))
  let deadline = ContinuousClock.now + limit
  while ContinuousClock.now < deadline {
    if try await condition() { return true }
    do { try await Task.sleep(for: pause) } catch { break }
  }
  return try await condition()
}

/// The error that a call ends with; a call that goes well is a fault of the test's subject.
func failure(
  _ call: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) async throws -> KubernetesError {
  let error = await #expect(throws: KubernetesError.self, sourceLocation: sourceLocation) {
    try await call()
  }
  return try #require(error, sourceLocation: sourceLocation)
}
