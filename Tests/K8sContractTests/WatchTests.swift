import JSONValue
import K8sClient
import StubAPIServer
import Testing

@Suite(.timeLimit(.minutes(3))) struct `A watch` {
  @Test func `tells the set as it is`() async throws {
    try await Arena.with { arena in
      let maps = try arena.resource(ConfigMap.self)
      for number in 0..<5 { _ = try await maps.create(arena.configMap("old-\(number)")) }
      try await Follower.with(maps.watch(policy: .impatient(pageSize: 2))) { follower in
        let isSynced = await eventually { follower.set.isSynced }
        #expect(isSynced)
        #expect(follower.set.versions.keys.filter { $0.hasPrefix("old-") }.count == 5)
        for number in 0..<5 {
          _ = try await maps.create(arena.configMap("new-\(number)"))
          _ = try await maps.patch("new-\(number)", .merge(["data": ["a": "\(number)"]]))
          try await maps.delete("old-\(number)", onlyIf: nil)
        }
        // The same name, and another object.
        try await maps.delete("new-0", onlyIf: nil)
        _ = try await maps.create(arena.configMap("new-0", ["reborn": "yes"]))
        try await follower.expectSet(of: maps)
        let key = ObjectKey(namespace: arena.namespace.description, name: "new-0")
        #expect(follower.set.objects[key]?.data == ["reborn": "yes"])
        #expect(follower.set.interruptions == [])
        #expect(follower.counts.lists == 1)
      }
    }
  }

  @Test func `tells what leaves the selection as deleted, and what comes back as added`()
    async throws
  {
    try await Arena.with { arena in
      let maps = try arena.resource(ConfigMap.self)
      let hot = try LabelSelector.label("tier", "hot")
      _ = try await maps.create(arena.configMap("one", labels: ["tier": "hot"]))
      _ = try await maps.create(arena.configMap("two", labels: ["tier": "cold"]))
      try await Follower.with(maps.watch(matching: hot, policy: .impatient())) { follower in
        let isSynced = await eventually { follower.set.isSynced }
        #expect(isSynced)
        for tier in ["cold", "hot"] {
          _ = try await maps.patch("one", .merge(["metadata": ["labels": ["tier": .string(tier)]]]))
        }
        let isBack = await eventually { follower.set.story.count == 3 }
        #expect(isBack)
        #expect(follower.set.story == ["added one", "deleted one", "added one"])
        try await follower.expectSet(of: maps, matching: hot)
      }
    }
  }

  @Test func `of one object, or of metadata alone, is a watch like any other`() async throws {
    try await Arena.with { arena in
      let maps = try arena.resource(ConfigMap.self)
      let partial = try arena.resource(MetadataOf<ConfigMap>.self)
      let one = FieldSelector.name(try ObjectName("one"))
      try await Follower.with(partial.watch(fields: one, policy: .impatient())) { follower in
        let isSynced = await eventually { follower.set.isSynced }
        #expect(isSynced)
        _ = try await maps.create(arena.configMap("other"))
        _ = try await maps.create(arena.configMap("one", ["a": "1"]))
        _ = try await maps.patch("one", .merge(["data": ["a": "2"]]))
        try await maps.delete("one", onlyIf: nil)
        let isTold = await eventually { follower.set.story.last == "deleted one" }
        #expect(isTold)
        #expect(follower.set.story.allSatisfy { $0.hasSuffix(" one") })
      }
    }
  }

  @Test func `tells of a pod from its beginning to its end`() async throws {
    try await Arena.with { arena in
      let pods = try arena.resource(Pod.self)
      try await Follower.with(pods.watch(policy: .impatient())) { follower in
        let isSynced = await eventually { follower.set.isSynced }
        #expect(isSynced)
        let pod = try await arena.runningPod(try arena.pod("short-lived"))
        try await follower.expectSet(of: pods)
        try await pods.delete(
          "short-lived", onlyIf: pod.metadata.uid.map { .uid($0) }, gracePeriod: .seconds(1))
        let isGone = await eventually(within: .seconds(60)) { follower.set.objects.isEmpty }
        #expect(isGone)
        let story = follower.set.story
        #expect(story.first == "added short-lived")
        #expect(story.last == "deleted short-lived")
        #expect(story.dropFirst().dropLast().allSatisfy { $0 == "modified short-lived" })
      }
    }
  }

  @Test func `goes on when the server ends its streams`() async throws {
    try await Arena.with { arena in
      let maps = try arena.resource(ConfigMap.self)
      let policy = WatchPolicy.impatient(streamTimeout: .seconds(1))
      try await Follower.with(maps.watch(policy: policy)) { follower in
        var turn = 0
        let isThird = try await eventually {
          // The counts are seen with a change.
          turn += 1
          _ = try await maps.apply(arena.configMap("busy", ["n": "\(turn)"]), manager: "tester")
          return follower.counts.streams >= 3
        }
        #expect(isThird)
        try await follower.expectSet(of: maps)
        #expect(follower.counts.lists == 1)
        #expect(follower.counts.failures == 0)
        #expect(follower.set.interruptions == [])
      }
    }
  }

  @Test func `that is not allowed says so, and keeps trying`() async throws {
    try await Arena.with { arena in
      let reading = Permission(verbs: ["get"], resources: ["configmaps"])
      try await arena.withCluster(of: "blind", may: [reading]) { cluster in
        let maps = try cluster.resource(ConfigMap.self, in: arena.scope)
        try await Follower.with(maps.watch(policy: .impatient())) { follower in
          let isTold = await eventually {
            follower.set.interruptions.contains { $0.code == .forbidden }
          }
          #expect(isTold)
          #expect(!follower.set.isSynced)
        }
      }
    }
  }
}
