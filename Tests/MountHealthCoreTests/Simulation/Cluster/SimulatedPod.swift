import Pacing

@testable import MountHealthCore

/// A pod as it truly is.
final class SimulatedPod {
  let name: String
  let uid: String
  let created: Tick
  /// How far its node's idea of the server's clock is off.
  let clockError: Duration
  var mounts: [SimulatedMount]
  /// The process of the sidecar, while one runs.
  var process: Int?
  /// Whether its containers never start.
  var isBroken = false
  var isTerminating = false
  /// Whether all of its mounts were good at one time.
  var wasReady = false

  init(
    name: String, uid: String, created: Tick, clockError: Duration, mounts: [SimulatedMount]
  ) {
    self.name = name
    self.uid = uid
    self.created = created
    self.clockError = clockError
    self.mounts = mounts
  }

  /// Whether a restart is no longer needed, or not to be had.
  var isWell: Bool { isTerminating || isBroken || mounts.allSatisfy { $0.badSince == nil } }
}

/// A mount of a pod as it truly is, and what the process's health machine makes of it.
struct SimulatedMount {
  let path: MountPath
  /// Since when it is bad; `nil`: it is good.
  var badSince: Tick?
  /// Whether it is good again by itself once the provider is.
  var mendsWithProvider = false
  var need: MountNeed

  init(_ path: MountPath, repair: RepairPlan?) {
    self.path = path
    need = MountNeed(
      label: "\(path)", path: path, health: .unknown, wasEverHealthy: false, repair: repair)
  }

  /// A new process knows nothing.
  mutating func forget() {
    need.health = .unknown
    need.wantsRemedy = false
    need.failureCount = 0
    need.unhealthySince = nil
    need.wasEverHealthy = false
  }

  /// One round of probes: three bad ones in a row are confirmed.
  mutating func look(at now: Tick, inGrace: Bool) {
    guard badSince != nil else {
      need.health = .healthy
      need.wantsRemedy = false
      need.failureCount = 0
      need.unhealthySince = nil
      need.wasEverHealthy = true
      return
    }
    if inGrace, !need.wasEverHealthy { return }
    need.failureCount += 1
    if need.failureCount >= 3 {
      if need.health != .unhealthy { need.unhealthySince = now }
      need.health = .unhealthy
      need.wantsRemedy = true
    } else {
      need.health = .degraded
    }
  }
}

/// A process of the sidecar.
final class SimulatedProcess {
  let number: Int
  let pod: SimulatedPod
  var machine: RestartMachine
  let began: Tick
  var alarm = 0
  var hasAnnounced = false
  var hasSaidWhy = false
  var upstream: (isUp: Bool, at: Tick)?
  var frozenUntil: Tick?
  var waiting: [RestartMachine.Event] = []
  var isStopping = false
  /// How many calls it made in the current minute.
  var calls = 0
  var minute: Int64 = 0

  init(number: Int, pod: SimulatedPod, machine: RestartMachine, began: Tick) {
    self.number = number
    self.pod = pod
    self.machine = machine
    self.began = began
  }

  var name: String { "\(pod.name)/\(pod.uid)#\(number)" }
}
