import K8sClient
import MountHealthCore
import Pacing
import ResticUnlock
import Synchronization
import TimeText

/// The shell of the helm: tells it what the cluster holds and what came of calls, and carries out what
/// it wants done. It chooses nothing.
final class UnlockController: Sendable {
  private let doors: UnlockDoors
  private let setting: VolSyncSetting
  private let log: Log
  private let shown = Mutex(UnlockPicture())
  /// What is remembered of monitors from one leading to the next.
  private let keepers = Mutex<[MonitorKey: StatusKeeper]>([:])

  /// How long a log may take to come.
  static let logDeadline = Duration.seconds(30)
  /// How long a status may take to be written.
  static let statusDeadline = Duration.seconds(15)

  init(_ doors: UnlockDoors, _ setting: VolSyncSetting, _ log: Log) {
    self.doors = doors
    self.setting = setting
    self.log = log
  }

  /// What there is to show.
  var picture: UnlockPicture { shown.withLock { $0 } }

  /// Publishes events while some work goes on, and afterwards what still waits. To be called once.
  func publishing(_ work: @escaping @Sendable () async -> Void) async {
    await withDiscardingTaskGroup { group in
      if !setting.isDryRun { group.addTask { [doors] in await doors.publish() } }
      await work()
      group.cancelAll()
    }
  }

  /// Works until the task is cancelled; or until nothing is under way any more, or time is over.
  ///
  /// - Parameters:
  ///   - mayAct: Whether it may still change anything; asked before each call that would.
  ///   - end: When to end at the latest, where it is to end by itself; `nil`: it is not.
  ///   - start: When to end where the cluster could not be read by then.
  ///   - progress: Told how all stands, after each turn.
  func run(
    mayAct: @escaping @Sendable () -> Bool = { true }, until end: Tick? = nil,
    readBy start: Tick? = nil,
    progress: @escaping @Sendable (UnlockPicture) -> Void = { _ in }
  ) async {
    let inbox = UnlockInbox()
    var helm = UnlockHelm(
      identity: setting.identity,
      mirror: ClusterMirror(namespaces: Set(setting.namespaces.map(\.description))),
      fixed: setting.monitors, isDryRun: setting.isDryRun, after: keepers.withLock { $0 },
      wall: doors.wall())
    // Who leads anew goes on counting, and counts nothing twice: counters are the process's.
    helm.counts = picture.counts
    let timer = TickTimer { inbox.send(.timer) }
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        group.addTask { [doors] in await doors.follow { inbox.send($0) } }
        inbox.send(.timer)
        var rings = inbox.bell.makeAsyncIterator()
        while await rings.next() != nil, let signals = inbox.takeAll() {
          let now = Tick.now()
          for deed in helm.take(signals, at: now, wall: doors.wall()) {
            carryOut(deed, inbox, mayAct, in: &group)
          }
          let picture = helm.picture
          shown.withLock { $0 = picture }
          progress(picture)
          if let end, picture.isSettled || now >= end { break }
          if let start, !picture.isSynced, now >= start { break }
          let limits = [picture.isSynced ? nil : start, end].compactMap { $0 }
          timer.set((limits + [helm.alarm(after: now)]).min() ?? now)
        }
        timer.cancel()
        let left = helm.keepers
        keepers.withLock { $0 = left }
        // A call that is out may still take effect; it was written down before it was made.
        group.cancelAll()
        if end == nil { shown.withLock { $0 = UnlockPicture(counts: $0.counts) } }
      }
    } onCancel: {
      inbox.send(.stopping)
    }
  }

  private func carryOut(
    _ deed: UnlockHelm.Deed, _ inbox: UnlockInbox, _ mayAct: @escaping @Sendable () -> Bool,
    in group: inout DiscardingTaskGroup
  ) {
    switch deed {
    case .readLog(let key, let uid, let namespace, let pod, let options):
      group.addTask { await self.readLog(key, uid, namespace, pod, options, inbox) }
    case .call(let key, let repository, let id, let call, let deadline):
      group.addTask {
        let answer: UnlockAnswer
        if call.isRead || mayAct() {
          answer = await Deadline.race(until: deadline) {
            await self.doors.carryOut(call, repository, deadline)
          } otherwise: {
            .failed("no answer came in time")
          }
        } else {
          answer = .failed("it does not lead any more")
        }
        inbox.send(.answered(key, repository, id, answer))
      }
    case .writeStatus(let key, let monitor):
      group.addTask {
        guard mayAct() else {
          return inbox.send(.statusWritten(key, .failed("it does not lead any more")))
        }
        let outcome = await Deadline.race(until: .now() + Self.statusDeadline) {
          await self.doors.writeStatus(monitor)
        } otherwise: {
          .failed("no answer came in time")
        }
        inbox.send(.statusWritten(key, outcome))
      }
    case .tell(let tale):
      log.log(tale.level, tale.message, tale.fields)
      if !setting.isDryRun { doors.announce(tale) }
    }
  }

  private func readLog(
    _ key: MonitorKey, _ uid: UID, _ namespace: String, _ pod: String, _ options: LogOptions,
    _ inbox: UnlockInbox
  ) async {
    let signal = await Deadline.race(until: .now() + Self.logDeadline) {
      () -> UnlockHelm.Signal in
      let tail: LogTail?
      do {
        tail = try await self.doors.readLog(namespace, pod, options)
      } catch {
        return .logFailed(key, uid, "\(error)")
      }
      return .log(key, uid, tail)
    } otherwise: {
      .logFailed(key, uid, "no answer came in time")
    }
    inbox.send(signal)
  }
}
