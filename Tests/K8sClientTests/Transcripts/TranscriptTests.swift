import HTTPTransport
import JSONValue
import Testing

@testable import K8sClient

/// The types that decode objects here, by group and plural.
private let resources: [String: any Resource.Type] = [
  "/pods": Pod.self, "batch/jobs": Job.self, "/events": CoreEvent.self,
  "events.k8s.io/events": Event.self, "coordination.k8s.io/leases": Lease.self,
  "apps/deployments": Deployment.self, "apps/replicasets": ReplicaSet.self,
  "homelab.rafaribe.com/volsyncmonitors": VolSyncMonitor.self,
  "volsync.backube/replicationsources": ReplicationSource.self,
  "/configmaps": ConfigMap.self, "/namespaces": NamespaceObject.self,
]

/// Declared here, as any user of the library would.
private struct ConfigMap: Resource {
  static let type = ResourceType(version: "v1", plural: "configmaps", kind: "ConfigMap")
  static let fields: [FieldRule] = [.map("data")]
  var json: JSONValue
  init(json: JSONValue) { self.json = json }
}

private struct NamespaceObject: Resource {
  static let type = ResourceType(
    version: "v1", plural: "namespaces", kind: "Namespace", isNamespaced: false)
  var json: JSONValue
  init(json: JSONValue) { self.json = json }
}

extension Exchange {
  /// Group and plural of what the path is about: `batch/jobs`.
  fileprivate var plural: String? {
    var parts = request.path.split(separator: "/").map(String.init)
    guard parts.count >= 3, ["api", "apis"].contains(parts[0]) else { return nil }
    let group = parts[0] == "api" ? "" : parts[1]
    parts.removeFirst(group.isEmpty ? 2 : 3)
    if parts.count > 2, parts[0] == "namespaces" { parts.removeFirst(2) }
    guard let plural = parts.first else { return nil }
    return "\(group)/\(plural)"
  }

  fileprivate var type: (any Resource.Type)? { plural.flatMap { resources[$0] } }

  fileprivate var isEviction: Bool { request.path.hasSuffix("/eviction") }
}

@Suite struct `The answers of a real API server` {
  private static let exchanges = Transcript.all.flatMap(\.exchanges)

  @Test func `are there`() {
    #expect(Transcript.all.count > 55)
    #expect(Self.exchanges.count > 400)
  }

  @Test func `that refuse are errors with the right code`() throws {
    let expected: [Int: Set<KubernetesError.Code>] = [
      400: [.invalid], 401: [.unauthorized], 403: [.forbidden], 404: [.notFound],
      405: [.invalid], 406: [.invalid], 409: [.conflict, .alreadyExists], 410: [.expired],
      413: [.invalid], 415: [.invalid], 422: [.invalid], 429: [.tooManyRequests],
      500: [.serverFailed], 504: [.timeout],
    ]
    var count = 0
    for exchange in Self.exchanges where exchange.response.status >= 400 {
      count += 1
      let status = exchange.status
      let request = APIRequest(
        operation: exchange.name, method: exchange.request.method, path: exchange.request.path,
        isRepeatable: false)
      let error = KubernetesError(request, status)
      #expect(expected[status.code]?.contains(error.code) == true, "\(error)")
      #expect(!status.message.isEmpty, "\(exchange.name)")
      guard let json = exchange.response.json else {
        #expect(status.reason == nil && status.causes.isEmpty, "\(exchange.name)")
        continue
      }
      #expect(status.reason == json["reason"]?.stringValue, "\(exchange.name)")
      #expect(
        status.causes.count == json["details"]?["causes"]?.arrayValue?.count ?? 0,
        "\(exchange.name)")
      if json["details"]?["kind"] != nil {
        #expect(status.object?.kind == json["details"]?["kind"]?.stringValue)
        #expect(status.object?.name == json["details"]?["name"]?.stringValue ?? "")
      }
      let conflict: KubernetesError.Code =
        json["reason"] == "AlreadyExists" ? .alreadyExists : .conflict
      if status.code == 409 { #expect(error.code == conflict) }
    }
    #expect(count > 130)
  }

  @Test func `say when to come again`() throws {
    var waits: [String: Duration] = [:]
    for exchange in Self.exchanges where exchange.response.status >= 400 {
      waits[exchange.name] = exchange.status.retryAfter
    }
    #expect(waits["too-many-requests 0"] == .seconds(1))
    #expect(waits["apiserver-graceful-shutdown 3"] == .seconds(5))
    #expect(waits["resourceversion-too-large 0"] == .seconds(1))
    #expect(waits["pod-eviction 0"] == .seconds(10))
    #expect(waits.count == 7)
  }

  @Test func `tell a budget that blocks from a server that is busy`() throws {
    let blocked = Self.exchanges.filter { $0.status.isBlockedByDisruptionBudget }.map(\.name)
    #expect(blocked.count == 4)
    #expect(blocked.allSatisfy { $0.hasPrefix("pod-eviction") })
  }

  @Test func `that are objects are read and lose nothing`() throws {
    var count = 0
    for exchange in Self.exchanges where (200...201).contains(exchange.response.status) {
      guard let json = exchange.response.json, let type = exchange.type, !exchange.isEviction,
        let kind = json["kind"]?.stringValue, !kind.hasSuffix("List"), kind != "Status",
        kind != "Table"
      else { continue }
      try check(type, json, isPartial: json["kind"] == "PartialObjectMetadata", exchange.name)
      count += 1
    }
    #expect(count > 110)
  }

