import CLinux
import Glibc
import Synchronization

/// Probes by threads of this process.
final class InProcessProber: Prober {
  private let pool: ProbePool
  private let answers: Answers
  private var backlogDue: Tick?

  /// The reports that have come in, and a descriptor that tells of them.
  private final class Answers: Sendable {
    let reports = Mutex<[(Flight, ProbeReport)]>([])
    let arrival: Int32

    init() throws(ErrorNumber) {
      arrival = try Descriptor(clinux_eventfd()).release()
    }

    deinit {
      close(arrival)
    }
  }

  init() throws(ErrorNumber) {
    let answers = try Answers()
    self.answers = answers
    pool = try ProbePool { flight, report in
      answers.reports.withLock { $0.append((flight, report)) }
      var one: UInt64 = 1
      _ = write(answers.arrival, &one, MemoryLayout<UInt64>.size)
    }
  }

  var descriptors: [(descriptor: Int32, events: Int16)] { [(answers.arrival, Int16(POLLIN))] }

  var wake: Tick { backlogDue ?? Tick(nanoseconds: .max) }

  func begin(_ orders: [ProbeOrder], at now: Tick) -> [ProberEvent] {
    pool.submit(orders)
    backlogDue = now + ProbePool.patience
    return []
  }

  func turn(at now: Tick) -> [ProberEvent] {
    if let due = backlogDue, due <= now {
      pool.relieve()
      backlogDue = pool.hasBacklog ? now + ProbePool.patience : nil
    }
    var count: UInt64 = 0
    _ = read(answers.arrival, &count, MemoryLayout<UInt64>.size)
    let reports = answers.reports.withLock { reports in
      defer { reports = [] }
      return reports
    }
    return reports.map { .answered($0, $1) }
  }

  func stop() {
    pool.stop()
  }
}
