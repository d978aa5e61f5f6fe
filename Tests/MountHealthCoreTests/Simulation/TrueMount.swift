import Pacing
import SimulationKit

@testable import MountHealthCore

/// A path of a simulated world: what is mounted there, how it does, and when that changes.
struct TrueMount {
  let path: MountPath
  /// The path without links, as mountinfo and the kernel name it.
  let realPath: String
  var condition = Condition.good
  /// What is mounted there, the topmost last.
  var stack: [MountEntry]
  /// What is mounted there when all is well.
  var identity: MountIdentity
  let habit: Habit

  /// How a mount's days go.
  enum Habit: Hashable {
    /// Good for long times, bad now and then.
    case steady
    /// Good and bad in turns, each for about this long.
    case flapping(Duration)
    /// A new trouble whenever the last one is over.
    case wretched
  }

  init(number: Int, id: UInt64, using random: inout SeededGenerator) throws {
    path = try MountPath("/watched/\(number)")
    realPath = random.chance(0.2) ? "/real/\(number)" : path.description
    identity = MountIdentity(
      fsType: random.pick(["fuse.rclone", "nfs4", "ext4"]), source: "source-\(number)", root: "/")
    stack = []
    habit =
      switch random.number(0...4) {
      case 0: .wretched
      case 1, 2: .flapping(random.time(500...120_000))
      default: .steady
      }
    mount(identity, id: id)
  }

  /// Mounts something on top of what is there.
  mutating func mount(_ identity: MountIdentity, id: UInt64) {
    stack.append(
      MountEntry(
        id: id, parentID: stack.last?.id ?? 1, deviceMajor: 0, deviceMinor: UInt32(id),
        root: identity.root, isRootDeleted: false, mountPoint: realPath, options: ["rw"],
        propagation: .shared, fsType: identity.fsType, source: identity.source, superOptions: []))
  }

  /// Where a probe that begins now would end up.
  var sighting: MountSighting {
    MountSighting(path: realPath, mountID: stack.last?.id ?? 1)
  }

  /// How long the present condition lasts.
  func lasting(using random: inout SeededGenerator) -> Duration {
    switch (habit, condition) {
    case (.steady, .good): random.time(60_000...1_200_000)
    case (.steady, _): random.time(500...200_000)
    case (.flapping(let period), _): period + random.time(0...200)
    case (.wretched, .good): random.time(10...5_000)
    case (.wretched, _): random.time(500...60_000)
    }
  }

  /// A requirement that is met while all is well.
  func requirement(using random: inout SeededGenerator) -> MountRequirement {
    switch random.number(0...5) {
    case 0: .none
    case 1: .mountPoint
    case 2: .matching(fsType: identity.fsType, source: nil)
    case 3: .matching(fsType: nil, source: identity.source)
    default: .remembered
    }
  }

  /// A configuration of this mount.
  func configuration(using random: inout SeededGenerator) throws -> Mount {
    let timeout = random.time(100...6_000)
    return Mount(
      path: path,
      probe: random.chance(0.3)
        ? Probe(.directory) : Probe(.canary(try CanaryPath(random.pick([".canary", "here"])))),
      requirement: requirement(using: &random),
      interval: random.chance(0.3) ? random.time(1_000...5_000) : random.time(1_000...60_000),
      timeout: timeout,
      slowAfter: random.chance(0.5) ? timeout / random.number(2...5) : nil,
      policy: HealthPolicy(
        failureThreshold: random.number(1...5), successThreshold: random.number(1...3),
        startupGrace: random.chance(0.5) ? .zero : random.time(1...90_000),
        flapWindow: random.chance(0.3) ? .zero : random.time(1_000...400_000)))
  }
}
