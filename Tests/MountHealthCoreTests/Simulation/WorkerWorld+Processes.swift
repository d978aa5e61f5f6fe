import SimulationKit

@testable import MountHealthCore

// What befalls the worker processes and the probes in their threads.
extension WorkerWorld {
  /// Hands flights to the worker that runs: each gets a thread.
  func hand(_ flights: [Flight]) {
    guard let worker = workers.running.first else { return fail("probes for no worker") }
    for flight in flights {
      if workers.isBusy(flight.mount) { fail("a second thread goes to mount \(flight.mount)") }
      out[flight] = worker.pid
      workers.update(worker.pid) {
        $0.threads[flight.mount] = flight
        if hanging[flight.mount] == false { $0.unkillable.insert(flight.mount) }
      }
      if hanging[flight.mount] == nil {
        plan(.finished(worker.pid, flight), in: random.time(0...2_000))
      }
    }
    if workers.threadCount > Int(mounts) { fail("\(workers.threadCount) threads are on mounts") }
    feed(.sent(flights))
  }

  /// A thread is through with its probe. What it says is heard only while its worker is.
  func finish(_ flight: Flight, of pid: Int32) {
    guard let process = workers.processes[pid], process.threads[flight.mount] == flight else {
      return
    }
    if process.isSilent, !process.isKilled { return plan(.finished(pid, flight), in: .seconds(1)) }
    workers.update(pid) {
      $0.threads[flight.mount] = nil
      $0.unkillable.remove(flight.mount)
    }
    if process.isKilled {
      // Mostly its pipe is closed; the last words may still be read.
      if random.chance(0.1), out[flight] != nil { report(flight) }
      endSoon(pid)
    } else {
      report(flight)
    }
  }

  private func report(_ flight: Flight) {
    if over.contains(flight) { fail("\(flight.text) is reported after its end") }
    out[flight] = nil
    end(flight)
    feed(.reported(flight))
    tell(flight, isLost: false)
  }

  /// The machine says that a flight is over without an answer.
  func lose(_ flight: Flight) {
    if over.contains(flight) { fail("\(flight.text) is lost after its end") }
    if out[flight] == nil { fail("\(flight.text) is lost and was never handed in") }
    for process in workers.processes.values where process.threads[flight.mount] == flight {
      fail("\(flight.text) is lost, process \(process.pid) is still at it")
    }
    out[flight] = nil
    end(flight)
    tell(flight, isLost: true)
  }

  private func end(_ flight: Flight) {
    over.insert(flight)
    past.append(flight)
    if past.count > 30 { past.removeFirst() }
  }

  func kill(_ pid: Int32) {
    workers.update(pid) { process in
      process.isKilled = true
      process.threads = process.threads.filter { process.unkillable.contains($0.key) }
    }
    endSoon(pid)
  }

  /// A killed process without unkillable threads is gone in a moment; mostly.
  func endSoon(_ pid: Int32) {
    guard workers.processes[pid]?.canEnd == true else { return }
    plan(.exited(pid, 0), in: random.chance(0.9) ? random.time(0...50) : random.time(0...4_000))
  }

  func end(_ pid: Int32, _ code: Int) {
    guard workers.processes[pid] != nil else { return }
    workers.reap(pid)
    feed(.exited(pid: pid, "code \(code)"))
    if random.chance(0.1) { feed(.exited(pid: pid, "told twice")) }
  }

  /// A worker dies by itself, falls silent, breaks its pipe; starts begin or cease to fail.
  func makeTrouble() {
    guard !isCalm else { return }
    plan(.trouble, in: random.chance(0.3) ? random.time(1...3_000) : random.time(3_000...90_000))
    guard let worker = workers.running.first else {
      startsFail = random.chance(0.3)
      return
    }
    switch random.number(0...4) {
    case 0 where worker.unkillable.isEmpty:
      end(worker.pid, 1)
    case 1, 2:
      workers.update(worker.pid) { $0.isSilent = true }
      journal.note("   \(worker.pid) falls silent", at: now)
    case 3:
      feed(.broke("nonsense"))
    default:
      startsFail.toggle()
    }
  }

  func changeWeather(of mount: UInt32) {
    guard !isCalm else { return }
    if hanging[mount] == nil {
      hanging[mount] = random.chance(0.5)
      plan(.weather(mount), in: random.time(100...100_000))
    } else {
      heal(mount)
      plan(.weather(mount), in: random.time(1_000...100_000))
    }
  }

  /// A mount answers again, and frees whoever waits for it.
  func heal(_ mount: UInt32) {
    hanging[mount] = nil
    for process in workers.processes.values.sorted(by: { $0.pid < $1.pid }) {
      if let flight = process.threads[mount] {
        plan(.finished(process.pid, flight), in: random.time(0...20))
      }
    }
  }
}
