import K8sClient
import Pacing
import ResticKit
import SimulationKit
import Testing

@testable import ResticUnlock

/// Logs of the real restic, of which only a part is left.
@Suite(.timeLimit(.minutes(10))) struct `A log that was cut` {
  /// Logs of movers that met a lock, by what they did.
  private func logs(maps: Bool, isExclusive: Bool) async throws -> [(code: Int32, log: String)] {
    try await ResticRepository.with { repository in
      var logs: [(Int32, String)] = []
      try await LocalCluster.with(repository, mapsExitCodes: maps) { cluster in
        _ = try await cluster.runMover()
        try await repository.writeLock(
          of: "volsync-src-prowlarr-nfs-zzzzz", pid: 27, age: .seconds(95),
          isExclusive: isExclusive)
        for action in ["backup", "prune", "restore"] {
          var app = App()
          app.action = [action]
          let (code, log) = try await cluster.runMover(app)
          // A restore bears a lock that is shared.
          if action != "restore" || isExclusive { logs.append((code, log)) }
        }
      }
      return logs
    }
  }

  @Test(arguments: [false, true], [false, true])
  func `is still taken for that of a lock`(_ maps: Bool, _ isExclusive: Bool) async throws {
    var random = SeededGenerator(seed: maps ? 3 : 4)
    let all = try await logs(maps: maps, isExclusive: isExclusive)
    #expect(all.count == (isExclusive ? 3 : 2))
    for (code, log) in all {
      #expect([1, 3, 11].contains(code), "\(log)")
      let bytes = Array(log.utf8)
      let whole = try #require(ReportedLock.last(in: LogTail(bytes)), "\(log)")
      #expect(whole.host == "volsync-src-prowlarr-nfs-zzzzz")
      #expect(whole.isExclusive == isExclusive && whole.pid == 27)
      let block = try #require(bytes[...].last("unable to create lock")).lowerBound
      let age = try #require(whole.age)
      #expect(age > .seconds(90) && age < .seconds(400))

      // As VolSync keeps it, and as a kubelet may.
      var starts = [max(0, bytes.count - 1024)]
      for _ in 0..<200 { starts.append(random.number(0...block)) }
      for start in starts {
        let tail = LogTail(bytes[start...], isCut: start > 0)
        let sign = LockSign.found(exitCode: Int(code), log: tail, patterns: LockPatterns())
        #expect(sign?.source == .words(.alreadyLocked), "from \(start): \(log)")
        #expect(sign?.lock == whole, "from \(start): \(log)")
      }
      // Within the block, what is there is true and nothing is made up.
      for start in block...bytes.count {
        let part = ReportedLock.last(in: LogTail(bytes[start...], isCut: true))
        #expect(part.map { isPart($0, of: whole) } ?? true, "from \(start): \(part as Any)")
      }
      for end in block...bytes.count {
        let part = ReportedLock.last(in: LogTail(bytes[..<end]))
        #expect(part.map { isPart($0, of: whole) } ?? true, "up to \(end): \(part as Any)")
      }
    }
  }

  private func isPart(_ part: ReportedLock, of whole: ReportedLock) -> Bool {
    (part.isExclusive == nil || part.isExclusive == whole.isExclusive)
      && (part.pid == nil || part.pid == whole.pid)
      && (part.host == nil || part.host == whole.host)
      && (part.user == nil || part.user == whole.user)
      && (part.uid == nil || part.uid == whole.uid)
      && (part.gid == nil || part.gid == whole.gid)
      && (part.created == nil || part.created == whole.created)
      && (part.age == nil || part.age == whole.age)
      && (part.storageID == nil || part.storageID == whole.storageID)
  }

  @Test func `of a mover that did well, or failed otherwise, is none of a lock`() async throws {
    try await ResticRepository.with { repository in
      try await LocalCluster.with(repository) { cluster in
        let (good, log) = try await cluster.runMover()
        #expect(good == 0)
        for exit in [1, 3] {
          #expect(
            LockSign.found(exitCode: exit, log: LogTail(log), patterns: LockPatterns()) == nil)
        }
        var kubelet = cluster.kubelet
        kubelet.secrets["downloads/prowlarr-volsync-nfs"]?["RESTIC_PASSWORD"] = "wrong"
        let pod = App().pod("volsync-src-prowlarr-nfs-wrong", jobUID: "j")
        let (code, text) = try await kubelet.run(pod.json)
        #expect(code == 3, "\(text)")
        #expect(
          LockSign.found(exitCode: Int(code), log: LogTail(text), patterns: LockPatterns()) == nil)
      }
    }
  }
}
