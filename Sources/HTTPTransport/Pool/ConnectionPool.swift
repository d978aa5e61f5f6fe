import NIOCore

/// Which of the client's connections.
struct ConnectionID: Hashable, Sendable {
  let number: UInt64
}

/// Which of the client's exchanges.
struct ExchangeID: Hashable, Sendable {
  let number: UInt64
}

/// Who gets which connection, as a value: a bounded number of them, a queue in order, and the kept ones
/// that idle. It reads no clock and no socket.
struct ConnectionPool {
  enum Event: Hashable {
    /// An exchange wants a connection.
    case wanted(by: ExchangeID)
    /// It does not any more, and has none.
    case unwanted(by: ExchangeID)
    /// An exchange is done with its connection.
    case returned(ConnectionID, Exchange.Condition)
    /// The connection of an exchange was dead, and it wants a fresh one in its place.
    case replaced(ConnectionID, for: ExchangeID)
    /// A kept connection was closed by the server, or cannot be kept.
    case ended(ConnectionID)
    case tick
    case shutDown
  }

  enum Effect: Hashable {
    case open(ConnectionID, for: ExchangeID)
    /// Give a kept connection to an exchange.
    case lend(ConnectionID, to: ExchangeID)
    /// Listen on a kept connection for its end.
    case keep(ConnectionID)
    case close(ConnectionID)
    case refuse(ExchangeID, Exchange.Trouble)
  }

  private struct Idle: Hashable {
    let id: ConnectionID
    let since: NIODeadline
  }

  private var limits: HTTPLimits
  private var used: Set<ConnectionID> = []
  /// Longest idle first.
  private var idle: [Idle] = []
  private var waiting = CircularBuffer<ExchangeID>()
  private var lastID: UInt64 = 0
  private var isShutDown = false

  init(limits: HTTPLimits) {
    self.limits = limits
    self.limits.maximumConnections = max(1, limits.maximumConnections)
  }

  /// When a tick would close a kept connection.
  var deadline: NIODeadline {
    idle.first.map { $0.since + TimeAmount(bounded: limits.idleTime) } ?? .distantFuture
  }

  var count: Int { used.count + idle.count }

  mutating func handle(_ event: Event, at now: NIODeadline) -> [Effect] {
    switch event {
    case .wanted(let exchange): return want(exchange)
    case .unwanted(let exchange):
      waiting.removeAll { $0 == exchange }
      return []
    case .returned(let id, let condition): return take(back: id, condition, at: now)
    case .replaced(let id, let exchange):
      guard used.remove(id) != nil else { return [] }
      guard !isShutDown else { return [.close(id), refusal(of: exchange)] }
      // What made this one die may have done so to those that idle.
      return [.close(id)] + closeIdle() + [open(for: exchange)]
    case .ended(let id):
      guard let index = idle.firstIndex(where: { $0.id == id }) else { return [] }
      idle.remove(at: index)
      return [.close(id)]
    case .tick: return closeOld(at: now)
    case .shutDown: return shutDown()
    }
  }

  private mutating func want(_ exchange: ExchangeID) -> [Effect] {
    if isShutDown { return [refusal(of: exchange)] }
    // The one that idles for the shortest time is the likeliest to be alive, and the others age.
    if let kept = idle.popLast() {
      used.insert(kept.id)
      return [.lend(kept.id, to: exchange)]
    }
    if used.count < limits.maximumConnections { return [open(for: exchange)] }
    guard waiting.count < limits.maximumWaiting else {
      return [
        .refuse(
          exchange,
          Exchange.Trouble(
            code: .busy,
            reason: "all \(limits.maximumConnections) connections are in use and"
              + " \(limits.maximumWaiting) requests wait for one already"))
      ]
    }
    waiting.append(exchange)
    return []
  }

  private mutating func take(
    back id: ConnectionID, _ condition: Exchange.Condition, at now: NIODeadline
  ) -> [Effect] {
    guard used.remove(id) != nil else { return [] }
    switch condition {
    case .reusable where !isShutDown:
      if let next = waiting.popFirst() {
        used.insert(id)
        return [.lend(id, to: next)]
      }
      idle.append(Idle(id: id, since: now))
      return [.keep(id)]
    case .reusable, .spent: return [.close(id)] + serveNext()
    case .suspect: return [.close(id)] + closeIdle() + serveNext()
    }
  }

  private mutating func serveNext() -> [Effect] {
    guard used.count + idle.count < limits.maximumConnections, let next = waiting.popFirst()
    else { return [] }
    return [open(for: next)]
  }

  private mutating func open(for exchange: ExchangeID) -> Effect {
    lastID += 1
    let id = ConnectionID(number: lastID)
    used.insert(id)
    return .open(id, for: exchange)
  }

  private mutating func closeOld(at now: NIODeadline) -> [Effect] {
    let patience = TimeAmount(bounded: limits.idleTime)
    let old = idle.prefix { now >= $0.since + patience }
    idle.removeFirst(old.count)
    return old.map { .close($0.id) }
  }

  private mutating func closeIdle() -> [Effect] {
    let all = idle
    idle = []
    return all.map { .close($0.id) }
  }

  /// The exchanges in the queue hear of it themselves, and so do those with a connection.
  private mutating func shutDown() -> [Effect] {
    isShutDown = true
    waiting.removeAll()
    return closeIdle()
  }

  private func refusal(of exchange: ExchangeID) -> Effect {
    .refuse(exchange, Exchange.Trouble(code: .closed, reason: "the client was shut down"))
  }
}
