import Foundation
import JSONValue
import Testing

/// What kustomize made of the manifests, as `scripts/kustomized.py` keeps it.
@Suite(.timeLimit(.minutes(3)))
struct `What kustomize makes of the manifests` {
  private static let kept = BuiltProgram.package + "/Tests/Kustomized"

  private static func objects(_ name: String) async throws -> [ManifestObject] {
    try await Manifests.read(["\(kept)/\(name).yaml"], below: kept)
  }

  @Test func `is made of what lies there now`() async throws {
    let script = BuiltProgram.package + "/scripts/kustomized.py"
    let outcome = try await Child("python3", script, "check").finish(within: .seconds(60))
    #expect(outcome.ending == .exited(0), "\(outcome.errors)")
  }

  @Test func `fits the schemas of Kubernetes`() async throws {
    let judge = BuiltProgram.package + "/scripts/validate-manifests.sh"
    let outcome = try await Child(judge, Self.kept).finish(within: .seconds(120))
    #expect(outcome.ending == .exited(0), "\(outcome.errors)")
  }

  @Test(arguments: ["deployment", "before-1.29", "statefulset", "rclone"])
  func `is every object of a variant, and no other`(variant: String) async throws {
    let plain = try #require(try await Manifests.variants()[variant])
      .filter { !$0.isOfKustomize }
    let made = try await Self.objects(variant)
    #expect(
      Set(made.map { $0.value.sorted.text() }) == Set(plain.map { $0.value.sorted.text() }))
  }

  @Test func `of the component is what the Deployment is`() async throws {
    let plain = try await Self.objects("deployment")
    let made = try await Self.objects("with-component")
    func texts(_ objects: [ManifestObject]) -> Set<String> {
      Set(
        objects.map { object in
          ManifestObject(file: "", value: object.bare).value.sorted.text()
        })
    }
    #expect(texts(made) == texts(plain))
    let pod = try #require(made.compactMap(\.pod).first)
    #expect(pod.value["metadata"]?["labels"]?["mountmon"] == "sidecar")
  }

  @Test func `of the CronJob has no controller`() async throws {
    let made = try await Self.objects("volsync-cronjob")
    let base = try await Self.objects("volsync")
    #expect(made.compactMap(\.pod).map(\.owner.kind) == ["CronJob"])
    let gone = Set(base.map(\.kind)).subtracting(made.map(\.kind))
    #expect(gone == ["Deployment", "PodDisruptionBudget"])
    #expect(made.count == base.count - 1)
  }

  @Test func `of one namespace grants what the plain file grants`() async throws {
    let made = try await Self.objects("volsync-one-namespace")
    let plain = try await Manifests.ofUnlocks()
      .filter { $0.file == "volsync/options/one-namespace.yaml" }
    let kinds: Set<String> = [
      "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "ServiceAccount",
    ]
    #expect(
      Set(made.filter { kinds.contains($0.kind) }.map { $0.value.sorted.text() })
        == Set(plain.map { $0.value.sorted.text() }))
    let container = try #require(made.compactMap(\.pod).first?.containers.first)
    #expect(container.arguments == ["volsync", "--watch", "--only-namespace", "downloads"])
  }
}
