import JSONValue
import Pacing

// Streams: what comes through them, and what follows on their end.
extension WatchMachine {
  mutating func open(at now: Tick) -> [Effect] {
    guard let position else { return beginList(at: now) }
    let timeout = policy.streamTimeout * Double.random(in: 1...2, using: &generator)
    let seconds = Int(timeout.components.seconds)
    state = .opening(timeout: .seconds(seconds))
    return [.open(resourceVersion: position, timeoutSeconds: seconds)]
  }

  mutating func opened(timeout: Duration, at now: Tick) -> [Effect] {
    counts.streams += 1
    let stream = Stream(
      opened: now, deadline: now + (timeout + policy.streamMargin), timeout: timeout)
    state = .streaming(stream)
    // That a stream opens says nothing where streams are the trouble.
    let changes = interruption?.isOfStreams == false ? resume() : []
    return changes.map(Effect.deliver) + [.read(until: stream.deadline)]
  }

  mutating func openFailed(_ error: KubernetesError, at now: Tick) -> [Effect] {
    if error.code == .expired { return expired(at: now) }
    return fail(error, then: Self.step(after: error), at: now)
  }

  mutating func take(_ event: WatchEvent, of stream: Stream, at now: Tick) -> [Effect] {
    counts.events += 1
    if event.kind == .error { return failed(event.object, at: now) }
    var stream = stream
    stream.sawAny = true
    stream.deadline = max(stream.deadline, now + policy.streamMargin)
    var changes: [WatchChange<JSONValue>] = []
    let version: String?
    if event.kind == .bookmark {
      version = event.object["metadata"]?["resourceVersion"]?.stringValue
    } else {
      guard let object = WatchedObject(event.object) else {
        let end = StreamEnd.malformed("an object has no name or no resource version")
        return [.close] + ended(stream, end, at: now)
      }
      version = object.resourceVersion
      changes = event.kind == .deleted ? told.remove(object) : told.show(object)
    }
    if let version, !version.isEmpty, version != position {
      position = version
      stream.isProgress = true
      changes.insert(contentsOf: resume(), at: 0)
    }
    state = .streaming(stream)
    return changes.map(Effect.deliver) + [.read(until: stream.deadline)]
  }

  /// Time has passed over an open stream. The server should have ended it by now.
  mutating func look(at stream: Stream, _ now: Tick) -> [Effect] {
    guard now >= stream.deadline else { return [.read(until: stream.deadline)] }
    return [.close] + ended(stream, .clean, at: now)
  }

  mutating func ended(_ stream: Stream, _ end: StreamEnd, at now: Tick) -> [Effect] {
    let age = now - stream.opened
    if case .malformed(let words) = end {
      let error = KubernetesError(
        .malformedAnswer, operation, detail: words)
      return fail(error, then: .list, isOfStreams: true, at: now)
    }
    var effects: [Effect] = []
    // One that was to last for less than that is healthy when it lasted.
    if age >= min(policy.healthyAfter, stream.timeout / 2) {
      effects = resume().map(Effect.deliver)
      failures = 0
    } else {
      counts.failures += 1
      failures = stream.isProgress ? 1 : failures + 1
    }
    // Silence may be that of a server whose past ends before the position; a list tells.
    let isSilent =
      !stream.sawAny && age >= stream.timeout && stream.timeout >= WatchPolicy.bookmarksExpectedFrom
    let isOld = lastList.map { now - $0 >= policy.listInterval } ?? true
    let step: Step = isSilent || isOld ? .list : .open
    guard failures > 0 else { return effects + take(step, at: now) }
    if failures >= WatchPolicy.shortStreamsBorne {
      effects += interrupt(by: shortStreams(end), isOfStreams: true)
    }
    return effects + pause(then: step, retryAfter: nil, at: now)
  }

  private func shortStreams(_ end: StreamEnd) -> KubernetesError {
    switch end {
    case .cut(let error):
      KubernetesError(.unreachable, operation, transport: error)
    case .clean, .malformed:
      KubernetesError(
        .unavailable, operation,
        detail: "the stream ends as soon as it is open, again and again")
    }
  }

  /// The server said through the stream that it goes on no longer.
  private mutating func failed(_ object: JSONValue, at now: Tick) -> [Effect] {
    let error = KubernetesError(watchFailure: object, operation)
    if error.code == .expired { return [.close] + expired(at: now) }
    return [.close] + fail(error, then: Self.step(after: error), isOfStreams: true, at: now)
  }

  /// The position is too old. A list gives a new one, at once unless one was just made.
  private mutating func expired(at now: Tick) -> [Effect] {
    counts.expiries += 1
    if let lastList, now - lastList < policy.healthyAfter {
      failures += 1
      return pause(then: .list, retryAfter: nil, at: now)
    }
    return beginList(at: now)
  }
}
