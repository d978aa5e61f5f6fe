import JSONValue
import K8sClient
import ResticKit
import Testing
import TimeText

@testable import ResticUnlock

@Suite(.timeLimit(.minutes(10))) struct `A planned Job` {
  private func with(_ body: (ResticRepository, LocalCluster) async throws -> Void) async throws {
    try await ResticRepository.with { repository in
      try await LocalCluster.with(repository) { cluster in
        try await repository.backup()
        try await body(repository, cluster)
        try await repository.check()
      }
    }
  }

  @Test func `lists what locks there are, and what is in them`() async throws {
    try await with { repository, cluster in
      let shared = try await repository.writeLock(of: "one", pid: 21, age: .seconds(100))
      let other = try await repository.writeLock(
        of: "two", pid: 22, age: .seconds(4000), isExclusive: true)
      let invalid = try await repository.writeInvalidLock()
      let empty = try repository.writeEmptyLock()
      let (code, log, report) = try await cluster.run(Planned.job(.inspect))
      #expect(code == 0)
      let before = try #require(report.before, "\(log)")
      #expect(Set(before.map(\.id)) == [shared, other, invalid, empty])
      #expect(before.first { $0.id == shared }?.content?.host == "one")
      #expect(before.first { $0.id == other }?.content?.isExclusive == true)
      #expect(before.first { $0.id == other }?.content?.pid == 22)
      for id in [invalid, empty] {
        let found = before.first { $0.id == id }
        #expect(found != nil && found?.content == nil, "\(log)")
      }
      #expect(report.after.map(Set.init) == [shared, other, invalid, empty])
      #expect(repository.lockIDs.count == 4)
      #expect(!report.isSuccess)
    }
  }

  @Test func `removes nothing young by a plain unlock, and does not say so`() async throws {
    try await with { repository, cluster in
      let young = try await repository.writeLock(of: "one", pid: 21, age: .seconds(1700))
      let (code, log, report) = try await cluster.run(Planned.job(.unlock, expecting: [young]))
      // restic says that all went well.
      #expect(code == 0, "\(log)")
      #expect(report.unlockCode == 0)
      #expect(repository.lockIDs == [young])
      #expect(report.remaining?.map(\.id) == [young])
      #expect(!report.isSuccess)
    }
  }

  @Test func `removes what is old by a plain unlock`() async throws {
    try await with { repository, cluster in
      let old = try await repository.writeLock(of: "one", pid: 21, age: .seconds(1900))
      let (code, log, report) = try await cluster.run(
        Planned.job(.unlock, expecting: [String(old.prefix(8))]))
      #expect(code == 0, "\(log)")
      #expect(report.isSuccess)
      #expect(repository.lockIDs.isEmpty)
    }
  }

  @Test(
    arguments: [
      UnlockJob.Mode.unlock, .unlockAs(host: "one"), .removeAll,
    ])
  func `removes nothing where it finds a lock that it does not expect`(
    _ mode: UnlockJob.Mode
  ) async throws {
    try await with { repository, cluster in
      let old = try await repository.writeLock(of: "one", pid: 21, age: .seconds(1900))
      let strange = try await repository.writeLock(of: "two", pid: 22, age: .seconds(1900))
      let (code, log, report) = try await cluster.run(Planned.job(mode, expecting: [old]))
      #expect(code == 75, "\(log)")
      #expect(report.code == 75)
      #expect(report.unexpected == [strange])
      #expect(report.unlockCode == nil)
      #expect(!report.isSuccess)
      #expect(Set(repository.lockIDs) == [old, strange])
    }
  }

  @Test(arguments: [1, 2, 3, 9, 300])
  func `removes the locks of a host that it passes for, whichever process held them`(
    _ pid: Int
  ) async throws {
    try await with { repository, cluster in
      let dead = try await repository.writeLock(
        of: "dead-pod", pid: pid, age: .seconds(60), isExclusive: true)
      let other = try await repository.writeLock(of: "dead-pod2", pid: pid, age: .seconds(60))
      let (code, log, report) = try await cluster.run(
        Planned.job(.unlockAs(host: "dead-pod"), expecting: [dead, other]))
      #expect(code == 0, "\(log)")
      // The first process of a container is there in every container.
      #expect(
        repository.lockIDs.sorted() == (pid == 1 ? [dead, other].sorted() : [other]), "\(log)")
      #expect(report.after.map(Set.init) == (pid == 1 ? [dead, other] : [other]))
      #expect(!report.isSuccess)
    }
  }

  /// restic takes a lock for one of its own where a process, or a thread, of that number is there.
  @Test(arguments: [20, 44, 68, 92])
  func `removes them also where its own processes have their numbers`(_ first: Int) async throws {
    try await with { repository, cluster in
      var locks: [String] = []
      for pid in stride(from: first, to: first + 24, by: 4) {
        locks.append(try await repository.writeLock(of: "dead-pod", pid: pid, age: .seconds(60)))
      }
      let (code, log, report) = try await cluster.run(
        Planned.job(.unlockAs(host: "dead-pod"), expecting: locks))
      #expect(code == 0, "\(log)")
      #expect(report.isSuccess, "\(log)")
      #expect(repository.lockIDs.isEmpty)
    }
  }

  @Test func `leaves a live lock alone beside the dead one`() async throws {
    try await with { repository, cluster in
      let live = try await LockHolder.start(.backup, as: "live-pod", in: repository)
      let victim = try await LockHolder.start(.backup, as: "dead-pod", in: repository)
      await victim.die()
      let (code, log, report) = try await cluster.run(
        Planned.job(.unlockAs(host: "dead-pod"), expecting: [live.lockID, victim.lockID]))
      #expect(code == 0, "\(log)")
      #expect(report.after == [live.lockID])
      #expect(repository.lockIDs == [live.lockID])
      #expect(live.isRunning)
      let isDone = try await live.finish() == 0
      #expect(isDone, "\(live.run.output)")
      #expect(repository.lockIDs.isEmpty)
      await live.remove()
      await victim.remove()
    }
  }

  @Test func `removes an invalid lock only by force, and an empty one too`() async throws {
    try await with { repository, cluster in
      let invalid = try await repository.writeInvalidLock()
      let empty = try repository.writeEmptyLock()
      let (_, log, report) = try await cluster.run(
        Planned.job(.unlock, expecting: [invalid, empty]))
      #expect(!report.isSuccess, "\(log)")
      #expect(Set(repository.lockIDs) == [invalid, empty])
      let (code, text, forced) = try await cluster.run(
        Planned.job(.removeAll, expecting: [invalid, empty], attempt: 2))
      #expect(code == 0, "\(text)")
      #expect(forced.isSuccess)
      #expect(repository.lockIDs.isEmpty)
    }
  }

  @Test func `says nothing of success with a wrong password`() async throws {
    try await ResticRepository.with { repository in
      try await LocalCluster.with(repository) { cluster in
        let lock = try await repository.writeLock(of: "one", pid: 21, age: .seconds(1900))
        var kubelet = cluster.kubelet
        kubelet.secrets["downloads/prowlarr-volsync-nfs"]?["RESTIC_PASSWORD"] = "wrong"
        for mode in [UnlockJob.Mode.inspect, .unlock, .unlockAs(host: "one"), .removeAll] {
          let unlock = try Planned.job(mode, expecting: [lock])
          let (code, log) = try await kubelet.run(LocalCluster.pod(of: unlock).json)
          let report = UnlockReport(LogTail(log), token: unlock.token)
          #expect(code != 0, "\(log)")
          #expect(report.code == Int(code))
          #expect(report.before == nil && report.after == nil && report.remaining == nil)
          #expect(!report.isSuccess)
        }
        #expect(repository.lockIDs == [lock])
      }
    }
  }

  @Test func `says nothing of success where there is no repository`() async throws {
    try await ResticRepository.with { repository in
      try await LocalCluster.with(repository) { cluster in
        var kubelet = cluster.kubelet
        kubelet.secrets["downloads/prowlarr-volsync-nfs"]?["RESTIC_REPOSITORY"] = "/repository/no"
        let unlock = try Planned.job(.unlock)
        let (code, log) = try await kubelet.run(LocalCluster.pod(of: unlock).json)
        let report = UnlockReport(LogTail(log), token: unlock.token)
        #expect(code != 0, "\(log)")
        #expect(report.before == nil && report.after == nil)
        #expect(!report.isSuccess)
      }
    }
  }
}
