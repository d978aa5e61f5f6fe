import Glibc
import MountHealthCore
import TimeText

/// The wall clock, for people; nothing is decided by it.
struct WallClock: Sendable {
  private let now: Timestamp
  private let tick: Tick

  /// The present, on both clocks.
  static func now() -> WallClock {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return WallClock(
      now: Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec)), tick: .now())
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
