import JSONValue
import K8sClient
import StubAPIServer
import Testing

/// A type of a group of this test's own.
private struct Widget: Resource {
  // A group for each run: two runs on one cluster do not meet.
  static let type = ResourceType(
    group: "contract-\(String(UInt32.random(in: .min ... .max), radix: 36)).mountmon.example",
    version: "v1", plural: "widgets", kind: "Widget")
  static let fields: [FieldRule] = [.integer("spec", "size")]
  var json: JSONValue

  var size: Int? { self[integer: "spec", "size"] }
  var state: String? { self[text: "status", "state"] }
}

private struct Definition: Resource {
  static let type = ResourceType(
    group: "apiextensions.k8s.io", version: "v1", plural: "customresourcedefinitions",
    kind: "CustomResourceDefinition", isNamespaced: false)
  static let name = "\(Widget.type.plural).\(Widget.type.group)"
  var json: JSONValue

  var isEstablished: Bool { condition("Established")?.isTrue ?? false }

  static func widgets() throws -> Definition {
    var definition = Definition(named: try ObjectName(name), in: nil)
    definition.metadata.labels = [RealCluster.label: "true"]
    let schema: JSONValue = [
      "type": "object",
      "properties": [
        "spec": [
          "type": "object",
          "properties": ["size": ["type": "integer", "minimum": 0], "colour": ["type": "string"]],
        ],
        "status": ["type": "object", "properties": ["state": ["type": "string"]]],
      ],
    ]
    definition.json["spec"] = [
      "group": .string(Widget.type.group), "scope": "Namespaced",
      "names": [
        "plural": .string(Widget.type.plural), "singular": "widget",
        "kind": .string(Widget.type.kind), "listKind": "WidgetList",
      ],
      "versions": [
        [
          "name": "v1", "served": true, "storage": true, "schema": ["openAPIV3Schema": schema],
          "subresources": ["status": [:]],
        ]
      ],
    ]
    return definition
  }
}

@Suite(.serialized, .timeLimit(.minutes(3))) struct `A custom resource` {
  /// Defines widgets while something is done, and takes the definition away whatever comes of it.
  private func withWidgets(
    _ body: (Arena, ResourceClient<Widget>) async throws -> Void
  ) async throws {
    try await Arena.with { arena in
      let definitions = try arena.cluster.resource(Definition.self, in: .cluster)
      let outcome = await result {
        _ = try await definitions.create(try Definition.widgets())
        let widgets = try arena.resource(Widget.self)
        let isServed = try await eventually(within: .seconds(60)) {
          guard try await definitions.get(Definition.name).isEstablished else { return false }
          do {
            return try await widgets.list().items.isEmpty
          } catch let error as KubernetesError where error.code == .notFound {
            // Established is said before it is served everywhere.
            return false
          }
        }
        try #require(isServed)
        try await body(arena, widgets)
      }
      let removal = await Task {
        await result {
          try await definitions.delete(Definition.name, onlyIf: nil)
          // The next test makes it anew.
          let isGone = try await eventually(within: .seconds(60)) {
            try await definitions.find(Definition.name) == nil
          }
          #expect(isGone)
        }
      }.value
      try outcome.get()
      try removal.get()
    }
  }

  private func widget(_ name: String, size: JSONValue, in arena: Arena) throws -> Widget {
    var widget = Widget(named: try ObjectName(name), in: arena.namespace)
    widget.json["spec"] = ["size": size]
    return widget
  }

  @Test func `is read and written like any other`() async throws {
    try await withWidgets { arena, widgets in
      let made = try await widgets.create(try widget("one", size: 3, in: arena))
      #expect(made.size == 3)
      #expect(made.metadata.generation == 1)
      let patched = try await widgets.patch("one", .merge(["spec": ["colour": "blue"]]))
      #expect(patched.json["spec"] == ["size": 3, "colour": "blue"])
      let error = try await failure {
        _ = try await widgets.patch("one", .strategicMerge(["spec": ["size": 4]]))
      }
      #expect(error.code == .invalid)
      #expect(error.status?.code == 415)
      let applied = try await widgets.apply(
        try widget("two", size: 5, in: arena), manager: "tester")
      #expect(applied.size == 5)
      #expect(try await widgets.list().items.count == 2)
      try await widgets.delete("one", onlyIf: made.metadata.uid.map { .uid($0) })
      #expect(try await widgets.find("one") == nil)
    }
  }

  @Test func `has a status that is written apart`() async throws {
    try await withWidgets { arena, widgets in
      var object = try widget("one", size: 1, in: arena)
      object.json["status"] = ["state": "Claimed"]
      let made = try await widgets.create(object)
      #expect(made.state == nil, "a status is not taken from whoever creates")
      let patched = try await widgets.patch(
        "one", .merge(["spec": ["size": 9], "status": ["state": "Ready"]]), subresource: .status)
      #expect(patched.state == "Ready")
      #expect(patched.size == 1)
      #expect(patched.metadata.generation == 1)
      var mine = patched
      mine.json["status"] = ["state": "Busy"]
      let replaced = try await widgets.replace(mine, subresource: .status)
      #expect(replaced.state == "Busy")
      let applied = try await widgets.apply(
        {
          var wish = Widget(named: try ObjectName("one"), in: arena.namespace)
          wish.json["status"] = ["state": "Applied"]
          return wish
        }(), manager: "status-writer", isForced: true, subresource: .status)
      #expect(applied.state == "Applied")
    }
  }

  @Test func `is refused with the field that is wrong`() async throws {
    try await withWidgets { arena, widgets in
      for size: JSONValue in [-1, "many"] {
        let object = try widget("bad", size: size, in: arena)
        let error = try await failure { _ = try await widgets.create(object) }
        #expect(error.code == .invalid)
        #expect(error.status?.code == 422)
        #expect(error.status?.causes.contains { $0.field == "spec.size" } == true, "\(error)")
      }
    }
  }

  @Test func `is watched until its definition goes`() async throws {
    try await withWidgets { arena, widgets in
      try await Follower.with(widgets.watch(policy: .impatient())) { follower in
        _ = try await widgets.create(try widget("one", size: 1, in: arena))
        _ = try await widgets.patch("one", .merge(["spec": ["size": 2]]))
        try await follower.expectSet(of: widgets)
        #expect(follower.set.objects.values.first?.size == 2)
        let definitions = try arena.cluster.resource(Definition.self, in: .cluster)
        try await definitions.delete(Definition.name, onlyIf: nil)
        let isTold = await eventually(within: .seconds(60)) {
          follower.set.objects.isEmpty
            && follower.set.interruptions.contains { $0.code == .notFound }
        }
        #expect(isTold, "\(follower.set.story) \(follower.set.interruptions)")
        // As it was, for who takes it away.
        let isFree = try await eventually(within: .seconds(60)) {
          try await definitions.find(Definition.name) == nil
        }
        #expect(isFree)
        _ = try await definitions.create(try Definition.widgets())
        let isBack = await eventually(within: .seconds(60)) { follower.set.resumptions > 0 }
        #expect(isBack)
      }
    }
  }
}
