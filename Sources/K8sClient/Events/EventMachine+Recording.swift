import Pacing

// What is recorded, and what of it is not kept.
extension EventMachine {
  mutating func record(_ note: EventNote, at now: Tick) {
    counts.recorded += 1
    forget(at: now)
    let key = EventSeries.Key(note)
    if var known = series[key], now - known.lastSeen < policy.seriesWindow {
      if !known.isPending { known.waitsSince = now }
      known.count += 1
      known.lastTime = note.time
      known.lastSeen = now
      if !known.isNew, !repeats {
        known.known = known.count
        counts.refused += 1
      }
      series[key] = known
    } else {
      begin(note, key, at: now)
    }
    bound()
  }

  private mutating func begin(_ note: EventNote, _ key: EventSeries.Key, at now: Tick) {
    var bucket = buckets[key.object] ?? EventBucket(full: policy.burst, at: now)
    let isAllowed = bucket.take(at: now, burst: policy.burst, refill: policy.refill)
    buckets[key.object] = bucket
    guard isAllowed else {
      counts.limited += 1
      return
    }
    if let former = series[key] { crowdOut(former) }
    orders += 1
    series[key] = EventSeries(
      note: note, number: generator.next(), order: orders, lastTime: note.time, lastSeen: now,
      waitsSince: now)
  }

  /// Forgets series that nothing happens to any more, and what waited too long.
  func isOver(_ one: EventSeries, at now: Tick) -> Bool {
    one.isPending
      ? now - one.waitsSince >= policy.maximumAge : now - one.lastSeen >= policy.seriesWindow
  }

  mutating func forget(at now: Tick) {
    for (key, one) in series where isOver(one, at: now) && !isOut(one) {
      crowdOut(one)
      series[key] = nil
    }
    guard buckets.count > Self.maximumBuckets else { return }
    // The one that was used longest ago has the most of its burst again.
    if let oldest = buckets.min(by: { $0.value.since < $1.value.since }) {
      buckets[oldest.key] = nil
    }
  }

  /// Keeps to the limits: the oldest repetition goes first, then the oldest event that waits.
  private mutating func bound() {
    while pending > policy.maximumPending {
      let waiting = series.filter { $0.value.isPending && !isOut($0.value) }
      let repetitions = waiting.filter { !$0.value.isNew }
      let choice = repetitions.isEmpty ? waiting : repetitions
      guard let oldest = choice.min(by: { $0.value.order < $1.value.order }) else { return }
      crowdOut(oldest.value)
      if oldest.value.isNew {
        series[oldest.key] = nil
      } else {
        series[oldest.key]?.count = oldest.value.known
      }
    }
    while series.count > policy.maximumSeries {
      let idle = series.filter { !$0.value.isPending }
      guard let oldest = idle.min(by: { $0.value.lastSeen < $1.value.lastSeen }) else { return }
      series[oldest.key] = nil
    }
  }

  private mutating func crowdOut(_ one: EventSeries) {
    counts.crowdedOut += one.count - one.known
  }

  /// Whether the call that is out is for this one.
  func isOut(_ one: EventSeries) -> Bool {
    if case .sending(let order, _) = state { order == one.order } else { false }
  }
}
