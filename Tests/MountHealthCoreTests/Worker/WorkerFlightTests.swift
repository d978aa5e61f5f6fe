import Pacing
import Testing

@testable import MountHealthCore

@Suite struct `A worker's flights` {
  /// Any order of events: no flight is given up twice, and in the end none is forgotten.
  @Test(arguments: 0..<20) func `are each over once`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var bench = WorkerBench()
    var alive: Int32?
    var nextPid: Int32 = 1
    var dying: Set<Int32> = []
    var out: Set<Flight> = []
    var sequence: UInt32 = 0

    func follow(_ effects: [WorkerMachine.Effect]) {
      for effect in effects {
        switch effect {
        case .start:
          alive = nextPid
          nextPid += 1
        case .kill(let pid):
          if alive == pid { alive = nil }
          dying.insert(pid)
        case .lost(let flights, _):
          for flight in flights {
            #expect(out.remove(flight) != nil, "seed \(seed): \(flight) is over twice")
          }
        default: break
        }
      }
    }
    for step in 0..<600 {
      _ = bench.run(for: .milliseconds(Int.random(in: 0..<900, using: &generator))) {
        follow([$0])
        return $0 == .start ? alive.map { .started(pid: $0) } : nil
      }
      let choice = step < 500 ? Int.random(in: 0..<7, using: &generator) : 5
      switch choice {
      case 0,
        1 where bench.machine.isRunning:
        sequence += 1
        let flight = Flight(mount: UInt32.random(in: 0..<5, using: &generator), sequence: sequence)
        guard bench.machine.isRunning else { continue }
        out.insert(flight)
        follow(bench.send(.sent([flight])))
      case 2:
        guard bench.machine.isRunning, let flight = out.sorted().last else { continue }
        // Only a flight of the worker that runs can be reported by it.
        if flight.sequence == sequence, dying.isEmpty {
          out.remove(flight)
          follow(bench.send(.reported(flight)))
        }
      case 3: follow(bench.send(.pong))
      case 4: follow(bench.send(.broke("x")))
      case 5:
        if let pid = dying.popFirst() { follow(bench.send(.exited(pid: pid, "gone"))) }
        if step >= 500, let pid = alive, bench.machine.isRunning {
          follow(bench.send(.exited(pid: pid, "gone")))
          dying.remove(pid)
        }
      default:
        if let pid = dying.first {
          follow(
            bench.send(.stuck(pid: pid, mounts: [UInt32.random(in: 0..<5, using: &generator)])))
        }
      }
    }
    #expect(out.isEmpty, "seed \(seed): \(out.count) flights are forgotten")
  }
}
