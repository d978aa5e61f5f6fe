import HTTPTransport
import JSONValue
import K8sClient
import MountHealthCore
import Pacing
import ResticUnlock
import Testing
import TimeText

@testable import mountmon

@Suite struct `Calls of an unlock` {
  private static let now = Timestamp(seconds: 1_800_000_000)
  private static let late = Tick.now() + .seconds(3600)
  private typealias Answer = RecordedCaller.Answer

  private static let lease: JSONValue = [
    "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
    "metadata": [
      "namespace": "ops", "name": "mountmon-unlock-x", "resourceVersion": "12", "uid": "uid-lease",
      "annotations": ["of-others": "stays"],
    ], "spec": [:],
  ]

  private static func status(_ code: Int, _ reason: String) -> Answer {
    let json: JSONValue = [
      "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": .string(reason),
      "message": "it is a test", "code": .number(JSONNumber(code)),
    ]
    return .status(code, json.bytes())
  }

  private func answer(
    _ call: UnlockCall, _ answers: [Answer], by deadline: Tick = late
  ) async throws -> (UnlockAnswer, [APIRequest]) {
    let caller = RecordedCaller(answers)
    let calls = UnlockCalls(server: caller, home: try Namespace("ops")) { Self.now }
    let answer = await calls.carryOut(call, for: UnlockScene.repository, by: deadline)
    return (answer, caller.requests)
  }

  private var record: UnlockRecord {
    var record = UnlockRecord()
    record.add(.init(number: 1, at: Self.now, mode: "unlock", job: "mountmon-unlock-a", by: "me"))
    return record
  }

  @Test func `are not sent after their deadline`() async throws {
    let (answer, requests) = try await answer(.readRecord, [], by: .now() + .seconds(-1))
    #expect(answer == .failed("it was not sent in time"))
    #expect(requests.isEmpty)
  }

