import JSONValue
import K8sClient
import Pacing
import ResticUnlock
import TimeText

/// A monitor at work: its settings, its machines, and its status as it stands and as it should.
struct UnlockSeat {
  let key: MonitorKey
  private(set) var monitor: UnlockMonitor
  private(set) var status: MonitorStatus
  /// What is wrong with its settings; `nil` where nothing is.
  private(set) var fault: SettingsError?
  private var generation: JSONValue?
  /// The status that the server has.
  private var written: JSONValue?
  private var isWriting = false
  private var failures = 0
  private var calmUntil = Tick.zero

  /// How long a change of the status waits for others.
  static let statusPause = Duration.milliseconds(500)

  /// - Parameters:
  ///   - object: The monitor, with the status that it has.
  ///   - key: Where it is.
  ///   - isDryRun: Whether nothing may be changed.
  ///   - make: Makes the machine of a repository.
  ///   - wall: The present.
  init(
    _ object: VolSyncMonitor, _ key: MonitorKey, isDryRun: Bool,
    make: @escaping @Sendable (RepositoryIdentity, MonitorSettings) -> UnlockMachine,
    wall: Timestamp
  ) {
    self.key = key
    let read = Self.settings(of: object, isDryRun: isDryRun)
    fault = read.fault
    monitor = UnlockMonitor(settings: read.settings, make: make)
    status = MonitorStatus(object)
    written = object[value: "status"]
    generation = object[value: "spec"]
    status.note(read.result, at: wall)
  }

  /// Takes over an object that changed.
  ///
  /// - Returns: What the monitor wants done.
  mutating func take(
    _ object: VolSyncMonitor, isDryRun: Bool, at now: Tick, wall: Timestamp
  ) -> [UnlockMonitor.Effect] {
    written = object[value: "status"]
    status.take(object)
    guard generation != object[value: "spec"] else { return [] }
    generation = object[value: "spec"]
    let read = Self.settings(of: object, isDryRun: isDryRun)
    fault = read.fault
    status.note(read.result, at: wall)
    return monitor.handle(.configured(read.settings), at: now, wall: wall)
  }

  mutating func handle(
    _ event: UnlockMonitor.Event, at now: Tick, wall: Timestamp
  ) -> [UnlockMonitor.Effect] {
    monitor.handle(event, at: now, wall: wall)
  }

  /// Notes something that happened.
  ///
  /// - Returns: Whether it is news, and not told again by another life.
  mutating func note(_ notice: UnlockNotice, at wall: Timestamp) -> Bool {
    let before = status
    status.note(notice, at: wall)
    if case .changed = notice { return true }
    return status != before
  }

  /// Notes how all stands.
  mutating func note(rot: [LockRot], complaint: String?, at wall: Timestamp) {
    status.note(error: complaint, at: wall)
    status.note(monitor.machines, rot: rot, at: wall)
  }

  /// The object with the status that is to be written now; `nil` where none is.
  mutating func statusToWrite(at now: Tick) -> VolSyncMonitor? {
    guard key.isObject, !isWriting, status.monitor[value: "status"] != written, now >= calmUntil
    else { return nil }
    isWriting = true
    return status.monitor
  }

  /// Whether a status waits to be written.
  var owesStatus: Bool {
    key.isObject && (isWriting || status.monitor[value: "status"] != written)
  }

  /// When a status may be written that had to wait.
  var statusAlarm: Tick? { owesStatus && !isWriting ? calmUntil : nil }

  /// Takes in what came of writing.
  mutating func statusWritten(_ outcome: StatusOutcome, at now: Tick) {
    isWriting = false
    switch outcome {
    case .written(let object):
      failures = 0
      calmUntil = now + Self.statusPause
      written = object[value: "status"]
      status.take(object)
    case .conflict, .failed:
      // The object as it is now comes by its watch.
      failures += 1
      calmUntil = now + Backoff(initial: .seconds(1), maximum: .seconds(60)).limit(after: failures)
    case .gone:
      calmUntil = now + .seconds(60)
    }
  }

  private struct Reading {
    var settings: MonitorSettings
    var fault: SettingsError?
    var result: Result<MonitorSettings, SettingsError>
  }

  /// With settings that are wrong nothing is done: what was meant is not known.
  private static func settings(of object: VolSyncMonitor, isDryRun: Bool) -> Reading {
    do throws(SettingsError) {
      var settings = try MonitorSettings(reading: object.json)
      settings.isDryRun = isDryRun
      return Reading(settings: settings, fault: nil, result: .success(settings))
    } catch {
      return Reading(settings: MonitorSettings(), fault: error, result: .failure(error))
    }
  }
}

/// What came of writing a status.
enum StatusOutcome: Sendable {
  /// It is written; the object as it is now.
  case written(VolSyncMonitor)
  /// The object is another one by now.
  case conflict
  /// It is not there any more.
  case gone
  /// It failed; why.
  case failed(String)
}
