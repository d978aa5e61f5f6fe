import CLinux
import Pacing

/// Probes by threads of this process, at the other end of a socket.
final class InProcessProber: Prober {
  private var channel: MessageChannel?
  private let crew: ProbeCrew
  private var relief = Relief()

  init() throws(ErrorNumber) {
    let (ours, theirs) = try makePair(clinux_message_pair)
    channel = MessageChannel(ours)
    crew = ProbeCrew(socket: theirs)
    try crew.start()
  }

  var descriptors: [(descriptor: Int32, events: Int16)] {
    channel.map { [$0.descriptor] } ?? []
  }

  var wake: Tick { relief.due ?? Tick(nanoseconds: .max) }

  var isSilent: Bool { false }

  // The other end is in this process and stays open: the channel cannot fail.

  func begin(_ orders: [ProbeOrder], at now: Tick) -> [ProberEvent] {
    try? channel?.send(orders)
    relief.sent(orders.map(\.flight), at: now)
    return []
  }

  func turn(at now: Tick, ready: [Int32]) -> [ProberEvent] {
    var events: [ProberEvent] = []
    if !ready.isEmpty { try? channel?.flush() }
    for report in ready.isEmpty ? [] : (try? channel?.receive()) ?? [] {
      relief.ended(report.flight)
      events.append(.answered(report.flight, report.report))
    }
    if relief.isDue(at: now) { crew.relieve() }
    return events
  }

  func stop() {
    // The crew sees the end of its socket; threads in a probe see it after that.
    channel = nil
  }
}
