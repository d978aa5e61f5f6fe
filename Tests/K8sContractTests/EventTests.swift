import JSONValue
import K8sClient
import StubAPIServer
import Testing

@Suite(.timeLimit(.minutes(3))) struct `An event` {
  private func note(_ text: String, about object: some Resource) -> EventNote {
    EventNote(
      .warning, reason: "ContractTested", action: "Test", note: text,
      regarding: ObjectReference(to: object), time: Surroundings.live().wallTime(),
      reportingInstance: "contract")
  }

  /// Runs a recorder while something is done, until all of it is posted.
  private func withRecorder(
    _ cluster: Cluster, _ body: (EventRecorder) async throws -> Void
  ) async throws {
    let policy = EventPolicy(seriesInterval: .milliseconds(20), callTime: .seconds(20))
    let recorder = EventRecorder(by: cluster, policy: policy)
    let posting = Task { await recorder.run() }
    let outcome = await result { try await body(recorder) }
    posting.cancel()
    await posting.value
    try outcome.get()
  }

  @Test func `is posted, and its repetitions are counted on it`() async throws {
    try await Arena.with { arena in
      let map = try await arena.resource(ConfigMap.self).create(arena.configMap("subject"))
      let events = try arena.resource(Event.self)
      try await withRecorder(arena.cluster) { recorder in
        for _ in 0..<5 { recorder.record(note("it happened", about: map)) }
        let isCounted = try await eventually {
          try await events.list().items.first { $0.reason == "ContractTested" }?.count == 5
        }
        #expect(isCounted)
        #expect(recorder.counts.created == 1)
        #expect(recorder.counts.refused == 0)
      }
      let found = try await events.list(
        fields: .field("regarding.name", "subject").and(.field("reason", "ContractTested"))
      ).items
      #expect(found.count == 1)
      let event = try #require(found.first)
      #expect(event.note == "it happened")
      #expect(event.kind == .warning)
      #expect(event.regarding?.uid == map.metadata.uid)
      #expect(event.lastObservedTime != nil)
      // Whoever looks at the core group, as kubectl describe does, sees the same.
      let core = try await arena.resource(CoreEvent.self).list(
        fields: .field("involvedObject.name", "subject"))
      #expect(core.items.map(\.note) == ["it happened"])
      #expect(core.items.first?.regarding?.uid == map.metadata.uid)
    }
  }

  @Test func `goes to the core group where the other may not be used`() async throws {
    try await Arena.with { arena in
      let map = try await arena.resource(ConfigMap.self).create(arena.configMap("subject"))
      let old = Permission(verbs: ["create", "patch"], resources: ["events"])
      try await arena.withCluster(of: "old-style", may: [old]) { cluster in
        let isReady = try await eventually {
          try await cluster.resource(CoreEvent.self, in: arena.scope).reviewAccess("create")
            .isAllowed
        }
        #expect(isReady)
        let events = try arena.resource(CoreEvent.self)
        try await withRecorder(cluster) { recorder in
          for _ in 0..<3 { recorder.record(note("it happened again", about: map)) }
          let isCounted = try await eventually {
            let mine = try await events.list().items.filter { $0.reason == "ContractTested" }
            return mine.map(\.count) == [3]
          }
          #expect(isCounted)
          #expect(recorder.counts.refused == 0)
        }
      }
      if let stub = arena.stub {
        let posts = stub.log.filter { $0.request.method == "POST" && $0.line.hasSuffix("/events") }
        #expect(posts.map(\.status) == [403, 201])
      }
    }
  }

  @Test func `of any text is taken`() async throws {
    try await Arena.with { arena in
      let map = try await arena.resource(ConfigMap.self).create(arena.configMap("subject"))
      let texts = ["", String(repeating: "ü", count: 2000), "line\nline\u{0}\u{1F600}"]
      try await withRecorder(arena.cluster) { recorder in
        for text in texts { recorder.record(note(text, about: map)) }
        let isPosted = await eventually { recorder.counts.created == texts.count }
        #expect(isPosted, "\(recorder.counts)")
      }
      let notes = try await arena.resource(Event.self).list().items
        .filter { $0.reason == "ContractTested" }.map(\.note)
      #expect(notes.count == texts.count)
      #expect(notes.allSatisfy { $0.utf8.count <= EventNote.maximumNoteBytes })
    }
  }

  @Test func `that is left is posted at the end`() async throws {
    try await Arena.with { arena in
      let map = try await arena.resource(ConfigMap.self).create(arena.configMap("subject"))
      try await withRecorder(arena.cluster) { recorder in
        recorder.record(note("last words", about: map))
      }
      let notes = try await arena.resource(Event.self).list().items.map(\.note)
      #expect(notes.contains("last words"))
    }
  }
}
