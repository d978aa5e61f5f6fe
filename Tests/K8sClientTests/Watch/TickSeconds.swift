import Pacing

extension Tick {
  /// So many seconds after the start.
  static func at(_ seconds: Double) -> Tick { .zero + .seconds(seconds) }
}
