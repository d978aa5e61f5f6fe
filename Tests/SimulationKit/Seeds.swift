import Glibc
package import Pacing

/// Which seeds a simulation runs, and how one of them is run again.
package enum Seeds {
  /// 200 of them.
  package static var all: [UInt64] { upTo(200) }

  /// So many from 1 on; `MOUNTMON_SIMULATION_SEEDS` asks for another number of them,
  /// `MOUNTMON_SIMULATION_FIRST_SEED` for another beginning.
  package static func upTo(_ count: UInt64) -> [UInt64] {
    let first = number("MOUNTMON_SIMULATION_FIRST_SEED") ?? 1
    let count = number("MOUNTMON_SIMULATION_SEEDS") ?? count
    return (0..<count).map { first &+ $0 }
  }

  /// The command that runs one seed alone.
  package static func replay(of seed: UInt64) -> String {
    "MOUNTMON_SIMULATION_FIRST_SEED=\(seed) MOUNTMON_SIMULATION_SEEDS=1 "
      + "swift test --filter Simulation"
  }

  private static func number(_ variable: String) -> UInt64? {
    getenv(variable).flatMap { UInt64(String(cString: $0)) }
  }
}

extension SeededGenerator {
  /// Whether something of this probability happens.
  package mutating func chance(_ probability: Double) -> Bool {
    Double(next() >> 11) / Double(UInt64(1) << 53) < probability
  }

  /// A whole number from `range`.
  package mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  /// A time between two, in milliseconds.
  package mutating func time(_ range: ClosedRange<Int>) -> Duration {
    .milliseconds(number(range))
  }

  /// One of these.
  package mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[number(0...choices.count - 1)]
  }
}

/// The last things that happened in a world, told only when something went wrong.
package struct Journal<Entry> {
  private var entries: [(tick: Tick, entry: Entry)] = []
  private var next = 0

  package init() {}

  /// How many are kept.
  package static var capacity: Int { 40 }

  package mutating func note(_ entry: Entry, at tick: Tick) {
    if entries.count < Self.capacity {
      entries.append((tick, entry))
    } else {
      entries[next] = (tick, entry)
      next = (next + 1) % Self.capacity
    }
  }

  /// One line for each, oldest first.
  package func text(_ text: (Entry) -> String) -> String {
    (entries[next...] + entries[..<next]).map { tick, entry in
      "  \(Double(tick.nanoseconds) / 1e9) s  \(text(entry))"
    }.joined(separator: "\n")
  }
}

/// What is going to happen, soonest first; of two at the same tick, the one planned first.
package struct Agenda<Item> {
  private var heap: [(tick: Tick, order: Int, item: Item)] = []
  private var planned = 0

  package init() {}

  package var isEmpty: Bool { heap.isEmpty }
  package var nextTick: Tick? { heap.first?.tick }

  package mutating func plan(_ item: Item, at tick: Tick) {
    planned += 1
    heap.append((tick, planned, item))
    var child = heap.count - 1
    while child > 0, isBefore(child, (child - 1) / 2) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  package mutating func next() -> (tick: Tick, item: Item)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return (first.tick, first.item) }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if isBefore(child, least) { least = child }
      }
      guard least != parent else { return (first.tick, first.item) }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (heap[left].tick, heap[left].order) < (heap[right].tick, heap[right].order)
  }
}
