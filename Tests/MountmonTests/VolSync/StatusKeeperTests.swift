import JSONValue
import K8sClient
import MountHealthCore
import Pacing
import ResticUnlock
import Testing
import TimeText

@testable import mountmon

@Suite struct `The keeper of a status` {
  private static let now = Tick.zero + .seconds(10)

  private static func removed(_ name: String) throws -> UnlockNotice {
    .removed(namespace: "media", job: name, uid: try UID("uid-\(name)"))
  }

  /// A keeper that can be changed in the middle of an expectation.
  private final class Desk {
    private var keeper: StatusKeeper

    init(_ object: VolSyncMonitor) { keeper = StatusKeeper(object) }

    var status: MonitorStatus { keeper.status }
    var complaint: String? { keeper.complaint }
    var isAwaited: Bool { keeper.isAwaited }
    func note(_ notice: UnlockNotice, at wall: Timestamp) -> Bool {
      keeper.note(notice, of: UnlockScene.repository, at: wall)
    }
    func take(_ object: VolSyncMonitor, at now: Tick) -> Bool { keeper.take(object, at: now) }
    func next(at now: Tick) -> VolSyncMonitor? { keeper.next(at: now) }
    func written(_ outcome: StatusOutcome, at now: Tick) { keeper.written(outcome, at: now) }
  }

  private static func object(_ keeper: Desk, version: String) -> VolSyncMonitor {
    var object = keeper.status.monitor
    object[value: "metadata", "resourceVersion"] = .string(version)
    return object
  }

  @Test func `writes what changed, once`() throws {
    let keeper = Desk(UnlockScene.monitor())
    #expect(keeper.next(at: Self.now) == nil)
    #expect(keeper.note(try Self.removed("a"), at: UnlockScene.start))
    #expect(!keeper.note(try Self.removed("a"), at: UnlockScene.start))
    let sent = try #require(keeper.next(at: Self.now))
    #expect(sent[.failedJobsRemoved] == 1)
    #expect(keeper.next(at: Self.now) == nil)
    keeper.written(.written(Self.object(keeper, version: "2")), at: Self.now)
    #expect(keeper.next(at: Self.now + .seconds(60)) == nil)
    #expect(!keeper.isAwaited)
  }

  @Test func `goes on from what somebody else wrote, and loses no count`() throws {
    let keeper = Desk(UnlockScene.monitor())
    _ = keeper.note(try Self.removed("a"), at: UnlockScene.start)
    // Another one counted the same, and one more.
    let other = Desk(UnlockScene.monitor(version: "7"))
    _ = other.note(try Self.removed("a"), at: UnlockScene.start)
    _ = other.note(try Self.removed("b"), at: UnlockScene.start)
    _ = keeper.note(try Self.removed("c"), at: UnlockScene.start)
    #expect(keeper.take(other.status.monitor, at: Self.now))
    #expect(keeper.status.monitor[.failedJobsRemoved] == 3)
    #expect(keeper.next(at: Self.now) == nil)
    let sent = try #require(keeper.next(at: Self.now + .seconds(2)))
    #expect(sent.metadata.resourceVersion?.description == "7")
  }

  @Test func `takes its own words for nobody else's`() throws {
    let keeper = Desk(UnlockScene.monitor())
    _ = keeper.note(try Self.removed("a"), at: UnlockScene.start)
    let sent = try #require(keeper.next(at: Self.now))
    _ = keeper.note(try Self.removed("b"), at: UnlockScene.start)
    // The watch is faster than the answer.
    #expect(!keeper.take(sent, at: Self.now))
    #expect(keeper.status.monitor[.failedJobsRemoved] == 2)
    keeper.written(.written(sent), at: Self.now)
    #expect(keeper.next(at: Self.now + .seconds(1))?[.failedJobsRemoved] == 2)
  }

  @Test func `does not send again what a cluster drops, and says so`() throws {
    let keeper = Desk(UnlockScene.monitor())
    _ = keeper.note(try Self.removed("a"), at: UnlockScene.start)
    var stored = try #require(keeper.next(at: Self.now))
    stored[value: "status", "counted"] = nil
    keeper.written(.written(stored), at: Self.now)
    #expect(keeper.next(at: Self.now + .seconds(3600)) == nil)
    #expect(keeper.complaint?.contains("crd.yaml") == true)
    #expect(!keeper.take(stored, at: Self.now))
  }

  @Test func `notes again what its former could not write, on the same object only`() throws {
    var former = StatusKeeper(UnlockScene.monitor())
    let a = try Self.removed("a")
    _ = former.note(a, of: UnlockScene.repository, at: UnlockScene.start)
    var next = StatusKeeper(UnlockScene.monitor(version: "2"), after: former)
    let isNews = next.note(a, of: UnlockScene.repository, at: UnlockScene.start)
    #expect(!isNews)
    let sent = next.next(at: Self.now)
    #expect(sent?[.failedJobsRemoved] == 1)
    var other = StatusKeeper(UnlockScene.monitor("other"), after: former)
    let isNewsThere = other.note(a, of: UnlockScene.repository, at: UnlockScene.start)
    #expect(isNewsThere)
  }

  @Test func `of a file's monitor keeps nothing to be written`() throws {
    let notices = try (0..<9).map { try Self.removed("\($0)") }
    let keepers = [true, false].map { isWritten in
      var keeper = StatusKeeper(UnlockScene.monitor(), isWritten: isWritten)
      for notice in notices {
        _ = keeper.note(notice, of: UnlockScene.repository, at: UnlockScene.start)
      }
      return keeper
    }
    #expect(keepers.map(\.unsent.count) == [9, 0])
    #expect(keepers.map { $0.status.monitor[.failedJobsRemoved] } == [9, 9])
  }

  @Test func `is not waited for where it cannot be written`() throws {
    let keeper = Desk(UnlockScene.monitor())
    _ = keeper.note(try Self.removed("a"), at: UnlockScene.start)
    var now = Self.now
    for _ in 0..<3 {
      #expect(keeper.isAwaited)
      #expect(keeper.next(at: now) != nil)
      keeper.written(.failed("forbidden"), at: now)
      #expect(keeper.next(at: now) == nil)
      now = now + .seconds(120)
    }
    #expect(!keeper.isAwaited)
    #expect(keeper.next(at: now) != nil)
    keeper.written(.written(Self.object(keeper, version: "3")), at: now)
    _ = keeper.note(try Self.removed("b"), at: UnlockScene.start)
    #expect(keeper.isAwaited)
  }
}
