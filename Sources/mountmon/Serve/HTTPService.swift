/// What a server serves, and within which bounds.
struct HTTPService: Sendable {
  var routes: Routes
  var limits = ServerLimits()
  var statistics = ServerStatistics()
  /// Seconds since 1970, for the `Date` field; without it there is none.
  var wallClock: (@Sendable () -> Int64)?

  init(
    _ routes: Routes, limits: ServerLimits = ServerLimits(),
    statistics: ServerStatistics = ServerStatistics(),
    wallClock: (@Sendable () -> Int64)? = nil
  ) {
    self.routes = routes
    self.limits = limits
    self.statistics = statistics
    self.wallClock = wallClock
  }
}
