import HTTPTransport
import JSONValue
import K8sClient
import MountHealthCore
import Testing
import TimeText

@testable import mountmon

@Suite struct `Calls of a restart` {
  private static let uid = "318fa4b3-1edb-48e2-9004-1160cf2dd9f2"
  private static let now = Timestamp(seconds: 1_767_323_045)
  private typealias Answer = RecordedCaller.Answer

  private func calls(_ caller: RecordedCaller) throws -> RestartCalls {
    RestartCalls(
      server: caller, pod: try ObjectName("postgres-0"), namespace: try Namespace("media")
    ) { Self.now }
  }

  private func evict(_ answer: Answer) async throws -> RestartAnswer {
    try await calls(RecordedCaller([answer])).evict("postgres-0", uid: Self.uid)
  }

  private func delete(_ answer: Answer) async throws -> RestartAnswer {
    try await calls(RecordedCaller([answer])).delete("postgres-0", uid: Self.uid)
  }

  // MARK: Evictions

  @Test func `evict and delete by name and uid`() async throws {
    let caller = RecordedCaller([
      try .recorded("pod-eviction", 7), try .recorded("pod-delete-preconditions", 3),
    ])
    let calls = try calls(caller)
    #expect(await calls.evict("postgres-0", uid: Self.uid) == .removed)
    #expect(await calls.delete("postgres-0", uid: Self.uid) == .removed)
    let (eviction, deletion) = (caller.requests[0], caller.requests[1])
    #expect(eviction.method == "POST")
    #expect(eviction.path == "/api/v1/namespaces/media/pods/postgres-0/eviction")
    let options = eviction.body?["deleteOptions"]
    #expect(options?["preconditions"] == ["uid": .string(Self.uid)])
    #expect(deletion.method == "DELETE")
    #expect(deletion.path == "/api/v1/namespaces/media/pods/postgres-0")
    #expect(deletion.body?["preconditions"] == ["uid": .string(Self.uid)])
  }

  @Test func `name no pod by a uid that is none`() async throws {
    let caller = RecordedCaller([])
    guard case .failed(let fault) = try await calls(caller).evict("postgres-0", uid: "") else {
      Issue.record("it was not refused")
      return
    }
    #expect(fault.kind == .rejected)
    #expect(caller.requests == [])
  }

  @Test(
    arguments: [
      (0, "The disruption budget sonarr is still being processed by the server.", 10),
      (2, "The disruption budget sonarr needs 1 healthy pods and has 1 currently", nil),
      (5, "This pod has more than one PodDisruptionBudget", nil),
    ] as [(Int, String, Int?)])
  func `tell which disruption budget is in the way`(
    _ index: Int, _ words: String, _ seconds: Int?
  ) async throws {
    let answer = try await evict(.recorded("pod-eviction", index))
    guard case .notRemoved(.blocked(let message, let retryAfter)) = answer else {
      Issue.record("\(answer)")
      return
    }
    #expect(message.contains(words))
    #expect(retryAfter == seconds.map { .seconds($0) })
  }

