import JSONValue
import K8sClient
import Pacing
import ResticUnlock
import TimeText

@testable import mountmon

extension UnlockScene {
  /// A whole unlock: the holder of the lock is gone, a Job is made as its host, and no lock is left.
  ///
  /// - Returns: What was done, in its order.
  @discardableResult
  mutating func runThroughOneUnlock(
    monitors: [VolSyncMonitor] = [monitor()]
  ) throws -> [String] {
    let holder = Self.pod("volsync-src-prowlarr-nfs-aaaaa")
    let gone = WatchChange<Pod>.Departed(
      key: ObjectKey(namespace: "downloads", name: "volsync-src-prowlarr-nfs-aaaaa"),
      uid: "uid-aaaaa", last: nil)
    var lines: [String] = []
    var next: [UnlockHelm.Signal] =
      [.changed(.pods(.added(holder), scope: ""))]
      + Self.beginning(monitors: monitors, isLocked: false)
    var record: UnlockRecord?
    var version = 0
    for round in 0..<30 {
      switch round {
      case 1: next.append(.changed(.pods(.deleted(gone), scope: "")))
      case 2:
        // Long enough for its node to have ended it.
        pass(.seconds(150))
        next.append(.changed(.pods(.added(Self.pod()), scope: "")))
      default: break
      }
      let deeds = handle(next)
      lines += deeds.compactMap(Self.line)
      next = []
      for deed in deeds {
        switch deed {
        case .readLog(let key, let uid, _, let pod, _):
          next.append(.log(key, uid, pod.hasSuffix("bbbbb") ? Self.log : nil))
        case .writeStatus(let key, let monitor):
          next.append(.statusWritten(key, .written(monitor)))
        case .call(let key, let name, let id, let call, _):
          let answer: UnlockAnswer
          switch call {
          case .readRecord:
            answer = .record(record, version: record == nil ? nil : "\(version)")
          case .writeRecord(let written, let over):
            if over == (record == nil ? nil : "\(version)") {
              record = written
              version += 1
              answer = .written(version: "\(version)")
            } else {
              answer = .conflict
            }
          case .create(let job):
            answer = .done
            next.append(.changed(.jobs(.added(try job.finished()), scope: "")))
          case .readReport(_, let token):
            answer = .report(UnlockReport(Self.report(token), token: token))
          case .ask, .removeJob: answer = .done
          }
          next.append(.answered(key, name, id, answer))
        case .tell: break
        }
      }
      if next.isEmpty { next = [.timer] }
    }
    return lines
  }

  /// A pod that held a lock is gone, and its node has had the time to end it.
  mutating func makeHolderDepart() throws {
    let name = "volsync-src-prowlarr-nfs-aaaaa"
    let gone = WatchChange<Pod>.Departed(
      key: ObjectKey(namespace: "downloads", name: name), uid: "uid-aaaaa", last: nil)
    _ = handle(
      [.changed(.pods(.added(Self.pod(name)), scope: ""))] + Self.beginning(isLocked: false))
    _ = handle([.changed(.pods(.deleted(gone), scope: ""))])
    pass(.seconds(150))
  }

  private mutating func handle(_ signals: [UnlockHelm.Signal]) -> [UnlockHelm.Deed] {
    pass(.seconds(10))
    let deeds = helm.take(signals, at: now, wall: wall)
    for case .tell(let tale) in deeds { told.append(tale) }
    return deeds
  }

  private static func report(_ token: String) -> LogTail {
    let id = "1a12470f" + String(repeating: "0", count: 56)
    return LogTail(
      """
      \(token) begin before
      \(token) lock \(id)
      {"time":"2027-01-15T07:40:00Z","exclusive":false,"hostname":"volsync-src-prowlarr-nfs-aaaaa",\
      "username":"","pid":12}
      \(token) end before
      \(token) unlocked 0
      \(token) begin after
      \(token) end after
      \(token) done 0
      """)
  }

  /// All that can be shown at once.
  var busyPicture: UnlockPicture {
    var picture = helm.picture
    picture.repositories.append(
      UnlockPicture.Repository(
        monitor: Self.key,
        name: .secret(namespace: "media", name: "sonarr-volsync", key: "RESTIC_REPOSITORY"),
        state: .givenUp(until: Self.start + .seconds(86_400)), plan: nil, failures: [],
        attempts: [
          .init(
            number: 10, at: Self.start, mode: "unlock", job: "mountmon-unlock-sonarr-0", by: "me",
            outcome: .failed)
        ]))
    let rotten = Self.source(status: [
      "lastSyncTime": "2027-01-15T07:00:00Z", "restic": ["lastPruned": "2026-12-01T00:00:00Z"],
    ])
    picture.rot = [LockRot.found(in: rotten, failures: [], now: Self.start)].compactMap { $0 }
    picture.counts.failed[.init(namespace: "media", app: "sonarr", object: "sonarr")] = 2
    picture.complaints = ["list nodes: forbidden"]
    for index in picture.monitors.indices {
      guard let namespace = try? Namespace("media") else { continue }
      picture.monitors[index].object.activeUnlocks = [
        ActiveUnlock(
          appName: "sonarr", namespace: namespace, objectName: "sonarr",
          jobName: "mountmon-unlock-sonarr-1", startTime: Self.start, alertFingerprint: "f")
      ]
    }
    return picture
  }
}

extension UnlockJob {
  /// As the cluster has it once it ended well.
  fileprivate func finished() throws -> Job {
    var job = job
    job[value: "metadata", "uid"] = "uid-unlock"
    job[value: "status"] = [
      "succeeded": 1, "conditions": [["type": "Complete", "status": "True"]],
    ]
    return job
  }
}
