import Foundation
import Pacing

extension SeededGenerator {
  /// Whether something of this probability happens.
  mutating func chance(_ probability: Double) -> Bool {
    Double(next() >> 11) / Double(UInt64(1) << 53) < probability
  }

  /// A whole number from `range`.
  mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  /// A time between two, in milliseconds.
  mutating func time(_ range: ClosedRange<Int>) -> Duration { .milliseconds(number(range)) }
}

/// Which seeds a simulation runs.
enum Seeds {
  /// From 1 on; `MOUNTMON_SIMULATION_SEEDS` asks for another number of them,
  /// `MOUNTMON_SIMULATION_FIRST_SEED` for another beginning.
  static func upTo(_ count: UInt64) -> [UInt64] {
    let environment = ProcessInfo.processInfo.environment
    let first = environment["MOUNTMON_SIMULATION_FIRST_SEED"].flatMap(UInt64.init) ?? 1
    let count = environment["MOUNTMON_SIMULATION_SEEDS"].flatMap(UInt64.init) ?? count
    return (0..<count).map { first &+ $0 }
  }
}

extension Tick {
  /// So many seconds after the start.
  static func at(_ seconds: Double) -> Tick { .zero + .seconds(seconds) }
}
