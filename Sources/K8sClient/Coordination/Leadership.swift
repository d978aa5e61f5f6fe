public import Pacing
import Synchronization

/// What a leader has while it leads.
public struct Leadership: Sendable {
  /// Which leadership it is: the number grows with each new leader, as long as the Lease is not
  /// deleted.
  public let transition: Int
  private let window: Window

  /// Until when it leads, as far as is known now; it moves on with each renewal. A tick in the past:
  /// it leads no longer.
  public var end: Tick { window.end }

  /// Whether it still leads, by the clock: true also means that nobody else does. Look at it before
  /// each step that only the leader may take; a process may have been stopped since the last one.
  public var isHeld: Bool { window.isOpen }

  init(transition: Int, window: Window) {
    self.transition = transition
    self.window = window
  }

  /// The end of a leadership, as its election knows it.
  final class Window: Sendable {
    private let state = Mutex(Tick(nanoseconds: .min))
    private let clock: TickClock

    init(clock: TickClock) { self.clock = clock }

    var end: Tick { state.withLock { $0 } }
    var isOpen: Bool { clock.now() < end }
    func set(_ end: Tick?) { state.withLock { $0 = end ?? Tick(nanoseconds: .min) } }
  }
}
