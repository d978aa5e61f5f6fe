/// How long to wait before the next try: longer after each failure, up to a limit, and never all at
/// the same moment.
public struct Backoff: Hashable, Sendable {
  /// The pause after the first failure.
  public var initial: Duration
  /// The longest pause; not less than `initial`.
  public var maximum: Duration
  /// What part of a pause is left to chance: 0 is none, 0.5 draws from its upper half.
  public var jitter: Double

  /// A back-off that doubles from `initial` to `maximum`.
  ///
  /// - Parameters:
  ///   - initial: The pause after the first failure; more than zero.
  ///   - maximum: The longest pause; not less than `initial`, which wins if it is.
  ///   - jitter: What part of a pause is left to chance, 0...1.
  public init(initial: Duration, maximum: Duration, jitter: Double = 0.5) {
    self.initial = initial
    self.maximum = max(initial, maximum)
    self.jitter = min(max(jitter, 0), 1)
  }

  /// The pause after the `failures`-th failure in a row: at most what doubling gives, at least that
  /// less its jitter.
  ///
  /// - Parameters:
  ///   - failures: How many tries failed in a row, from 1; less counts as 1.
  ///   - generator: Where the jitter comes from.
  /// - Returns: The pause.
  public func pause(
    after failures: Int, using generator: inout some RandomNumberGenerator
  ) -> Duration {
    let whole = limit(after: failures)
    guard jitter > 0 else { return whole }
    return whole * (1 - Double.random(in: 0...jitter, using: &generator))
  }

  /// The same without jitter: the longest that `pause` can be.
  public func limit(after failures: Int) -> Duration {
    var pause = initial
    var left = failures
    while left > 1, pause > .zero, pause < maximum {
      pause = min(pause * 2, maximum)
      left -= 1
    }
    return pause
  }
}
