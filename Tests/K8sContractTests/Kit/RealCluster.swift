import Foundation
import JSONValue
import K8sClient
import Testing

/// The cluster that a kubeconfig names, in place of stubs.
enum RealCluster {
  /// The kubeconfig; `nil` where the tests run on stubs.
  static let kubeconfig: String? = {
    let path = ProcessInfo.processInfo.environment["MOUNTMON_TEST_KUBECONFIG"]
    return path?.isEmpty == false ? path : nil
  }()

  /// Everything made for a test has this label: `kubectl delete namespace,crd -l …` finds what a
  /// test that was killed has left.
  static let label = "mountmon-contract"

  /// Makes the namespace of an arena, and removes it whatever becomes of the test.
  static func withNamespace(of arena: Arena, _ body: () async throws -> Void) async throws {
    let namespaces = try arena.cluster.resource(NamespaceObject.self, in: .cluster)
    var object = NamespaceObject(named: try ObjectName(arena.namespace.description), in: nil)
    object.metadata.labels = [label: "true"]
    let made = object
    let outcome = await result {
      _ = try await namespaces.create(made)
      let accounts = try arena.resource(ServiceAccount.self)
      let isReady = try await eventually { try await accounts.find("default") != nil }
      try #require(isReady, "the namespace has no ServiceAccount default")
      try await body()
    }
    // In a task of its own: what is made is removed although the test was cancelled.
    let removal = await Task {
      await result {
        do {
          try await namespaces.delete(
            arena.namespace.description, onlyIf: nil, propagation: .background)
        } catch let error as KubernetesError where error.code == .notFound {}
      }
    }.value
    await arena.cluster.shutdown()
    try outcome.get()
    try removal.get()
  }
}

extension Trait where Self == ConditionTrait {
  /// For what a real cluster cannot be told to do: faults, silence, forced expiry, a kubelet on
  /// command.
  static var stubOnly: Self {
    .enabled(if: RealCluster.kubeconfig == nil, "a real cluster cannot be told to do this")
  }
}
