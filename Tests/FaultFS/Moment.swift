import Glibc

/// A date as an inode keeps it.
struct Timestamp: Hashable {
  var seconds: Int64
  var nanoseconds: UInt32
}

/// When something happened, on both clocks: the one that never jumps, for delays, and the wall's,
/// for what `stat` shows.
struct Moment: Hashable {
  /// Since some fixed point in the past.
  var uptime: Duration
  var date: Timestamp

  static var now: Moment {
    var monotonic = timespec()
    var real = timespec()
    clock_gettime(CLOCK_MONOTONIC, &monotonic)
    clock_gettime(CLOCK_REALTIME, &real)
    return Moment(
      uptime: .seconds(monotonic.tv_sec) + .nanoseconds(monotonic.tv_nsec),
      date: Timestamp(seconds: Int64(real.tv_sec), nanoseconds: UInt32(real.tv_nsec)))
  }
}
