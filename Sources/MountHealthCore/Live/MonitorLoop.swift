import Glibc
import Pacing

/// The loop of a monitor's thread: waits, feeds events to the engine, carries its effects out.
final class MonitorLoop {
  private let monitor: MountMonitor
  private let prober: any Prober
  private let table: MountTableFile
  private var engineWake = Tick.zero
  private var ready: [Int32] = []
  // As the engine was told.
  private var proberIsSilent = false

  /// How long the loop sleeps at the most: its turns are the monitor's sign of life.
  static let longestSleep = Duration.seconds(5)

  init(_ monitor: MountMonitor, _ choice: ProberChoice) throws(ErrorNumber) {
    self.monitor = monitor
    table = try MountTableFile()
    prober =
      switch choice {
      case .inProcess: try InProcessProber()
      case .worker(let command): WorkerProber(command: command, start: .now())
      }
  }

  /// Goes round until the monitor is stopped.
  func run() throws(ErrorNumber) {
    defer { prober.stop() }
    // The worker first, so that the first orders find it.
    carryOut(prober.turn(at: .now(), ready: []))
    while true {
      let requests = monitor.takeRequests()
      if requests.isStopped { return }
      let now = Tick.now()
      if let mounts = requests.mounts { feed(.configured(mounts), at: now) }
      if requests.isWanted { feed(.wanted, at: now) }
      if let due = table.readDue, due <= now { readTable(at: now) }
      carryOut(prober.turn(at: now, ready: ready))
      // Answers came in since `now`, and the engine's clock never goes back.
      listenForSilence(at: .now())
      if engineWake <= now { feed(.turn, at: .now()) }
      monitor.showLife(at: now, worker: (prober as? WorkerProber)?.machine)
      try wait()
    }
  }

  /// Silence matters when a judgement is due; its end matters at once.
  private func listenForSilence(at now: Tick) {
    guard engineWake <= now || proberIsSilent, prober.isSilent != proberIsSilent else { return }
    proberIsSilent.toggle()
    feed(.proberIsSilent(proberIsSilent), at: now)
  }

  private func wait() throws(ErrorNumber) {
    var descriptors = prober.descriptors
    descriptors.append((monitor.wakeupDescriptor, Int16(POLLIN)))
    // A change that waits to be read is not waited for again.
    if table.readDue == nil { descriptors.append((table.descriptor, Int16(POLLPRI))) }
    var polled = descriptors.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
    let now = Tick.now()
    let due = min(engineWake, prober.wake, table.readDue ?? engineWake, now + Self.longestSleep)
    // Rounded up: waking a moment too early would only mean to sleep again.
    let milliseconds = max(0, (due.nanoseconds - now.nanoseconds + 999_999) / 1_000_000)
    let count = poll(&polled, nfds_t(polled.count), Int32(milliseconds))
    guard count >= 0 || errno == EINTR else { throw currentError }
    ready.removeAll(keepingCapacity: true)
    // Interrupted (the process was stopped and goes on): nobody knows what has come meanwhile.
    if count < 0 { ready += prober.descriptors.map(\.descriptor) }
    guard count > 0 else { return }
    for entry in polled where entry.revents != 0 {
      switch entry.fd {
      case table.descriptor:
        table.changed()
      case monitor.wakeupDescriptor:
        var value: UInt64 = 0
        _ = read(entry.fd, &value, MemoryLayout<UInt64>.size)
      default:
        ready.append(entry.fd)
      }
    }
  }

  private func readTable(at now: Tick) {
    do {
      feed(.table(try table.read(at: now)), at: now)
      monitor.noteTableFault(nil)
    } catch {
      monitor.noteTableFault(error)
      monitor.tell(.tableUnreadable(error))
      table.failed(at: now)
    }
    monitor.tellOfReadings()
  }

  private func carryOut(_ events: [ProberEvent]) {
    var answers: [ProbeEngine.Event] = []
    var hasDetails = false
    for event in events {
      switch event {
      case .answered(let flight, let report):
        answers.append(.answered(flight, report))
        hasDetails = hasDetails || report.details != nil
      case .worker(let change): monitor.tell(.worker(change))
      }
    }
    if !answers.isEmpty { feed(answers, at: .now()) }
    if hasDetails { monitor.tellOfReadings() }
  }

  private func feed(_ event: ProbeEngine.Event, at now: Tick) {
    feed([event], at: now)
  }

  private func feed(_ events: [ProbeEngine.Event], at now: Tick) {
    var orders: [ProbeOrder] = []
    var queues: [(mount: UInt32, connection: UInt32)] = []
    for effect in monitor.handle(events, at: now) {
      switch effect {
      case .probe(let order): orders.append(order)
      case .announce(let change): monitor.tell(.change(change))
      case .readTable: table.changed()
      case .readFuseQueue(let mount, let connection): queues.append((mount, connection))
      case .wake(let tick): engineWake = tick
      }
    }
    for queue in queues {
      if let waiting = MountTableFile.fuseWaiting(connection: queue.connection) {
        feed(.fuseQueue(mount: queue.mount, waiting: waiting), at: now)
      }
    }
    if !orders.isEmpty { carryOut(prober.begin(orders, at: now)) }
  }
}
