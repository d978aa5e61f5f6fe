import MountHealthCore

/// How the watchdog reaches the world.
struct WatchdogDoors: Sendable {
  /// Finds out which pod this is. Called again until it is known.
  var identify: @Sendable () async -> PodSelf
  /// Carries out a call, once.
  var carryOut: @Sendable (RestartCall, WatchdogSettings, [Mount]) async -> RestartAnswer
  /// Publishes an event, if that can be done. Returns at once.
  var announce: @Sendable (RestartNotice) -> Void
  /// Ends the process with this code. Returns at once.
  var exit: @Sendable (Int32) -> Void
  /// How many events were not told.
  var droppedEvents: @Sendable () -> UInt64
  /// Sends what is still to be sent, and closes connections.
  var close: @Sendable () async -> Void
}
