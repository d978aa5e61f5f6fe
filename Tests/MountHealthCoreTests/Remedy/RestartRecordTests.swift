import Pacing
import SimulationKit
import Testing
import TimeText

@testable import MountHealthCore

@Suite struct `A record of restarts` {
  private let now = Timestamp(seconds: 1_800_000_000)

  private func entry(_ age: Int, weight: Int = 1) -> RestartRecord.Entry {
    .init(pod: "plex-0", uid: "uid-\(age)", at: now - .seconds(age), weight: weight)
  }

  @Test func `is written so that people can read it`() {
    let record = RestartRecord(
      claims: [.init(pod: "plex-0", uid: "a-1", since: now + .milliseconds(250))],
      history: [
        .init(pod: "plex-1", uid: "b-2", at: now - .seconds(60), weight: 2, successor: "c-3"),
        .init(pod: "plex-0", uid: "a-1", at: now + .milliseconds(250)),
      ])
    #expect(
      record.annotations == [
        "mountmon/restart-claims": "plex-0 a-1 2027-01-15T08:00:00.250Z",
        "mountmon/restart-history": """
        2027-01-15T07:59:00Z plex-1 b-2 2 c-3
        2027-01-15T08:00:00.250Z plex-0 a-1 1
        """,
      ])
  }

  @Test func `is read back as it was written`() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<300 {
      var record = RestartRecord()
      for index in 0..<random.number(0...5) {
        let at = Timestamp(
          seconds: Int64(random.number(0...2_000_000_000)),
          nanoseconds: Int64(random.pick([0, 1, 250_000_000, 999_999_999])))
        record.history.append(
          .init(
            pod: "p.\(index)", uid: "u_\(index)", at: at, weight: random.number(1...2),
            successor: random.chance(0.5) ? "S-\(index)" : nil))
        if random.chance(0.5) {
          record.claims.append(.init(pod: "p.\(index)", uid: "u_\(index)", since: at))
        }
      }
      record.history.sort { $0.at < $1.at }
      let reading = RestartRecord.Reading(version: "7", annotations: record.annotations)
      #expect(reading == RestartRecord.Reading(version: "7", record: record))
    }
  }

  @Test(arguments: [
    "plex-0", "plex-0 uid", "plex-0 uid yesterday", "plex-0 uid 2027-01-15T08:00:00Z more",
    "plex-0  2027-01-15T08:00:00Z", "pl\u{e9}x uid 2027-01-15T08:00:00Z",
    "plex-0 uid 2027-01-15T08:00:00Z\r", "\u{0}\u{1B}[31m",
    String(repeating: "x", count: 300) + " uid 2027-01-15T08:00:00Z",
    String(repeating: "plex-0 uid 2027-01-15T08:00:00Z\n", count: 65),
    String(repeating: " ", count: 100_000),
  ])
  func `that makes no sense says so`(_ claims: String) {
    let good = "2027-01-15T08:00:00Z plex-0 uid 1"
    let reading = RestartRecord.Reading(
      version: "7", annotations: [RestartRecord.claimsKey: claims, RestartRecord.historyKey: good])
    #expect(reading.fault != nil)
    #expect(reading.record.history.count == 1)
    #expect(reading.record.claims.count <= RestartRecord.maximumClaims)
    #expect(reading.fault?.utf8.allSatisfy { $0 >= 0x20 } != false)
  }

  @Test(arguments: ["0", "3", "1 a b", "", "one"])
  func `knows no other weights`(_ end: String) {
    let text = "2027-01-15T08:00:00Z plex-0 uid \(end)"
    let reading = RestartRecord.Reading(
      version: "7", annotations: [RestartRecord.historyKey: text])
    #expect(reading.fault != nil)
  }

  @Test func `without our annotations is that of a workload never restarted`() {
    let reading = RestartRecord.Reading(version: "7", annotations: ["other": "x"])
    #expect(reading == RestartRecord.Reading(version: "7"))
  }

  @Test func `leaves out what could not be read again`() {
    let record = RestartRecord(claims: [.init(pod: "a b", uid: "u", since: now)])
    #expect(record.annotations[RestartRecord.claimsKey] == "")
  }

  @Test func `forgets what is a day old, and counts the far future as now`() {
    var record = RestartRecord(history: [entry(86_401), entry(86_399), entry(-9_999_999)])
    record.tidy(at: now, window: .seconds(3600))
    #expect(record.history.map(\.at) == [now - .seconds(86_399), now])
    record = RestartRecord(history: (0..<300).map { entry($0) })
    record.tidy(at: now, window: .seconds(3600))
    #expect(record.history.count == RestartRecord.maximumEntries)
    #expect(record.history.last?.at == now)
  }

  @Test(arguments: [
    // What there was: age and weight; the weight asked for; what is left; when there is room.
    ([], 1, 3, 0), ([(3600, 1)], 1, 3, 0), ([(3599, 1)], 1, 2, 0),
    ([(3599, 1), (10, 2)], 1, 0, 1), ([(1000, 2), (10, 1)], 1, 0, 2600),
    ([(1000, 1), (10, 1)], 2, 1, 2600), ([(20, 1), (10, 1)], 5, 1, 3590),
    // Restarts of the future are restarts of now.
    ([(-50, 1), (-9999, 1), (10, 1)], 1, 0, 3590),
  ])
  func `knows when there is room for one more`(
    _ past: [(Int, Int)], _ weight: Int, _ left: Int, _ wait: Int
  ) {
    let budget = RestartBudget(restarts: 3, window: .seconds(3600), spacing: .zero)
    let history = past.map { entry($0.0, weight: $0.1) }
    #expect(budget.left(after: history, at: now) == left)
    #expect(
      budget.verdict(on: weight, after: history, at: now)
        == (wait == 0 ? .allowed : .exhausted(until: now + .seconds(wait))))
  }

  @Test(arguments: [
    ([], 0), ([300], 0), ([299], 1), ([10], 290), ([1000, 10], 590), ([900, 599], 1),
    ([2000, 1000, 10], 1190), ([3590, 3580, 3570, 3560, 3550, 10], 3590), ([-20], 300),
  ])
  func `spaces restarts, more with each in the window`(_ ages: [Int], _ wait: Int) {
    let budget = RestartBudget(restarts: 100, window: .seconds(3600), spacing: .seconds(300))
    #expect(
      budget.verdict(on: 1, after: ages.map { entry($0) }, at: now)
        == (wait == 0 ? .allowed : .spacing(until: now + .seconds(wait))))
  }

  @Test func `is kept for a Deployment over all its ReplicaSets`() {
    func workload(_ kind: String, _ name: String, hash: String?) -> String {
      PodFacts(
        name: "p", uid: "u", created: now, owner: PodOwner(kind: kind, name: name, uid: "o"),
        templateHash: hash
      ).workload.recordName
    }
    #expect(workload("ReplicaSet", "plex-7c9", hash: "7c9") == "mountmon-deployment-plex")
    #expect(workload("ReplicaSet", "plex-7c9", hash: nil) == "mountmon-replicaset-plex-7c9")
    #expect(workload("ReplicaSet", "-7c9", hash: "7c9") == "mountmon-replicaset--7c9")
    #expect(workload("StatefulSet", "plex", hash: nil) == "mountmon-statefulset-plex")
    #expect(PodFacts(name: "p", uid: "u", created: now).workload.recordName == "mountmon-pod-p")
  }
}