  @Test func `tell apart a pod that is gone, another pod, and an API that is not there`()
    async throws
  {
    #expect(try await evict(.recorded("pod-eviction", 6)) == .notRemoved(.otherPod))
    #expect(try await evict(.recorded("pod-eviction", 13)) == .notRemoved(.gone))
    #expect(
      try await evict(.recorded("statefulset-same-name-new-uid", 5)) == .notRemoved(.otherPod))
    #expect(
      try await delete(.recorded("statefulset-same-name-new-uid", 4)) == .notRemoved(.otherPod))
    #expect(try await delete(.recorded("pod-delete-preconditions", 1)) == .notRemoved(.otherPod))
    #expect(try await delete(.recorded("pod-delete-preconditions", 7)) == .notRemoved(.gone))
    for status in [404, 405] {
      let plain = Answer.status(status, Array("404 page not found\n".utf8))
      guard case .notRemoved(.unsupported) = try await evict(plain) else {
        Issue.record("\(status) is taken for something else")
        continue
      }
    }
  }

  @Test func `tell faults that may have had their effect`() async throws {
    let timeout = Answer.status(504, Array("Timeout: request did not complete".utf8))
    let cases: [(Answer, CallFault.Kind, Bool)] = [
      (try .recorded("authn-authz-errors", 7), .forbidden, false),
      (try .recorded("too-many-requests", 0), .transient, false),
      (try .recorded("authn-authz-errors", 12), .transient, false),
      (timeout, .transient, true),
      (.status(500, []), .transient, true),
      (.fault(.refused, mayHaveBeenSent: false), .transient, false),
      (.fault(.cut, mayHaveBeenSent: true), .transient, true),
      (.fault(.timedOut, mayHaveBeenSent: true), .transient, true),
    ]
    for (answer, kind, mayHaveHappened) in cases {
      for result in [try await evict(answer), try await delete(answer)] {
        guard case .failed(let fault) = result else {
          Issue.record("\(answer) is \(result)")
          continue
        }
        #expect(fault.kind == kind, "\(answer)")
        #expect(fault.mayHaveHappened == mayHaveHappened, "\(answer)")
        #expect(fault.words.contains("postgres-0"), "\(fault.words)")
      }
    }
  }

  // MARK: Pods

  @Test func `read the facts of a pod`() async throws {
    let pod = try Answer.recorded("statefulset-same-name-new-uid", 0)
    let facts = PodFacts(
      name: "postgres-0", uid: Self.uid, created: try Timestamp(rfc3339: "2026-11-21T02:13:11Z"),
      owner: PodOwner(
        kind: "StatefulSet", name: "postgres", uid: "1fa783f6-4439-424d-8e19-fc7c58268125"),
      node: "fake-node")
    #expect(try await calls(RecordedCaller([pod])).readPod("postgres-0") == .pod(facts))
    let going = try pod.changing { $0["metadata"]?["deletionTimestamp"] = "2026-11-21T02:14:00Z" }
    guard case .pod(let read?) = try await calls(RecordedCaller([going])).readPod("postgres-0")
    else {
      Issue.record("it was not read")
      return
    }
    #expect(read.isTerminating)
    let gone = try Answer.recorded("not-found-and-missing-namespace", 0)
    #expect(try await calls(RecordedCaller([gone])).readPod("nosuch") == .pod(nil))
  }

  @Test func `take nothing for a pod that is none`() async throws {
    let pod = try Answer.recorded("statefulset-same-name-new-uid", 0)
    for key in ["uid", "name", "creationTimestamp"] {
      let odd = try pod.changing { $0["metadata"]?[key] = nil }
      guard case .failed = try await calls(RecordedCaller([odd])).readPod("postgres-0") else {
        Issue.record("a pod without \(key) was taken")
        continue
      }
    }
  }

  // MARK: The record

  @Test func `read a record, and none where there is none`() async throws {
    let missing = try Answer.recorded("lease-leader-election", 0)
    let none = try await calls(RecordedCaller([missing])).readRecord("homelab-controller")
    #expect(none == .record(RestartRecord.Reading(version: nil), wall: Self.now))
    let lease = try Answer.recorded("lease-leader-election", 3)
    let read = try await calls(RecordedCaller([lease])).readRecord("homelab-controller")
    #expect(read == .record(RestartRecord.Reading(version: "699"), wall: Self.now))
  }

  private var record: RestartRecord {
    var record = RestartRecord()
    record.claims = [.init(pod: "postgres-0", uid: Self.uid, since: Self.now)]
    record.history = [.init(pod: "postgres-0", uid: Self.uid, at: Self.now)]
    return record
  }

  @Test func `make a Lease with the record, unless there is one`() async throws {
    let caller = RecordedCaller([
      try .recorded("lease-leader-election", 1), try .recorded("lease-leader-election", 2),
    ])
    let calls = try calls(caller)
    let name = "mountmon-statefulset-postgres"
    #expect(await calls.writeRecord(name, record, over: nil) == .stored(version: "699"))
    #expect(await calls.writeRecord(name, record, over: nil) == .conflict)
    let lease = caller.requests[0].body
    #expect(caller.requests[0].method == "POST")
    #expect(lease?["metadata"]?["name"]?.stringValue == name)
    #expect(
      lease?["metadata"]?["annotations"]?[RestartRecord.claimsKey]?.stringValue
        == "postgres-0 \(Self.uid) \(Self.now)")
    #expect(lease?["spec"]?["holderIdentity"]?.stringValue == "postgres-0")
  }

  @Test func `write over the version that was read, and keep what others wrote`() async throws {
    let found = try Answer.recorded("lease-leader-election", 3).changing {
      $0["metadata"]?["annotations"] = ["team": "media"]
      $0["spec"]?["strategy"] = "OldestEmulationVersion"
    }
    let caller = RecordedCaller([found, try .recorded("lease-leader-election", 4)])
    let written = try await calls(caller).writeRecord("a", record, over: "699")
    #expect(written == .stored(version: "700"))
    #expect(caller.requests.map(\.method) == ["GET", "PUT"])
    let lease = caller.requests[1].body
    #expect(lease?["metadata"]?["resourceVersion"]?.stringValue == "699")
    #expect(lease?["metadata"]?["annotations"]?["team"]?.stringValue == "media")
    #expect(lease?["metadata"]?["annotations"]?[RestartRecord.historyKey] != nil)
    #expect(lease?["spec"]?["strategy"]?.stringValue == "OldestEmulationVersion")
  }

  @Test func `write nothing over what others wrote`() async throws {
    let found = try Answer.recorded("lease-leader-election", 3)
    for (answers, version, count) in [
      ([found], "698", 1), ([found, try .recorded("lease-leader-election", 5)], "699", 2),
      ([try .recorded("lease-leader-election", 0)], "699", 1),
    ] {
      let caller = RecordedCaller(answers)
      let answer = try await calls(caller).writeRecord("a", record, over: version)
      #expect(answer == .conflict)
      #expect(caller.requests.count == count)
    }
    let unknown = RecordedCaller([found, .fault(.cut, mayHaveBeenSent: true)])
    guard case .failed(let fault) = try await calls(unknown).writeRecord("a", record, over: "699")
    else {
      Issue.record("a cut is no answer")
      return
    }
    #expect(fault.mayHaveHappened)
    let early = RecordedCaller([.fault(.cut, mayHaveBeenSent: true)])
    guard case .failed(let read) = try await calls(early).writeRecord("a", record, over: "699")
    else {
      Issue.record("a cut is no answer")
      return
    }
    #expect(!read.mayHaveHappened, "nothing but a look was asked for")
  }

  // MARK: Access

  @Test func `ask for each permission, and gather what is refused`() async throws {
    let answers = try [0, 1, 3, 4].map { try Answer.recorded("access-review-self", $0) }
    let caller = RecordedCaller(answers)
    let permissions: [RestartPermission] = [
      .readPods, .evict(pod: "postgres-0"), .readRecord(name: "a"), .createEvents,
    ]
    let answer = try await calls(caller).reviewAccess(permissions)
    #expect(answer == .access(refused: [.evict(pod: "postgres-0"), .createEvents]))
    let questions = caller.requests.map { $0.body?["spec"]?["resourceAttributes"] }
    #expect(questions.map { $0?["verb"]?.stringValue } == ["get", "create", "get", "create"])
    #expect(questions.map { $0?["namespace"]?.stringValue } == .init(repeating: "media", count: 4))
    #expect(questions[1]?["subresource"]?.stringValue == "eviction")
    #expect(questions[1]?["name"]?.stringValue == "postgres-0")
    #expect(questions[2]?["group"]?.stringValue == "coordination.k8s.io")
    #expect(questions[3]?["group"]?.stringValue == "events.k8s.io")
  }

  @Test func `know nothing of access where one question is not answered`() async throws {
    let caller = RecordedCaller([
      try .recorded("access-review-self", 1), try .recorded("access-review-self", 9),
    ])
    let answer = try await calls(caller).reviewAccess([.readPods, .createRecord, .createEvents])
    guard case .failed(let fault) = answer else {
      Issue.record("\(answer)")
      return
    }
    #expect(fault.kind == .forbidden)
    #expect(caller.requests.count == 2)
  }
}
