import JSONValue
import K8sClient
import Testing
import TimeText

@testable import ResticUnlock

@Suite struct `Lock rot` {
  private let now = Objects.start
  private static let day = 86_400

  /// A backup that succeeded and was pruned so many days ago.
  private func source(
    synced: Double? = nil, pruned: Double? = 1, made: Double = 100, interval: Int? = nil,
    spec: JSONValue = [:]
  ) -> ReplicationSource {
    func time(_ days: Double) -> Timestamp {
      now - .seconds(Int(days * Double(Self.day)))
    }
    var source = Objects.source(spec: spec)
    source.metadata.creationTimestamp = time(made)
    source[time: "status", "lastSyncTime"] = synced.map(time)
    source[time: "status", "restic", "lastPruned"] = pruned.map(time)
    source[integer: "spec", "restic", "pruneIntervalDays"] = interval
    return source
  }

  private func failure(_ log: String, of name: String = "app") throws -> LockFailure {
    let job = Objects.job("volsync-src-\(name)", owner: name, failed: 1)
    let mover = try #require(
      FailedMover(pod: Objects.pod(exit: 11), job: job, rules: MoverRules()))
    return LockFailure(mover, sign: try #require(Logs.sign(11, log)), seen: now)
  }

  private func rot(_ source: ReplicationSource, _ failures: [LockFailure] = []) -> LockRot.Kind? {
    LockRot.found(in: source, failures: failures, now: now)?.kind
  }

  @Test func `is found where backups are saved and forget fails for days`() throws {
    let saves = try failure(Logs.shared)
    #expect(rot(source(synced: 4), [saves]) == .forget)
    #expect(rot(source(synced: nil, made: 4), [saves]) == .forget)
    let found = try #require(
      LockRot.found(in: source(synced: 4), failures: [saves], now: now))
    #expect(
      found.description
        == "media/app: backups are saved, but old snapshots are not forgotten since "
        + (now - .seconds(4 * Self.day)).wholeSecondText)
  }

  @Test func `is none for a few days, or of another backup, or where nothing is saved`() throws {
    let saves = try failure(Logs.shared)
    #expect(rot(source(synced: 2), [saves]) == nil)
    #expect(rot(source(synced: nil, made: 2), [saves]) == nil)
    #expect(rot(source(synced: 4), [try failure(Logs.shared, of: "other")]) == nil)
    #expect(rot(source(synced: 4), [try failure(Logs.block())]) == nil)
    #expect(rot(source(synced: 4)) == nil)
    #expect(rot(source(synced: 4, spec: ["paused": true]), [saves]) == nil)
  }

  @Test func `is found where backups succeed and nothing is pruned`() {
    #expect(rot(source(synced: 0.5, pruned: 11)) == .prune)
    #expect(rot(source(synced: 0.5, pruned: nil, made: 11)) == .prune)
    #expect(rot(source(synced: 0.5, pruned: 5, interval: 1)) == .prune)
  }

  @Test func `is none before prune is due, or where backups do not succeed either`() {
    #expect(rot(source(synced: 0.5, pruned: 9)) == nil)
    #expect(rot(source(synced: 0.5, pruned: nil, made: 9)) == nil)
    #expect(rot(source(synced: 0.5, pruned: 20, interval: 30)) == nil)
    #expect(rot(source(synced: 5, pruned: 20)) == nil)
    #expect(rot(source(synced: 0.5, pruned: 1, interval: -5)) == nil)
  }

  @Test func `is no matter of other movers`() {
    let other = ReplicationSource(json: [
      "metadata": ["name": "app", "namespace": "media"], "spec": ["rclone": [:]],
    ])
    #expect(rot(other) == nil)
  }
}
