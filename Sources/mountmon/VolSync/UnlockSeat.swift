import JSONValue
import K8sClient
import Pacing
import ResticUnlock
import TimeText

/// A monitor at work: its settings, its machines, and its status.
struct UnlockSeat {
  let key: MonitorKey
  private(set) var monitor: UnlockMonitor
  private(set) var keeper: StatusKeeper
  /// What is wrong with its settings; `nil` where nothing is.
  private(set) var fault: SettingsError?
  private var settings: Result<MonitorSettings, SettingsError>
  private var specification: JSONValue?

  /// - Parameters:
  ///   - object: The monitor, with the status that it has.
  ///   - key: Where it is.
  ///   - isDryRun: Whether nothing may be changed.
  ///   - former: Who kept its status when this process led before; `nil`: nobody.
  ///   - make: Makes the machine of a repository.
  ///   - wall: The present.
  init(
    _ object: VolSyncMonitor, _ key: MonitorKey, isDryRun: Bool, after former: StatusKeeper?,
    make: @escaping @Sendable (RepositoryIdentity, MonitorSettings) -> UnlockMachine,
    wall: Timestamp
  ) {
    self.key = key
    let read = Self.read(object, isDryRun: isDryRun)
    settings = read.result
    fault = read.fault
    monitor = UnlockMonitor(settings: read.settings, make: make)
    specification = object[value: "spec"]
    keeper = StatusKeeper(object, isWritten: key.isObject, after: former)
    keeper.change { $0.note(read.result, at: wall) }
  }

  /// Takes over an object that changed.
  ///
  /// - Returns: What the monitor wants done.
  mutating func take(
    _ object: VolSyncMonitor, isDryRun: Bool, at now: Tick, wall: Timestamp
  ) -> [UnlockMonitor.Effect] {
    let isTheirs = keeper.take(object, at: now)
    let isOld = specification == object[value: "spec"]
    if isOld, !isTheirs { return [] }
    specification = object[value: "spec"]
    let read = Self.read(object, isDryRun: isDryRun)
    settings = read.result
    fault = read.fault
    keeper.change { $0.note(read.result, at: wall) }
    return isOld ? [] : monitor.handle(.configured(read.settings), at: now, wall: wall)
  }

  mutating func handle(
    _ event: UnlockMonitor.Event, at now: Tick, wall: Timestamp
  ) -> [UnlockMonitor.Effect] {
    monitor.handle(event, at: now, wall: wall)
  }

  /// Notes something that happened.
  ///
  /// - Returns: Whether it is news, and not told again by another life.
  mutating func note(
    _ notice: UnlockNotice, of repository: RepositoryIdentity, at wall: Timestamp
  ) -> Bool {
    keeper.note(notice, of: repository, at: wall)
  }

  /// Notes how all stands, where that is known: before logs and records are read, that nothing is in the
  /// way is nothing but not known.
  mutating func note(rot: [LockRot], complaint: String?, isReady: Bool, at wall: Timestamp) {
    let isKnown = monitor.isSettled || monitor.machines.values.contains { $0.state.isInTheWay }
    let machines = monitor.machines
    let settings = settings
    keeper.change { status in
      status.note(error: complaint, at: wall)
      if complaint == nil { status.note(settings, at: wall) }
      if isReady, isKnown { status.note(machines, rot: rot, at: wall) }
    }
  }

  /// The object with the status that is to be written now; `nil` where none is.
  mutating func statusToWrite(at now: Tick) -> VolSyncMonitor? {
    key.isObject ? keeper.next(at: now) : nil
  }

  /// Whether it is worth waiting for its status to be written.
  var owesStatus: Bool { key.isObject && keeper.isAwaited }

  /// When a status may be written that had to wait.
  var statusAlarm: Tick? { key.isObject ? keeper.alarm : nil }

  /// Takes in what came of writing.
  mutating func statusWritten(_ outcome: StatusOutcome, at now: Tick) {
    keeper.written(outcome, at: now)
  }

  private struct Reading {
    var settings: MonitorSettings
    var fault: SettingsError?
    var result: Result<MonitorSettings, SettingsError>
  }

  /// With settings that are wrong nothing is done: what was meant is not known.
  private static func read(_ object: VolSyncMonitor, isDryRun: Bool) -> Reading {
    do throws(SettingsError) {
      var settings = try MonitorSettings(reading: object.json)
      settings.isDryRun = isDryRun
      return Reading(settings: settings, fault: nil, result: .success(settings))
    } catch {
      return Reading(settings: MonitorSettings(), fault: error, result: .failure(error))
    }
  }
}
