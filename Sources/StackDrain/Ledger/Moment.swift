public import Pacing
public import TimeText

/// An instant that means something after a restart, and after a reboot.
///
/// Within one boot the monotonic clock tells how long ago it was, whatever happened to the date. After
/// a reboot only the date is left; one that lies in the future then counts as just now, so that a
/// wait gets longer by a wrong clock and never lasts for ever.
public struct Moment: Hashable, Sendable {
  /// Which boot (`/proc/sys/kernel/random/boot_id`).
  public var boot: String
  /// On that boot's monotonic clock.
  public var tick: Tick
  /// By date.
  public var wall: Timestamp

  /// A moment.
  public init(boot: String, tick: Tick, wall: Timestamp) {
    self.boot = boot
    self.tick = tick
    self.wall = wall
  }

  /// How long ago it was.
  ///
  /// - Parameter now: The present.
  /// - Returns: Never less than zero.
  public func age(at now: Moment) -> Duration {
    let age = boot == now.boot ? now.tick - tick : now.wall - wall
    return max(age, .zero)
  }

  /// The same instant as a moment of the present boot.
  func carried(to now: Moment) -> Moment {
    boot == now.boot ? self : Moment(boot: now.boot, tick: tick(on: now), wall: wall)
  }

  /// The same instant on the clock of another boot, as far as it can be told.
  func tick(on now: Moment) -> Tick { now.tick + (.zero - age(at: now)) }
}
