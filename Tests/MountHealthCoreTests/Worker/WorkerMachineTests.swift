import Pacing
import Testing

@testable import MountHealthCore

private let a1 = Flight(mount: 1, sequence: 1)
private let b1 = Flight(mount: 2, sequence: 1)
private let c1 = Flight(mount: 3, sequence: 1)

@Suite struct `A worker` {
  @Test func `is started at once`() {
    var bench = WorkerBench()
    #expect(!bench.machine.isRunning)
    #expect(bench.send(.turn) == [.start])
    #expect(bench.send(.turn).isEmpty)
    #expect(bench.send(.started(pid: 1)) == [.announce(.started(pid: 1))])
    #expect(bench.machine.isRunning)
    #expect(bench.machine.restarts == 0)
    #expect(bench.machine.silentSince == nil)
    #expect(bench.wake == bench.now + .seconds(5))
  }

  @Test func `is asked for a sign of life every 5 s`() {
    var bench = WorkerBench.running()
    let effects = bench.run(for: .seconds(21)) { $0 == .ping ? .pong : nil }
    #expect(effects.map(\.effect) == [.ping, .ping, .ping, .ping])
    #expect(effects.map(\.at.tenths) == [5, 10, 15, 20])
  }

  @Test func `that reports is not asked`() {
    var bench = WorkerBench.running()
    for sequence in 0..<20 as Range<UInt32> {
      let flight = Flight(mount: 1, sequence: sequence)
      #expect(bench.run(for: .seconds(3)).isEmpty)
      #expect(bench.send(.sent([flight])).isEmpty)
      #expect(bench.send(.reported(flight)).isEmpty)
    }
  }

  @Test func `that has probes out for a moment is asked to help those that wait`() {
    var bench = WorkerBench.running()
    bench.send(.sent([a1, b1]))
    bench.send(.reported(a1))
    #expect(bench.run(for: .milliseconds(100)).map(\.effect) == [.ping])
    bench.send(.pong)
    // Once: it gave each of them a thread of its own.
    #expect(bench.run(for: .seconds(3)).isEmpty)
    bench.send(.sent([Flight(mount: 3, sequence: 1)]))
    #expect(bench.run(for: .milliseconds(100)).map(\.effect) == [.ping])
  }

  @Test func `that is silent for 3 s when asked is replaced`() {
    var bench = WorkerBench.running()
    bench.send(.sent([a1, b1]))
    #expect(bench.run(for: .milliseconds(25)).map(\.effect) == [.ping])
    bench.send(.pong)
    let heard = bench.now
    let effects = bench.run(for: .milliseconds(8050))
    #expect(effects.map(\.at.tenths) == [5, 8, 8])
    #expect(
      effects.map(\.effect) == [
        .ping, .kill(pid: 1), .announce(.replaced(pid: 1, "no sign of life for 8s")),
      ])
    #expect(!bench.machine.isRunning)
    #expect(bench.machine.silentSince == heard)
    // Its flights are over when it is gone, not before.
    #expect(
      bench.send(.exited(pid: 1, "killed by signal 9")) == [
        .lost([a1, b1], "the probe worker ended: killed by signal 9")
      ])
    #expect(bench.run(for: .milliseconds(50)).map(\.effect) == [.start])
    #expect(bench.send(.started(pid: 2)) == [.announce(.started(pid: 2))])
    #expect(bench.machine.restarts == 1)
    #expect(bench.machine.silentSince == nil)
  }

  @Test func `that reports late in its patience is given 3 s more`() {
    var bench = WorkerBench.running()
    bench.send(.sent([a1]))
    #expect(bench.run(for: .milliseconds(25)).map(\.effect) == [.ping])
    bench.send(.pong)
    #expect(bench.run(for: .seconds(7)).map(\.effect) == [.ping])
    bench.send(.reported(a1))
    #expect(bench.run(for: .milliseconds(2900)).isEmpty)
    #expect(bench.machine.isRunning)
    #expect(bench.run(for: .milliseconds(150)).map(\.effect).first == .kill(pid: 1))
  }

  @Test func `whose pipe breaks is replaced`() {
    var bench = WorkerBench.running()
    #expect(
      bench.send(.broke("its pipe was closed")) == [
        .kill(pid: 1), .announce(.replaced(pid: 1, "its pipe was closed")),
      ])
    #expect(bench.send(.broke("again")).isEmpty)
  }

  @Test func `that ends by itself is replaced, and its flights are over`() {
    var bench = WorkerBench.running()
    bench.send(.sent([b1, a1]))
    bench.send(.reported(b1))
    #expect(
      bench.send(.exited(pid: 1, "exit code 1")) == [
        .kill(pid: 1), .announce(.replaced(pid: 1, "exit code 1")),
        .lost([a1], "the probe worker ended: exit code 1"),
      ])
    #expect(bench.run(for: .milliseconds(100)).map(\.effect) == [.start])
  }

  @Test func `takes events of another for what they are`() {
    var bench = WorkerBench.running()
    #expect(bench.send(.exited(pid: 9, "x")).isEmpty)
    #expect(bench.send(.stuck(pid: 9, mounts: [])).isEmpty)
    #expect(bench.send(.started(pid: 9)).isEmpty)
    #expect(bench.send(.startFailed("x")).isEmpty)
    #expect(bench.machine.isRunning)
    bench.send(.broke("x"))
    #expect(bench.send(.pong).isEmpty)
    #expect(bench.send(.reported(a1)).isEmpty)
    #expect(bench.send(.sent([a1])).isEmpty)
    #expect(!bench.machine.isRunning)
  }
}

