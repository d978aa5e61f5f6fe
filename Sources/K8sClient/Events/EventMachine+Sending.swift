import Pacing

// What is posted next, and what follows on success and failure.
extension EventMachine {
  mutating func next(at now: Tick) -> [Effect] {
    state = .idle
    forget(at: now)
    while true {
      let waiting = series.values.filter(\.isPending)
      // New events before repetitions; of each, the one that waits longest.
      guard let first = waiting.min(by: { rank($0) < rank($1) }) else {
        guard isFlushing else { return [.wait(until: nil)] }
        state = .finished
        return [.finish]
      }
      if !isFlushing {
        let due = max(rank(first).due, notBefore)
        guard due <= now else { return [.wait(until: due)] }
      }
      do throws(ValueError) {
        let request = try request(for: first)
        state = .sending(order: first.order, count: first.count)
        return [.send(request)]
      } catch {
        drop(first)
      }
    }
  }

  private func rank(_ one: EventSeries) -> (due: Tick, order: UInt64) {
    one.isNew
      ? (Tick(nanoseconds: .min), one.order) : (one.due(interval: policy.seriesInterval), one.order)
  }

  private func request(for one: EventSeries) throws(ValueError) -> APIRequest {
    let namespace = try Namespace(one.note.namespace)
    let type = api == .events ? K8sClient.Event.type : CoreEvent.type
    if one.isNew {
      let json =
        api == .events ? one.note.event(one.number).json : one.note.coreEvent(one.number).json
      return try .create(json, in: try CollectionPath(type, in: .namespace(namespace)))
    }
    let path = try ObjectPath(
      type, try ObjectName(existing: one.note.name(one.number)), in: namespace)
    let patch =
      api == .events
      ? K8sClient.Event.seriesPatch(count: one.count, lastObserved: one.lastTime)
      : CoreEvent.seriesPatch(count: one.count, lastObserved: one.lastTime)
    return .patch(path, patch)
  }

  private func key(of order: UInt64) -> EventSeries.Key? {
    series.first { $0.value.order == order }?.key
  }

  /// The server knows of so many.
  mutating func sent(_ order: UInt64, _ count: Int, at now: Tick) {
    failures = 0
    guard let key = key(of: order), var one = series[key] else { return }
    if one.isNew {
      counts.created += 1
      // A new event tells of one; what was counted meanwhile waits for its turn.
      one.known = 1
    } else {
      counts.repeated += count - one.known
      one.known = count
    }
    one.lastCall = now
    one.waitsSince = now
    series[key] = one
  }

  mutating func failed(_ error: KubernetesError, _ order: UInt64, _ count: Int, at now: Tick) {
    guard let key = key(of: order), let one = series[key] else { return }
    switch error.code {
    case .alreadyExists where one.isNew:
      // The name is ours alone: an earlier try got through.
      sent(order, count, at: now)
    case .notFound where !one.isNew:
      // The server keeps events for a while only. What it does not know of begins a new one.
      series[key]?.note.time = one.lastTime
      series[key]?.number = generator.next()
      series[key]?.count = one.count - one.known
      series[key]?.known = 0
      series[key]?.lastCall = nil
    case .forbidden where !one.isNew:
      repeats = false
      drop(one)
    case .notFound, .forbidden:
      if api == .events, mayBeOfAPI(error) {
        // Both show the same events; what was made in the one can be changed in the other.
        api = .core
      } else {
        drop(one)
      }
    case .invalid, .conflict, .alreadyExists, .expired, .rejected:
      drop(one)
    default:
      retry(one, after: error, at: now)
    }
  }

  /// Whether the refusal may be of the API, not of the namespace that the event belongs to.
  private func mayBeOfAPI(_ error: KubernetesError) -> Bool {
    if error.code == .notFound { return error.status?.object?.kind != "namespaces" }
    return error.status?.causes.contains { $0.reason == "NamespaceTerminating" } != true
  }

  private mutating func retry(_ one: EventSeries, after error: KubernetesError, at now: Tick) {
    guard !isFlushing else { return drop(one) }
    counts.retried += 1
    failures += 1
    let pause = policy.backoff.pause(after: failures, using: &generator)
    let asked = min(error.status?.retryAfter ?? .zero, policy.maximumAge)
    notBefore = now + max(pause, asked)
  }

  private mutating func drop(_ one: EventSeries) {
    guard let key = key(of: one.order) else { return }
    counts.refused += one.count - one.known
    if one.isNew {
      series[key] = nil
    } else {
      series[key]?.count = one.known
    }
  }
}
