import Pacing

/// Decides when those who probe are asked whether somebody is stuck.
///
/// Orders that are sent together are taken by one thread, one after the other: that costs the least,
/// and ends in a moment. Where it does not, one of them hangs, and the others are to wait no longer.
struct Relief: Hashable, Sendable {
  /// How long orders may take before help is sent; a hundred healthy probes need less, on a busy
  /// machine too.
  static let patience = Duration.milliseconds(20)

  private var outstanding: Set<Flight> = []
  /// When help is to be sent; `nil`: not at all.
  private(set) var due: Tick?

  /// Orders were sent.
  mutating func sent(_ flights: some Sequence<Flight>, at now: Tick) {
    outstanding.formUnion(flights)
    due = due ?? now + Self.patience
  }

  /// A probe is over.
  mutating func ended(_ flight: Flight) {
    outstanding.remove(flight)
    if outstanding.isEmpty { due = nil }
  }

  /// Whether help is to be sent now. It is sent once after each order: it gives every order that
  /// waits a thread of its own.
  mutating func isDue(at now: Tick) -> Bool {
    guard let due, due <= now else { return false }
    self.due = nil
    return true
  }
}
