import JSONValue
import K8sClient
import StubAPIServer
import Testing

@Suite(.timeLimit(.minutes(3))) struct `Writing` {
  @Test func `makes an object once`() async throws {
    try await Arena.with { arena in
      let maps = try arena.resource(ConfigMap.self)
      let made = try await maps.create(arena.configMap("one", ["a": "1"]))
      #expect(made.metadata.uid != nil)
      let error = try await failure { _ = try await maps.create(arena.configMap("one")) }
      #expect(error.code == .alreadyExists)
      #expect(!error.mayHaveHappened)
      #expect(try await maps.get("one").data == ["a": "1"])
    }
  }

  @Test func `replaces only what has not changed since it was read`() async throws {
    try await Arena.with { arena in
      let maps = try arena.resource(ConfigMap.self)
      let first = try await maps.create(arena.configMap("one", ["a": "1"]))
      var mine = first
      mine.data["a"] = "2"
      let second = try await maps.replace(mine)
      #expect(second.metadata.resourceVersion != first.metadata.resourceVersion)
      mine.data["a"] = "3"
      let error = try await failure { _ = try await maps.replace(mine) }
      #expect(error.code == .conflict)
      #expect(error.status?.reason == "Conflict")
      #expect(try await maps.get("one").data == ["a": "2"])
    }
  }

  @Test func `merges a patch`() async throws {
    try await Arena.with { arena in
      let maps = try arena.resource(ConfigMap.self)
      let made = try await maps.create(arena.configMap("one", ["a": "1", "b": "2"]))
      let patched = try await maps.patch(
        "one", .merge(["data": ["a": .null, "c": "3"]]), WriteOptions(fieldManager: "tester"))
      #expect(patched.data == ["b": "2", "c": "3"])
      #expect(patched.metadata.uid == made.metadata.uid)
      let version = try #require(made.metadata.resourceVersion?.description)
      let error = try await failure {
        _ = try await maps.patch(
          "one",
          .merge(["metadata": ["resourceVersion": .string(version)], "data": ["d": "4"]]))
      }
      #expect(error.code == .conflict)
      let nobody = try await failure {
        _ = try await maps.patch("two", .merge(["data": ["a": "1"]]))
      }
      #expect(nobody.code == .notFound)
    }
  }

  @Test func `merges lists by their keys, where a type has them`() async throws {
    try await Arena.with { arena in
      let workloads = try arena.resource(Deployment.self)
      var object = Deployment(named: try ObjectName("app"), in: arena.namespace)
      object.json["spec"] = [
        "replicas": 0, "selector": ["matchLabels": ["app": "x"]],
        "template": [
          "metadata": ["labels": ["app": "x"]],
          "spec": ["containers": [["name": "main", "image": "a:1"]]],
        ],
      ]
      _ = try await workloads.create(object)
      let patched = try await workloads.patch(
        "app",
        .strategicMerge([
          "spec": ["template": ["spec": ["containers": [["name": "side", "image": "b:1"]]]]]
        ]))
      let containers = patched.json["spec"]?["template"]?["spec"]?["containers"]?.arrayValue ?? []
      #expect(Set(containers.compactMap { $0["name"]?.stringValue }) == ["main", "side"])
      // A merge patch knows no keys: it takes the place of the whole list.
      let replaced = try await workloads.patch(
        "app",
        .merge([
          "spec": ["template": ["spec": ["containers": [["name": "only", "image": "c:1"]]]]]
        ]))
      let left = replaced.json["spec"]?["template"]?["spec"]?["containers"]?.arrayValue ?? []
      #expect(left.compactMap { $0["name"]?.stringValue } == ["only"])
      #expect((replaced.metadata.generation ?? 0) > (patched.metadata.generation ?? 0))
    }
  }

  @Test func `applies what a manager wants, and respects what another one owns`() async throws {
    try await Arena.with { arena in
      let maps = try arena.resource(ConfigMap.self)
      let made = try await maps.apply(arena.configMap("one", ["a": "1"]), manager: "first")
      #expect(made.data == ["a": "1"])
      let joined = try await maps.apply(arena.configMap("one", ["b": "2"]), manager: "second")
      #expect(joined.data == ["a": "1", "b": "2"])
      #expect(joined.metadata.uid == made.metadata.uid)

      let error = try await failure {
        _ = try await maps.apply(arena.configMap("one", ["a": "9", "b": "2"]), manager: "second")
      }
      #expect(error.code == .conflict)
      #expect(error.status?.has(cause: "FieldManagerConflict") == true)
      #expect(error.description.contains("first"), "\(error)")

      let taken = try await maps.apply(
        arena.configMap("one", ["a": "9", "b": "2"]), manager: "second", isForced: true)
      #expect(taken.data == ["a": "9", "b": "2"])
      // What a manager no longer wants, and nobody else owns, goes.
      let less = try await maps.apply(arena.configMap("one", ["a": "9"]), manager: "second")
      #expect(less.data == ["a": "9"])
    }
  }

  @Test func `stores nothing in a dry run, and finds the faults`() async throws {
    try await Arena.with { arena in
      let maps = try arena.resource(ConfigMap.self)
      let dry = WriteOptions(isDryRun: true)
      let shown = try await maps.create(arena.configMap("one", ["a": "1"]), dry)
      #expect(shown.metadata.uid != nil)
      #expect(try await maps.find("one") == nil)
      let made = try await maps.create(arena.configMap("one", ["a": "1"]))
      #expect(
        try await maps.patch("one", .merge(["data": ["a": "2"]]), dry).data == ["a": "2"])
      var mine = made
      mine.data["a"] = "3"
      #expect(try await maps.replace(mine, dry).data == ["a": "3"])
      let error = try await failure { _ = try await maps.create(arena.configMap("one"), dry) }
      #expect(error.code == .alreadyExists)
      try await maps.delete("one", onlyIf: nil, isDryRun: true)
      #expect(try await maps.get("one") == made)
    }
  }

  @Test func `refuses unknown fields where that is asked for, and warns otherwise`() async throws {
    try await Arena.with { arena in
      let warnings = Collected<String>()
      var cluster = arena.cluster
      cluster.settings.onWarning = { warning, _ in warnings.add(warning.text) }
      let leases = try cluster.resource(Lease.self, in: arena.scope)
      var lease = Lease(named: try ObjectName("odd"), in: arena.namespace)
      lease.json["spec"] = ["colour": "blue"]
      let odd = lease
      let error = try await failure {
        _ = try await leases.create(odd, WriteOptions(fieldValidation: .strict))
      }
      #expect(error.code == .invalid)
      #expect(error.description.contains("colour"), "\(error)")
      _ = try await leases.create(odd)
      #expect(warnings.all.contains { $0.contains("colour") }, "\(warnings.all)")
    }
  }

  @Test func `refuses what cannot be before anything is sent`() async throws {
    try await Arena.with { arena in
      let maps = try arena.resource(ConfigMap.self)
      let sent = arena.stub?.log.count
      let error = try await failure { _ = try await maps.get("Not A Name") }
      #expect(error.code == .invalid)
      #expect(!error.mayHaveHappened)
      let elsewhere = try ConfigMap(named: ObjectName("one"), in: Namespace("default"))
      let other = try await failure { _ = try await maps.create(elsewhere) }
      #expect(other.code == .invalid)
      #expect(arena.stub?.log.count == sent)
    }
  }
}
