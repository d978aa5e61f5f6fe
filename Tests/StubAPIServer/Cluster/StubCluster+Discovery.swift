import JSONValue

extension StubCluster {
  /// Whatever is no resource: versions, health, lists of what there is.
  func discover(_ target: RequestTarget, _ request: StubRequest) throws(Refusal) -> StubAnswer {
    guard ["GET", "HEAD"].contains(request.method) else { throw .methodNotAllowed }
    switch target.segments.first {
    case "version": return .json(Self.version)
    case "healthz", "livez":
      return checks(
        target, Self.liveChecks, failed: health.failedLiveChecks)
    case "readyz": return checks(target, Self.readyChecks, failed: health.failedReadyChecks)
    case "api" where target.segments.count == 1:
      return .json([
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [
          [
            "clientCIDR": "0.0.0.0/0",
            "serverAddress": .string(request.header("Host") ?? "127.0.0.1:6443"),
          ]
        ],
      ])
    case "api": return try resources(of: "", version: target.segments[1])
    case "apis" where target.segments.count == 2: return try group(target.segments[1])
    case "apis" where target.segments.count == 3:
      return try resources(of: target.segments[1], version: target.segments[2])
    case "apis" where target.segments.count == 1:
      let groups = Set(catalog.resources.map(\.group)).subtracting([""]).sorted()
      var shown: [JSONValue] = []
      for name in groups {
        var group = try group(name).json ?? [:]
        group["kind"] = nil
        group["apiVersion"] = nil
        shown.append(group)
      }
      return .json(["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(shown)])
    default: throw .pageNotFound
    }
  }

  private func group(_ name: String) throws(Refusal) -> StubAnswer {
    guard let resource = catalog.resources.first(where: { $0.group == name }) else {
      throw .pageNotFound
    }
    let version: JSONValue = [
      "groupVersion": .string(resource.groupVersion), "version": .string(resource.version),
    ]
    return .json([
      "kind": "APIGroup", "apiVersion": "v1", "name": .string(name), "versions": [version],
      "preferredVersion": version,
    ])
  }

  private func resources(of group: String, version: String) throws(Refusal) -> StubAnswer {
    let all = catalog.resources.filter { $0.group == group && $0.version == version }
    guard let first = all.first else {
      throw catalog.isBuiltIn(group: group) ? .noSuchResource : .pageNotFound
    }
    var shown: [JSONValue] = []
    for resource in all.sorted(by: { $0.plural < $1.plural }) {
      shown.append(Self.discovered(resource))
      if resource.hasStatus {
        shown.append(Self.discovered(resource, subresource: "status"))
      }
      if resource.isPod {
        shown.append(Self.discovered(resource, subresource: "eviction"))
        shown.append(Self.discovered(resource, subresource: "log"))
      }
    }
    return .json([
      "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(first.groupVersion),
      "resources": .array(shown),
    ])
  }

  private static func discovered(
    _ resource: StubResource, subresource: String? = nil
  ) -> JSONValue {
    let verbs: [String] =
      switch subresource {
      case "status": ["get", "patch", "update"]
      case "eviction": ["create"]
      case "log": ["get"]
      default: resource.verbs
      }
    var shown: JSONValue = [
      "name": .string(resource.plural + (subresource.map { "/" + $0 } ?? "")),
      "singularName": .string(subresource == nil ? resource.kind.lowercased() : ""),
      "namespaced": .bool(resource.isNamespaced),
      "kind": .string(subresource == "eviction" ? "Eviction" : resource.kind),
      "verbs": .array(verbs.map(JSONValue.string)),
    ]
    guard subresource == nil else { return shown }
    for (key, value) in Self.extras["\(resource.group)/\(resource.plural)"] ?? [:] {
      shown[key] = value
    }
    return shown
  }

  /// What discovery tells besides, by resource.
  private static let extras: [String: JSONObject] = [
    "batch/cronjobs": [
      "shortNames": ["cj"], "categories": ["all"], "storageVersionHash": "sd5LIXh4Fjs=",
    ],
    "batch/jobs": ["categories": ["all"], "storageVersionHash": "mudhfqk/qZY="],
    "events.k8s.io/events": ["shortNames": ["ev"], "storageVersionHash": "r2yiGXH7wu8="],
    "/pods": ["shortNames": ["po"], "categories": ["all"]],
    "/configmaps": ["shortNames": ["cm"]], "/events": ["shortNames": ["ev"]],
    "apps/deployments": ["shortNames": ["deploy"], "categories": ["all"]],
    "apps/statefulsets": ["shortNames": ["sts"], "categories": ["all"]],
  ]

  private static let version: JSONValue = [
    "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36",
    "minCompatibilityMajor": "1", "minCompatibilityMinor": "35", "gitVersion": "v1.36.2",
    "gitCommit": "98b35193b2ac7a23a673325f5e9b830ecd5ba406", "gitTreeState": "clean",
    "buildDate": "2026-11-21T01:30:54Z", "goVersion": "go1.26.6", "compiler": "gc",
    "platform": "linux/amd64",
  ]
}
