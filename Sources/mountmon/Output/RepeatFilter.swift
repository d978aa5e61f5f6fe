/// Decides which of many alike messages are told: the first, then one per window, which says how
/// many were not.
struct RepeatFilter<Key: Hashable & Sendable>: Sendable {
  enum Decision: Hashable, Sendable {
    /// Tell it. `repeated` alike ones were held back since the last.
    case tell(repeated: Int)
    case hold
  }

  private struct Entry {
    var lastTold: Duration
    var held = 0
  }

  private let window: Duration
  private let limit: Int
  private var entries: [Key: Entry] = [:]

  /// - Parameters:
  ///   - window: How long alike messages are held back after one was told.
  ///   - limit: How many keys are remembered at most. With more, the one told longest ago is
  ///     forgotten, and may be told early.
  init(window: Duration, limit: Int = 1024) {
    self.window = window
    self.limit = max(limit, 1)
  }

  /// `now` is the time since any fixed moment, on a clock that does not go back.
  mutating func handle(_ key: Key, at now: Duration) -> Decision {
    guard let entry = entries[key] else {
      if entries.count >= limit { forgetOne(at: now) }
      entries[key] = Entry(lastTold: now)
      return .tell(repeated: 0)
    }
    guard now - entry.lastTold >= window else {
      entries[key]?.held += 1
      return .hold
    }
    entries[key] = Entry(lastTold: now)
    return .tell(repeated: entry.held)
  }

  /// Makes the next message of this key a first one again. Returns how many were held back.
  @discardableResult
  mutating func forget(_ key: Key) -> Int {
    entries.removeValue(forKey: key)?.held ?? 0
  }

  /// Those that are over and have nothing left to say go first.
  private mutating func forgetOne(at now: Duration) {
    let settled = entries.filter { now - $0.value.lastTold >= window && $0.value.held == 0 }
    guard settled.isEmpty else {
      for key in settled.keys { entries[key] = nil }
      return
    }
    guard let oldest = entries.min(by: { $0.value.lastTold < $1.value.lastTold }) else { return }
    entries[oldest.key] = nil
  }
}
