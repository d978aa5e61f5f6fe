import CLinux
import MountHealthCore
import Pacing
import TimeText

/// The wall clock, for people; nothing is decided by it.
struct WallClock: Sendable {
  private let now: Timestamp
  private let tick: Tick

  /// The present, on both clocks.
  static func now() -> WallClock {
    WallClock(now: Timestamp(seconds: 0, nanoseconds: clinux_wall_time()), tick: .now())
  }

  init(now: Timestamp, tick: Tick) {
    self.now = now
    self.tick = tick
  }

  /// The present.
  var timestamp: Timestamp { now }

  /// The present on the monotonic clock.
  var present: Tick { tick }

  /// What the wall clock, as it is set now, would have shown at a tick.
  func timestamp(of tick: Tick) -> Timestamp {
    now.advanced(by: tick - self.tick)
  }
}
