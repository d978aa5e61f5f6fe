import Foundation
import JSONValue
import Testing

@Suite struct `The permissions of the manifests` {
  @Test func `are those that the document explains`() async throws {
    let explained = try Permission.explained(by: "docs/operations.md")
    var granted: [String: Set<Permission>] = [:]
    for role in try await Manifests.all() where role.kind == "Role" {
      granted[role.file, default: []].formUnion(role.permissions)
    }
    // The narrower one differs by the names of pods alone: see the next test.
    granted["statefulset/rbac.yaml"] = nil
    for (source, permissions) in granted {
      for permission in permissions.subtracting(explained[source] ?? []) {
        Issue.record("docs/operations.md does not explain \(permission) of \(source)")
      }
      for permission in (explained[source] ?? []).subtracting(permissions) {
        Issue.record("docs/operations.md explains \(permission), which \(source) does not grant")
      }
    }
    #expect(Set(explained.keys) == Set(granted.keys))
  }

  @Test func `of a StatefulSet are the same, of its pods alone`() async throws {
    let roles = try await Manifests.all().filter { $0.kind == "Role" }
    let wide = try #require(roles.first { $0.file == "rbac/rbac.yaml" })
    let narrow = try #require(roles.first { $0.file == "statefulset/rbac.yaml" })
    #expect(narrow.permissions.map(\.unnamed).sorted() == wide.permissions.map(\.unnamed).sorted())
    let named = narrow.permissions.filter { $0.resource.hasPrefix("pods") }
    #expect(named.map(\.names) == [["plex-0"], ["plex-0"]])
  }

  @Test func `hold for one namespace, and never for more than is asked`() async throws {
    for object in try await Manifests.all() {
      #expect(!["ClusterRole", "ClusterRoleBinding"].contains(object.kind), "\(object)")
      for permission in object.permissions {
        let words = [permission.group, permission.resource] + permission.verbs
        #expect(!words.contains("*"), "\(object)")
        #expect(permission.resource != "secrets", "\(object)")
        #expect(permission.verbs.allSatisfy(Self.verbs.contains), "\(object): \(permission)")
      }
    }
  }

  @Test func `name the Lease of the workload`() async throws {
    for (variant, objects) in try await Manifests.variants() {
      let workload = try #require(objects.first { $0.pod != nil })
      let name = "mountmon-\(workload.kind.lowercased())-\(workload.name)"
      let leases = objects.flatMap(\.permissions).filter { $0.verbs.contains("update") }
      #expect(leases.map(\.names) == [[name]], "\(variant)")
    }
    let made = try await Manifests.all().filter { $0.kind == "Lease" }
    #expect(made.map(\.name) == ["mountmon-deployment-plex"])
  }

  @Test func `are bound to the account of the pods`() async throws {
    for role in try await Manifests.all() where role.kind == "Role" {
      let binding = try #require(
        try await Manifests.all().first { $0.file == role.file && $0.kind == "RoleBinding" })
      #expect(binding.value["roleRef"]?["name"]?.stringValue == role.name)
      let accounts = binding.value["subjects"]?.arrayValue?.map { $0["name"]?.stringValue }
      #expect(accounts == ["plex"], "\(binding)")
    }
  }

  private static let verbs = ["get", "create", "update", "patch", "delete"]
}