  private func check<Kind: Resource>(
    _ type: Kind.Type, _ json: JSONValue, isPartial: Bool, _ name: String
  ) throws {
    if isPartial { return try check(MetadataOf<Kind>.self, json, isPartial: false, name) }
    do {
      var object = try Kind(checking: json)
      #expect(object.json.bytes() == json.bytes())
      #expect(object.metadata.json.bytes() == json["metadata"]?.bytes(), "\(name)")
      // What is set to what it was is written as it was.
      object.metadata.labels = object.metadata.labels
      object.metadata.ownerReferences = object.metadata.ownerReferences
      object.metadata.creationTimestamp = object.metadata.creationTimestamp
      object.metadata.finalizers = object.metadata.finalizers
      object.metadata = object.metadata
      #expect(object.json.bytes() == json.bytes(), "\(name)")
      let path = try object.path()
      #expect(object.title == path.description)
    } catch {
      Issue.record("\(name): \(error)")
    }
  }

  @Test func `that are lists are read`() throws {
    var count = 0
    for exchange in Self.exchanges where exchange.response.status == 200 {
      guard let json = exchange.response.json, let type = exchange.type,
        json["kind"]?.stringValue?.hasSuffix("List") == true
      else { continue }
      let isPartial = json["kind"] == "PartialObjectMetadataList"
      try checkList(type, json, isPartial: isPartial, exchange.name)
      count += 1
    }
    #expect(count > 40)
  }

  private func checkList<Kind: Resource>(
    _ type: Kind.Type, _ json: JSONValue, isPartial: Bool, _ name: String
  ) throws {
    if isPartial { return try checkList(MetadataOf<Kind>.self, json, isPartial: false, name) }
    do {
      let list = try ObjectList<Kind>(checking: json)
      let items = json["items"]?.arrayValue ?? []
      #expect(list.items.map { $0.json.bytes() } == items.map { $0.bytes() }, "\(name)")
      #expect(
        list.resourceVersion?.description == json["metadata"]?["resourceVersion"]?.stringValue)
      #expect(list.continueToken ?? "" == json["metadata"]?["continue"]?.stringValue ?? "")
      #expect(list.remainingItemCount == json["metadata"]?["remainingItemCount"]?.intValue)
    } catch {
      Issue.record("\(name): \(error)")
    }
  }

  @Test func `that are streams hold objects that are read`() throws {
    var count = 0
    for exchange in Self.exchanges where exchange.request.value("watch") == "true" {
      guard let stream = exchange.response.stream, let type = exchange.type else { continue }
      // A cut connection may end within a line.
      for line in stream.split(separator: "\n") {
        guard let event = try? JSONValue(parsing: String(line)), let object = event["object"] else {
          #expect(exchange.name.contains("cut"), "\(exchange.name): \(line.prefix(100))")
          continue
        }
        switch event["type"] {
        case "ADDED", "MODIFIED", "DELETED":
          let isPartial = object["kind"] == "PartialObjectMetadata"
          try check(type, object, isPartial: isPartial, exchange.name)
          count += 1
        case "ERROR": #expect(Status(json: object).code == 410)
        default: continue
        }
      }
    }
    #expect(count > 60)
  }

  @Test func `about access are read`() throws {
    let transcript = try Transcript.named("access-review-self")
    let answers = try transcript.exchanges.prefix(8).map { exchange in
      try AccessReview(checking: exchange.response.json ?? .null)
    }
    #expect(answers[0].isAllowed)
    #expect(answers[0].reason?.hasPrefix("RBAC: allowed by RoleBinding") == true)
    #expect(
      answers.map(\.isAllowed)
        == transcript.exchanges.prefix(8).map {
          $0.response.json?["status"]?["allowed"]?.boolValue ?? false
        })
    #expect(answers.contains { !$0.isAllowed })
    #expect(throws: MalformedObject.self) { try AccessReview(checking: ["status": [:]]) }
  }

  @Test func `carry their warnings`() throws {
    let all = Self.exchanges.flatMap { APIWarning.read($0.headers) }.map(\.text)
    #expect(all.count == 10)
    #expect(all.contains(#"unknown field "spec.extra""#))
    #expect(all.contains { $0.hasPrefix("child pods are preserved by default") })
    let quoted = try #require(all.first { $0.hasPrefix("would violate PodSecurity") })
    #expect(quoted.contains(#""restricted:latest""#))
  }

  @Test func `to an expired list say where to go on`() throws {
    let exchange = try Transcript.named("list-expired-continue").exchanges[1]
    #expect(exchange.status.continueToken?.hasPrefix("eyJ2Ijoi") == true)
    #expect(exchange.status.code == 410)
  }
}

extension Exchange {
  fileprivate var headers: HTTPHeaders {
    var headers: HTTPHeaders = [:]
    for header in response.headers { headers.add(header.name, header.value) }
    return headers
  }

  fileprivate var status: Status {
    Status(code: response.status, headers: headers, body: response.bytes ?? [])
  }
}
