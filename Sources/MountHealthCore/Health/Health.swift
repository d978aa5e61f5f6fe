/// What a run of outcomes means for a mount.
public enum Health: String, Hashable, Sendable, CaseIterable {
  /// Nothing good was seen yet, or nothing at all lately.
  case unknown
  /// It is as it should be.
  case healthy
  /// Something is wrong, not long enough or not in a way that a remedy is called for.
  case degraded
  /// It is confirmed bad.
  case unhealthy
}

/// When outcomes become health.
public struct HealthPolicy: Hashable, Sendable {
  /// How many bad outcomes in a row make a mount unhealthy: 1 to 1000.
  public var failureThreshold: Int
  /// How many good outcomes in a row make it healthy: 1 to 1000.
  public var successThreshold: Int
  /// How long a mount that was never good may stay `unknown` before bad outcomes count.
  public var startupGrace: Duration
  /// A mount that fell from good to bad three times within this time is flapping: good outcomes
  /// lead to `degraded` until one of the three is older. Zero: never flapping.
  public var flapWindow: Duration

  /// A policy.
  public init(
    failureThreshold: Int = 3, successThreshold: Int = 1, startupGrace: Duration = .seconds(60),
    flapWindow: Duration = .seconds(300)
  ) {
    self.failureThreshold = failureThreshold
    self.successThreshold = successThreshold
    self.startupGrace = startupGrace
    self.flapWindow = flapWindow
  }

  /// How many falls within `flapWindow` make a mount flapping.
  public static let flapCount = 3
}
