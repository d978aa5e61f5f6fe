import Synchronization

/// What a server has done so far: counted on its event loop, read from any thread.
final class ServerStatistics: Sendable {
  /// One reading. Its numbers are each exact, but may be taken a request apart.
  struct Snapshot: Sendable, Hashable {
    var openConnections = 0
    var acceptedConnections = 0
    /// Closed to make room for a newer one.
    var evictedConnections = 0
    /// Closed because the client was too slow, idle ones included.
    var timedOutConnections = 0
    /// Answers by the first digit of their status.
    var answers2xx = 0
    var answers4xx = 0
    var answers5xx = 0
  }

  private let open = Atomic(0)
  private let accepted = Atomic(0)
  private let evicted = Atomic(0)
  private let timedOut = Atomic(0)
  private let good = Atomic(0)
  private let refused = Atomic(0)
  private let failed = Atomic(0)

  init() {}

  var snapshot: Snapshot {
    Snapshot(
      openConnections: open.load(ordering: .relaxed),
      acceptedConnections: accepted.load(ordering: .relaxed),
      evictedConnections: evicted.load(ordering: .relaxed),
      timedOutConnections: timedOut.load(ordering: .relaxed),
      answers2xx: good.load(ordering: .relaxed),
      answers4xx: refused.load(ordering: .relaxed),
      answers5xx: failed.load(ordering: .relaxed))
  }

  func connectionOpened() {
    open.wrappingAdd(1, ordering: .relaxed)
    accepted.wrappingAdd(1, ordering: .relaxed)
  }

  func connectionClosed() {
    open.wrappingSubtract(1, ordering: .relaxed)
  }

  func ended(_ ending: Conversation.Ending) {
    switch ending {
    case .finished: break
    case .timedOut: timedOut.wrappingAdd(1, ordering: .relaxed)
    case .evicted: evicted.wrappingAdd(1, ordering: .relaxed)
    }
  }

  func answered(_ status: AnswerStatus) {
    switch status.rawValue {
    case ..<400: good.wrappingAdd(1, ordering: .relaxed)
    case ..<500: refused.wrappingAdd(1, ordering: .relaxed)
    default: failed.wrappingAdd(1, ordering: .relaxed)
    }
  }
}
