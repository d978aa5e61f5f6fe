import HTTPTransport
import JSONValue
import Pacing

/// Carries out what a `WatchMachine` decides, one thing at a time, as far as changes are asked for.
struct WatchShell {
  let collection: CollectionPath
  let labels: LabelSelector
  let fields: FieldSelector?
  let caller: any APICaller
  let clock: TickClock
  var machine: WatchMachine

  private var action: WatchMachine.Effect?
  private var body: HTTPBody?
  private var frames = WatchFrames()
  /// Changes that are not asked for yet, the next one last: at most those of one page, or of one event.
  private var changes: [WatchChange<JSONValue>] = []

  init(
    collection: CollectionPath, labels: LabelSelector, fields: FieldSelector?,
    caller: any APICaller, clock: TickClock, machine: WatchMachine
  ) {
    self.collection = collection
    self.labels = labels
    self.fields = fields
    self.caller = caller
    self.clock = clock
    self.machine = machine
  }

  /// The next change; `nil` once the task is cancelled.
  mutating func next() async -> WatchChange<JSONValue>? {
    while !Task.isCancelled {
      if let change = changes.popLast() { return change }
      let event = await carryOut(action)
      // An answer that a cancelled call gave says nothing of the server.
      if Task.isCancelled { break }
      take(machine.handle(event, at: clock.now()))
    }
    body = nil
    return nil
  }

  private mutating func take(_ effects: [WatchMachine.Effect]) {
    for effect in effects {
      switch effect {
      case .deliver(let change): changes.append(change)
      case .close: body = nil
      case .list, .open, .read, .wait: action = effect
      }
    }
    changes.reverse()
  }

  /// Does the one thing that is to be done, and says what came of it.
  private mutating func carryOut(_ action: WatchMachine.Effect?) async -> WatchMachine.Event {
    switch action {
    case .list(let limit, let continuation):
      return await list(limit: limit, continuation: continuation)
    case .open(let version, let seconds):
      return await open(from: version, seconds: seconds)
    case .read(let deadline):
      return await read(until: deadline)
    case .wait(let instant):
      try? await clock.sleep(instant)
      return .tick
    case .deliver, .close, nil:
      return .tick
    }
  }

  private func list(limit: Int?, continuation: String?) async -> WatchMachine.Event {
    let request = APIRequest.list(
      collection,
      ListOptions(labels: labels, fields: fields, limit: limit, continueToken: continuation))
    do throws(KubernetesError) {
      let json = try await caller.send(request)
      guard let page = WatchPage(json, of: collection.type) else {
        throw KubernetesError(request, malformed: "it is no list, or an item has no name")
      }
      return .listed(page)
    } catch {
      return .listFailed(error)
    }
  }

  private mutating func open(from version: String, seconds: Int) async -> WatchMachine.Event {
    body = nil
    frames = WatchFrames()
    guard let version = try? ResourceVersion(version) else {
      return .openFailed(
        KubernetesError(
          .malformedAnswer, machine.operation,
          detail: "the list has no usable resource version"))
    }
    let request = APIRequest.watch(
      collection,
      WatchOptions(
        labels: labels, fields: fields, resourceVersion: version, allowsBookmarks: true,
        timeout: .seconds(seconds)))
    do throws(KubernetesError) {
      body = try await caller.open(request)
      return .opened
    } catch {
      return .openFailed(error)
    }
  }

  private mutating func read(until deadline: Tick) async -> WatchMachine.Event {
    while true {
      do throws(WatchFrameError) {
        if let event = try frames.next() { return .arrived(event) }
      } catch {
        body = nil
        return .ended(.malformed(error.description))
      }
      guard let body else { return .ended(.clean) }
      let part = await clock.limit(until: deadline) { await Self.part(of: body) }
      switch part {
      case .success(let bytes?): frames.append(bytes)
      case .success(nil):
        self.body = nil
        guard frames.isInsideLine else { return .ended(.clean) }
        let error = TransportError(
          .cut, machine.operation, "the stream ends inside an event", mayHaveBeenSent: true)
        return .ended(.cut(error))
      case .failure(let error):
        self.body = nil
        return .ended(.cut(error))
      case nil: return .tick
      }
    }
  }

  private static func part(of body: HTTPBody) async -> Result<[UInt8]?, TransportError> {
    var iterator = body.makeAsyncIterator()
    do throws(TransportError) {
      let part = try await iterator.next()
      return .success(part)
    } catch {
      return .failure(error)
    }
  }
}
