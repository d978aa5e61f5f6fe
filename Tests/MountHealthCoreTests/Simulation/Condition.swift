import Pacing
import SimulationKit

@testable import MountHealthCore

/// How a mount of a simulated world truly is, apart from what is mounted there.
enum Condition: Hashable {
  /// It answers in time.
  case good
  /// It answers later than it should and earlier than it must.
  case slow
  /// It answers everything, later than it must.
  case late
  /// A system call fails.
  case failing(ProbeStep, Int32)
  /// It does not answer before this ends; SIGKILL does or does not free those who wait.
  case hung(isKillable: Bool)
  /// The canary is not there.
  case canaryMissing
  /// The canary is shorter than its size.
  case canaryShort
  /// The canary holds something else.
  case canaryWrong
  /// The directory has too few entries.
  case empty
  /// It can only be read.
  case readOnly
  /// There is no space left.
  case full
  /// We are not let in: not even to see which mount it is, or only at the canary.
  case barred(atTheDoor: Bool)

  /// What a mount that stays like this comes to.
  var weight: Verdict.Weight {
    switch self {
    case .good: .good
    case .slow, .full, .barred: .limited
    case .late, .failing, .hung, .canaryMissing, .canaryShort, .canaryWrong, .empty, .readOnly: .bad
    }
  }

  /// Whether a probe gets far enough to see which mount it is on.
  var showsPlace: Bool {
    switch self {
    case .failing(let step, _): step != .resolve && step != .attributes
    case .barred(let atTheDoor): !atTheDoor
    default: true
    }
  }

  /// What a probe finds.
  var finding: ProbeFinding {
    switch self {
    case .good, .slow, .late, .hung: .seen(bytes: 3)
    case .failing(let step, let error): .failed(step, ErrorNumber(rawValue: error))
    case .canaryMissing: .failed(.lookup, .noEntry)
    case .canaryShort: .short(read: 0, size: 3)
    case .canaryWrong: .unexpected("not the canary")
    case .empty: .fewEntries(0)
    case .readOnly: .failed(.write, .readOnlySystem)
    case .full: .lowSpace(free: 1, total: 100)
    case .barred(let atTheDoor): .failed(atTheDoor ? .resolve : .open, .accessDenied)
    }
  }

  /// How long a probe of `mount` takes; `nil` for ever.
  func latency(of mount: Mount, using random: inout SeededGenerator) -> Duration? {
    let limit = mount.slowAfter ?? mount.timeout
    switch self {
    case .hung:
      return nil
    case .slow:
      return limit + (mount.timeout - limit) / 2 + .microseconds(1)
    case .late:
      return mount.timeout + random.time(1...5000)
    default:
      // Mostly at once, now and then only just in time.
      return random.chance(0.9)
        ? min(random.time(0...40), limit) : limit * random.number(1...99) / 100
    }
  }

  /// Any but `good`.
  static func bad(using random: inout SeededGenerator) -> Condition {
    switch random.number(0...14) {
    case 0: .slow
    case 1: .late
    case 2: .failing(.attributes, random.pick([5, 19, 103, 107, 112, 116, 121]))
    case 3: .failing(.read, random.pick([5, 6, 110, 113, 117]))
    case 4: .failing(.resolve, random.pick([2, 20, 40, 107]))
    case 5, 6: .hung(isKillable: true)
    case 7: .hung(isKillable: false)
    case 8: .canaryMissing
    case 9: .canaryShort
    case 10: .canaryWrong
    case 11: .empty
    case 12: .readOnly
    case 13: .full
    default: .barred(atTheDoor: random.chance(0.5))
    }
  }
}