@Suite struct `An unkillable worker` {
  /// Worker 1, killed with three flights out, has not ended; worker 2 runs.
  private func bench() -> WorkerBench {
    var bench = WorkerBench.running()
    bench.send(.sent([a1, b1, c1]))
    bench.send(.broke("x"))
    #expect(bench.run(for: .milliseconds(500)).map(\.effect) == [.start])
    bench.send(.started(pid: 2))
    return bench
  }

  @Test func `is announced once, and does not hold up the next`() {
    var bench = bench()
    let effects = bench.run(for: .seconds(30)) { $0 == .ping ? .pong : nil }
    let announced = effects.filter { $0.effect == .announce(.unkillable(pid: 1)) }
    #expect(announced.map(\.at.tenths) == [1])
    #expect(bench.machine.isRunning)
    #expect(bench.machine.restarts == 1)
  }

  @Test func `is looked at every second as long as flights are out`() {
    var bench = bench()
    let looks = bench.run(for: .seconds(5)).filter { $0.effect == .inspect(pid: 1) }
    #expect(looks.map(\.at.tenths) == [1, 2, 3, 4, 5])
  }

  @Test func `gives up the flights on which no thread is any more`() {
    var bench = bench()
    _ = bench.run(for: .seconds(1))
    #expect(
      bench.send(.stuck(pid: 1, mounts: [2])) == [.lost([a1, c1], "the probe worker was killed")])
    #expect(bench.send(.stuck(pid: 1, mounts: [2])).isEmpty)
    #expect(
      bench.send(.exited(pid: 1, "killed by signal 9")) == [
        .lost([b1], "the probe worker ended: killed by signal 9")
      ])
  }

  @Test func `is not looked at any more when all are given up`() {
    var bench = bench()
    _ = bench.run(for: .seconds(1))
    #expect(
      bench.send(.stuck(pid: 1, mounts: [])) == [
        .lost([a1, b1, c1], "the probe worker was killed")
      ])
    let effects = bench.run(for: .seconds(20)) { $0 == .ping ? .pong : nil }
    #expect(!effects.map(\.effect).contains(.inspect(pid: 1)))
    #expect(bench.send(.exited(pid: 1, "x")).isEmpty)
  }

  @Test func `may be one of several`() {
    var bench = bench()
    bench.send(.sent([Flight(mount: 9, sequence: 1)]))
    bench.send(.broke("y"))
    _ = bench.run(for: .seconds(3))
    let lost = bench.send(.exited(pid: 2, "z"))
    #expect(lost == [.lost([Flight(mount: 9, sequence: 1)], "the probe worker ended: z")])
    #expect(bench.send(.exited(pid: 1, "z")).count == 1)
  }
}

@Suite struct `A start that fails` {
  @Test func `is tried again after pauses that double up to 30 s`() {
    var bench = WorkerBench()
    let effects = bench.run(for: .seconds(180)) { $0 == .start ? .startFailed("no") : nil }
    let starts = effects.filter { $0.effect == .start }.map(\.at)
    let pauses = zip(starts, starts.dropFirst()).map { ($1 - $0).tenths }
    #expect(
      pauses.prefix(11) == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30])
    #expect(effects.filter { $0.effect == .announce(.startFailed("no")) }.count == starts.count)
  }

  @Test func `is silence from the first on`() {
    var bench = WorkerBench()
    bench.send(.turn)
    let first = bench.now
    bench.send(.startFailed("no"))
    _ = bench.run(for: .seconds(10)) { $0 == .start ? .startFailed("no") : nil }
    #expect(bench.machine.silentSince == first)
  }

  /// No worker was started in place of another.
  @Test func `is no restart`() {
    var bench = WorkerBench()
    _ = bench.run(for: .seconds(10)) { $0 == .start ? .startFailed("no") : nil }
    #expect(bench.machine.restarts == 0)
    _ = bench.run(for: .seconds(7)) { $0 == .start ? .started(pid: 1) : nil }
    #expect(bench.machine.isRunning)
    #expect(bench.machine.restarts == 0)
  }

  @Test func `is forgotten after a worker that ran well`() {
    var bench = WorkerBench()
    _ = bench.run(for: .seconds(60)) { $0 == .start ? .startFailed("no") : nil }
    _ = bench.run(for: .seconds(61)) { effect in
      switch effect {
      case .start: .started(pid: 1)
      case .ping: .pong
      default: nil
      }
    }
    #expect(bench.machine.isRunning)
    bench.send(.exited(pid: 1, "x"))
    #expect(bench.wake == bench.now + .milliseconds(100))
  }

  @Test func `is not forgotten after one that soon ended`() {
    var bench = WorkerBench()
    var pauses: [Duration] = []
    for pid in Int32(1)...6 {
      _ = bench.run(for: bench.wake - bench.now)
      bench.send(.started(pid: pid))
      bench.send(.exited(pid: pid, "x"))
      pauses.append(bench.wake - bench.now)
    }
    #expect(pauses.map(\.tenths) == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2])
    #expect(bench.machine.restarts == 5)
  }
}
