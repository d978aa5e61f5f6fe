import Pacing
import StackDrain

@testable import MountHealthCore

/// A small stack: two containers on the pool, one that is not, and a client.
struct ToyStack: Sendable {
  var running: Set<String> = ["db", "plex", "komga"]
  var paused: Set<String> = ["b"]
  var life = 1
  /// Targets whose calls are not answered.
  var mute: Set<String> = []
  /// Why the container engine cannot be asked.
  var engineFault: String?
  /// How often it was looked at as a whole.
  var surveys = 0
  /// What is asked of it, in order.
  var calls: [String] = []

  static let names = ["db", "komga", "plex"]
  static let torrents: Set<String> = ["a", "b"]

  static var description: StackDescription {
    var users = PoolUsers(paths: [])
    users.labels = ["test.uses": nil]
    return StackDescription(
      clients: [ClientDescription(target(.client, "transmission"), role: .download)], users: users)
  }

  static func target(_ kind: Target.Kind, _ name: String) -> Target {
    Target(kind, name) ?? .stack
  }

  /// Whether it is as it was at first.
  var isWhole: Bool { running == ["db", "plex", "komga"] && paused == ["b"] }
  /// Whether nothing of it uses the pool.
  var isOff: Bool { running == ["komga"] && paused == Self.torrents }

  private var snapshot: StackSnapshot {
    StackSnapshot(
      containers: Self.names.map { name in
        ContainerSnapshot(
          name: name, state: running.contains(name) ? .running : .exited,
          labels: name == "komga"
            ? [:]
            : ["test.uses": "1", ContainerSnapshot.dependsOnLabel: name == "plex" ? "db" : ""],
          startedAt: "life \(life)", showsDeadMount: false)
      }, clients: [Self.target(.client, "transmission"): client])
  }

  private var client: TargetState {
    TargetState(
      running: Self.torrents.subtracting(paused), idle: paused, instance: "life \(life)")
  }

  /// What a call comes to; `nil`: no answer.
  mutating func answer(_ call: Call) -> Answer? {
    switch call {
    case .survey, .measure: break
    case .look(let target), .pause(let target, _), .resume(let target, _), .stop(let target, _),
      .kill(let target), .start(let target), .restart(let target, _), .launch(let target),
      .retire(let target):
      if case .look = call {} else { calls.append("\(call.verb) \(target.name)") }
      if mute.contains(target.name) { return nil }
    }
    switch call {
    case .survey:
      surveys += 1
      return engineFault.map { .surveyed(StackSnapshot(complaints: [$0])) } ?? .surveyed(snapshot)
    case .measure: return .traffic(PoolTraffic(requests: 0, bytesPerSecond: 0))
    case .look(let target):
      return .state(target.kind == .client ? client : .whole(runs: running.contains(target.name)))
    case .pause(_, let units): paused.formUnion(units)
    case .resume(_, let units): paused.subtract(units)
    case .stop(let target, _), .kill(let target): running.remove(target.name)
    case .start(let target), .restart(let target, _): running.insert(target.name)
    case .launch, .retire: break
    }
    return .taken
  }
}

extension Call {
  fileprivate var verb: String {
    switch self {
    case .survey: "survey"
    case .look: "look"
    case .pause: "pause"
    case .resume: "resume"
    case .stop: "stop"
    case .kill: "kill"
    case .start: "start"
    case .restart: "restart"
    case .launch: "launch"
    case .retire: "retire"
    case .measure: "measure"
    }
  }
}

extension PoolDescription {
  static func toy() throws -> PoolDescription {
    PoolDescription(
      path: try MountPath("/mnt/pool"),
      branches: [
        BranchDescription(label: "Fast_4TB_1", path: try MountPath("/mnt/Fast_4TB_1")),
        BranchDescription(label: "Fast_8TB_3", path: try MountPath("/mnt/Fast_8TB_3")),
      ], minimumBranches: 1)
  }
}

extension PoolJudgement {
  static let well = PoolJudgement(
    state: .healthy, remarks: ["Fast_8TB_3: not attached"],
    branches: [
      BranchJudgement(label: "Fast_4TB_1", state: .usable),
      BranchJudgement(
        label: "Fast_8TB_3", state: .detached, explanation: "Fast_8TB_3: not attached"),
    ], mountID: 7)
  static let gone = PoolJudgement(
    state: .unmounted, peril: .lost, reasons: ["/mnt/pool: not mounted"],
    branches: [
      BranchJudgement(label: "Fast_4TB_1", state: .detached, explanation: "not attached"),
      BranchJudgement(label: "Fast_8TB_3", state: .detached, explanation: "not attached"),
    ])
}
