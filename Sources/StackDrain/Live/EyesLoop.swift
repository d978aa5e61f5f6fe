import Glibc
import MountHealthCore
import Pacing

/// The loop of the eyes' thread: waits, feeds events to the machine, carries its effects out.
final class EyesLoop {
  private let eyes: PoolEyes
  private var machine: EvidenceMachine
  private var labels: EyesLabels
  private var socket: EyesSocket?
  private var wake = Tick.zero

  init(_ eyes: PoolEyes) {
    self.eyes = eyes
    labels = EyesLabels(branches: eyes.pool.branches, folder: eyes.probing.labelFolder)
    machine = EvidenceMachine(eyes.pool, interval: eyes.probing.interval, start: .now())
  }

  /// Goes round until the eyes are stopped.
  func run() {
    do throws(ErrorNumber) {
      socket = try EyesSocket()
    } catch {
      eyes.tell(.eventsUnavailable(error))
    }
    while true {
      let requests = eyes.takeRequests()
      if requests.isStopped { return }
      if requests.isWanted { feed(.wanted) }
      if requests.hasReadings { readMounts() }
      if wake <= .now() { feed(.turn) }
      wait()
    }
  }

  private func wait() {
    var polled = [pollfd(fd: eyes.bell.descriptor, events: Int16(POLLIN), revents: 0)]
    if let socket {
      polled.append(pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0))
    }
    // Rounded up: waking a moment too early would only mean to sleep again.
    let nanoseconds = (wake - .now()).clampedNanoseconds
    let milliseconds = max(0, min(nanoseconds, Int64(Int32.max) * 1_000_000) + 999_999) / 1_000_000
    guard poll(&polled, nfds_t(polled.count), Int32(clamping: milliseconds)) > 0 else { return }
    eyes.bell.silence()
    if polled.count > 1, polled[1].revents != 0 { readEvents() }
  }

  private func readEvents() {
    for reading in socket?.read() ?? [] {
      switch reading {
      case .event(let event):
        feed(.kernel(event))
      case .lost:
        eyes.tell(.eventsLost)
        feed(.eventsLost)
      case .failed(let error):
        socket = nil
        eyes.tell(.eventsUnavailable(error))
        feed(.eventsLost)
      }
    }
  }

  private func feed(_ event: EvidenceMachine.Event) {
    for effect in machine.handle(event, at: .now()) {
      switch effect {
      case .look: eyes.monitor.lookNow()
      case .readLabels: readLabels()
      case .readMounts: readMounts()
      case .publish(let evidence): eyes.publish(evidence)
      case .wake(let tick): wake = tick
      }
    }
  }

  private func readLabels() {
    var mounted: [MountPath: DeviceNumber?] = [:]
    for status in eyes.monitor.statuses() {
      guard let isMountPoint = status.isMountPoint else { continue }
      mounted[status.mount.path] = .some(isMountPoint ? status.entry?.device : nil)
    }
    let doubted = labels.doubtful
    let reading = labels.read(mounted: mounted)
    for label in labels.doubtful.subtracting(doubted).sorted() { eyes.tell(.labelUnknown(label)) }
    eyes.note(reading)
    feed(.labels(reading))
  }

  private func readMounts() {
    let (statuses, table) = eyes.monitor.statusesAndTable()
    let fault: String?
    if let error = eyes.monitor.signsOfLife.tableFault {
      fault = "read /proc/self/mountinfo: \(error)"
    } else {
      fault = table.entries.isEmpty ? "the mount table was not read yet" : nil
    }
    feed(.mounts(statuses, tableFault: fault))
  }
}
