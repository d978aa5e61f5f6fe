import JSONValue
import StubAPIServer

/// What the account of `mountmon volsync` may do, as the manifests have it.
enum UnlockRoles {
  static func read() async throws -> [StubRole] {
    let objects = try await Manifests.objects().filter { $0.file == "volsync/rbac.yaml" }
    let roles = objects.filter { $0.kind == "ClusterRole" || $0.kind == "Role" }.map { object in
      StubRole(
        object.name, in: object.kind == "Role" ? UnlockStage.home : nil,
        (object.value["rules"]?.arrayValue ?? []).map(rule))
    }
    guard roles.count == 2 else { throw KitError("volsync/rbac.yaml has other roles: \(roles)") }
    return roles
  }

  private static func rule(_ value: JSONValue) -> StubRule {
    func texts(_ key: String) -> [String] {
      (value[key]?.arrayValue ?? []).compactMap(\.stringValue)
    }
    return StubRule(
      texts("verbs"), groups: texts("apiGroups"), resources: texts("resources"),
      names: texts("resourceNames"))
  }
}
