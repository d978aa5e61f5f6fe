import Pacing

/// How long probes took, counted in fixed buckets.
public struct LatencyHistogram: Hashable, Sendable {
  /// The buckets' upper bounds in seconds; beyond the last there is one more bucket.
  public static let bounds: [Double] = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

  /// How many fell into each bucket, not added up; one more element than `bounds`.
  public private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
  /// The sum of all, in seconds.
  public private(set) var sum = 0.0

  /// Counts one duration.
  mutating func record(_ duration: Duration) {
    let seconds = duration.inSeconds
    counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
    sum += seconds
  }
}