  @Test func `find no record where there is no Lease, or none that has one`() async throws {
    var (answer, requests) = try await answer(.readRecord, [Self.status(404, "NotFound")])
    #expect(answer == .record(nil, version: nil))
    #expect(requests.map(\.method) == ["GET"])
    let hash = UnlockScene.repository.hash
    #expect(
      requests.first?.path
        == "/apis/coordination.k8s.io/v1/namespaces/ops/leases/mountmon-unlock-\(hash)")
    (answer, _) = try await self.answer(.readRecord, [.status(200, Self.lease.bytes())])
    #expect(answer == .record(nil, version: "12"))
  }

  @Test func `write a record over the version that was read, and read it again`() async throws {
    var stored = Self.lease
    stored["metadata"]?["resourceVersion"] = "13"
    let (answer, requests) = try await answer(
      .writeRecord(record, over: "12"),
      [.status(200, Self.lease.bytes()), .status(200, stored.bytes())])
    #expect(answer == .written(version: "13"))
    #expect(requests.map(\.method) == ["GET", "PUT"])
    let written = try #require(requests.last?.body)
    #expect(written["metadata"]?["resourceVersion"] == "12")
    #expect(written["metadata"]?["annotations"]?["of-others"] == "stays")
    #expect(written["spec"]?["holderIdentity"] == "me")
    let (again, _) = try await self.answer(.readRecord, [.status(200, written.bytes())])
    #expect(again == .record(record, version: "12"))
  }

  @Test func `write no record over another version`() async throws {
    var (answer, requests) = try await answer(
      .writeRecord(record, over: "11"), [.status(200, Self.lease.bytes())])
    #expect(answer == .conflict)
    #expect(requests.map(\.method) == ["GET"])
    (answer, requests) = try await self.answer(
      .writeRecord(record, over: nil), [Self.status(409, "AlreadyExists")])
    #expect(answer == .conflict)
    #expect(requests.map(\.method) == ["POST"])
  }

  @Test(arguments: ["", "{", "[]", #"{"attempts": 3}"#])
  func `refuse to go on by a record that cannot be read`(text: String) async throws {
    var lease = Self.lease
    lease["metadata"]?["annotations"] = .object([UnlockCalls.recordKey: .string(text)])
    let (answer, _) = try await answer(.readRecord, [.status(200, lease.bytes())])
    guard case .refused(let why) = answer else {
      Issue.record("\(answer)")
      return
    }
    #expect(why.contains("delete the Lease"))
  }

  @Test func `take a Job that is there already for made`() async throws {
    let job = UnlockJob(
      mode: .inspect, expected: [],
      job: Job(json: [
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": ["name": "mountmon-unlock-a", "namespace": "downloads"],
      ]))
    for (code, reason, expected) in [
      (409, "AlreadyExists", "done"), (403, "Forbidden", "refused"),
      (500, "InternalError", "failed"),
      (422, "Invalid", "refused"), (404, "NotFound", "gone"),
    ] {
      let (answer, requests) = try await answer(.create(job), [Self.status(code, reason)])
      #expect("\(answer)".hasPrefix(expected), "\(code) is \(answer)")
      #expect(requests.map(\.path) == ["/apis/batch/v1/namespaces/downloads/jobs"])
    }
  }

  @Test func `remove a Job by its uid, and its pods after it`() async throws {
    let uid = try UID("uid-job")
    let (answer, requests) = try await answer(
      .removeJob(namespace: "downloads", name: "volsync-src-x", uid: uid),
      [Self.status(409, "Conflict")])
    #expect(answer == .conflict)
    let body = try #require(requests.first?.body)
    #expect(body["preconditions"] == ["uid": "uid-job"])
    #expect(body["propagationPolicy"] == "Background")
  }

  @Test func `ask VolSync only while the object is as it was seen`() async throws {
    let owner = Mover.Owner(kind: .source, namespace: "downloads", name: "prowlarr-nfs")
    let (answer, requests) = try await answer(
      .ask(owner, token: "t1", onlyIf: try ResourceVersion("5")), [Self.status(409, "Conflict")])
    #expect(answer == .conflict)
    #expect(requests.first?.method == "PATCH")
    #expect(requests.first?.body?["spec"] == ["restic": ["unlock": "t1"]])
    #expect(requests.first?.body?["metadata"]?["resourceVersion"] == "5")
  }

  @Test func `read what an unlock Job wrote from its newest pod that has ended`() async throws {
    func pod(_ name: String, _ time: String, _ phase: String) -> JSONValue {
      [
        "metadata": [
          "name": .string(name), "namespace": "downloads", "uid": .string("uid-\(name)"),
          "creationTimestamp": .string(time),
        ], "status": ["phase": .string(phase)],
      ]
    }
    let list: JSONValue = [
      "kind": "PodList", "apiVersion": "v1", "metadata": ["resourceVersion": "20"],
      "items": [
        pod("a", "2027-01-15T08:00:00Z", "Failed"), pod("b", "2027-01-15T08:01:00Z", "Succeeded"),
        pod("c", "2027-01-15T08:02:00Z", "Running"),
      ],
    ]
    let log = "T begin before\nT end before\nT begin after\nT end after\nT done 0\n"
    let (answer, requests) = try await answer(
      .readReport(namespace: "downloads", job: "T"),
      [.status(200, list.bytes()), .status(200, Array(log.utf8))])
    guard case .report(let report) = answer else {
      Issue.record("\(answer)")
      return
    }
    #expect(report.after == [])
    #expect(report.code == 0)
    #expect(requests.last?.path == "/api/v1/namespaces/downloads/pods/b/log")
    let (gone, _) = try await self.answer(
      .readReport(namespace: "downloads", job: "T"),
      [
        .status(
          200, #"{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}"#.utf8.map { $0 })
      ])
    #expect(gone == .gone)
  }

  @Test func `read the end of a long log, and know that it was cut`() async throws {
    let line = Array(repeating: UInt8(ascii: "x"), count: 1000) + [UInt8(ascii: "\n")]
    let bytes = Array(repeating: line, count: 1000).flatMap { $0 } + Array("the end\n".utf8)
    let caller = RecordedCaller([.status(200, bytes), Self.status(404, "NotFound")])
    let calls = UnlockCalls(server: caller, home: try Namespace("ops")) { Self.now }
    let tail = try #require(try await calls.log("downloads", "a", LogOptions(tailLines: 2000)))
    #expect(tail.isCut)
    #expect(tail.bytes.suffix(8) == Array("the end\n".utf8))
    #expect(try await calls.log("downloads", "a", LogOptions()) == nil)
  }
}
