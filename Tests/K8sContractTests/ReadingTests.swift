import JSONValue
import K8sClient
import StubAPIServer
import Testing

@Suite(.timeLimit(.minutes(3))) struct `Reading` {
  /// Seven ConfigMaps: `map-0` to `map-6`, of two tiers.
  private func withMaps(
    _ body: (Arena, ResourceClient<ConfigMap>) async throws -> Void
  ) async throws {
    try await Arena.with { arena in
      let maps = try arena.resource(ConfigMap.self)
      for number in 0..<7 {
        let labels = ["tier": number % 2 == 0 ? "hot" : "cold", "number": "\(number)"]
        _ = try await maps.create(arena.configMap("map-\(number)", ["k": "v"], labels: labels))
      }
      try await body(arena, maps)
    }
  }

  private func names<Kind: Resource>(_ list: ObjectList<Kind>) -> [String] {
    list.items.compactMap { $0.metadata.name?.description }.filter { $0.hasPrefix("map-") }
  }

  @Test func `finds what is there, and says what is not`() async throws {
    try await withMaps { arena, maps in
      let map = try await maps.get("map-3")
      #expect(map.data == ["k": "v"])
      #expect(map.metadata.uid != nil)
      #expect(map.metadata.resourceVersion != nil)
      #expect(map.metadata.creationTimestamp != nil)
      #expect(try await maps.find("map-9") == nil)
      let error = try await failure { _ = try await maps.get("map-9") }
      #expect(error.code == .notFound)
      #expect(error.status?.reason == "NotFound")
      #expect(error.status?.object?.name == "map-9")
      #expect(error.description.contains("get configmap \(arena.namespace)/map-9"))
    }
  }

  @Test func `chooses by labels and by fields`() async throws {
    try await withMaps { _, maps in
      let hot = try await maps.list(matching: .label("tier", "hot"))
      #expect(names(hot) == ["map-0", "map-2", "map-4", "map-6"])
      let some = try await maps.list(
        matching: .label("number", in: ["1", "2"]).and(.label("tier", isNot: "hot")))
      #expect(names(some) == ["map-1"])
      let labelled = try await maps.list(matching: .exists("tier").and(.absent("other")))
      #expect(names(labelled).count == 7)
      let one = try await maps.list(fields: .name(try ObjectName("map-5")))
      #expect(names(one) == ["map-5"])
      let error = try await failure {
        _ = try await maps.list(fields: try .field("spec.colour", "blue"))
      }
      #expect(error.code == .invalid)
    }
  }

  @Test func `goes through pages of one moment`() async throws {
    try await withMaps { arena, maps in
      var options = ListOptions(labels: try .exists("tier"), limit: 3)
      var pages: [[String]] = []
      var versions: Set<String> = []
      repeat {
        let page = try await maps.page(options)
        pages.append(names(page))
        versions.insert(page.resourceVersion?.description ?? "")
        options.continueToken = page.continueToken
        // What comes in between is not of that moment.
        if pages.count == 1 {
          _ = try await maps.create(arena.configMap("map-66", labels: ["tier": "hot"]))
        }
      } while options.continueToken != nil && pages.count < 5
      #expect(
        pages == [["map-0", "map-1", "map-2"], ["map-3", "map-4", "map-5"], ["map-6"]])
      #expect(versions.count == 1)
      #expect(try await names(maps.list(matching: .exists("tier"))).count == 8)
    }
  }

  @Test(.stubOnly) func `begins a list anew that grew too old between its pages`() async throws {
    try await Arena.onStub { arena, server in
      let maps = try arena.resource(ConfigMap.self)
      let count = ResourceClient<ConfigMap>.pageSize + 1
      server.withCluster { cluster in
        for number in 0..<count {
          cluster.create([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
              "name": .string("map-\(number)"), "namespace": .string(arena.namespace.description),
            ],
          ])
        }
      }
      let expired: JSONValue = [
        "kind": "Status", "apiVersion": "v1", "metadata": ["continue": "x"], "status": "Failure",
        "message": "The provided continue parameter is too old", "reason": "Expired", "code": 410,
      ]
      server.inject(
        StubFault(
          .answer(
            StubAnswer(
              status: 410, headers: [StubHeader("Content-Type", "application/json")],
              body: .bytes(expired.bytes()))),
          count: 1, where: StubFault.requests("GET", containing: "continue=")))
      #expect(try await maps.list().items.count == count)
      #expect(server.log.map(\.status) == [200, 410, 200, 200])
    }
  }

  @Test func `leaves out what is not asked for`() async throws {
    try await withMaps { arena, maps in
      let partial = try arena.resource(MetadataOf<ConfigMap>.self)
      let map = try await partial.get("map-2")
      #expect(map.metadata.labels["tier"] == "hot")
      #expect(map.json["data"] == nil)
      let list = try await partial.list(matching: .label("tier", "cold"))
      #expect(names(list) == ["map-1", "map-3", "map-5"])
      #expect(list.items.allSatisfy { $0.json["data"] == nil && $0.metadata.uid != nil })
      // What a type promises is not in metadata: that is another type.
      let error = try await failure {
        _ = try await maps.page(ListOptions(isMetadataOnly: true))
      }
      #expect(error.code == .invalid)
      #expect(error.description.contains("MetadataOf<ConfigMap>"), "\(error)")
    }
  }

  @Test func `tells a missing type from a missing object`() async throws {
    try await Arena.with { arena in
      let missing = try arena.resource(Nowhere.self)
      let error = try await failure { _ = try await missing.find("any") }
      #expect(error.code == .notFound)
      #expect(error.description.contains("is the CRD installed"), "\(error)")
    }
  }

  private struct Nowhere: Resource {
    static let type = ResourceType(
      group: "nowhere.mountmon.example", version: "v1", plural: "things", kind: "Thing")
    var json: JSONValue
  }
}
