import NIOCore
import Synchronization
import TimeText

/// What the server keeps under its lock.
struct ServerState {
  /// A connection and the loop it lives on.
  struct Handler: Sendable {
    let bound: NIOLoopBound<StubConnection>
    let loop: any EventLoop
  }

  var cluster: StubCluster
  /// How far tests moved the time ahead of the clock.
  var ahead = Duration.zero
  var faults: [(number: Int, fault: StubFault)] = []
  var faultCount = 0
  var isSilent = false
  var listeners: [any Channel] = []
  var connections: [ObjectIdentifier: any Channel] = [:]
  /// How many there have been, and how many at the same time.
  var connectionCount = 0
  var mostConnections = 0
  var handlers: [ObjectIdentifier: Handler] = [:]
  var streams: [StubStreamID: ObjectIdentifier] = [:]
  var onPodTerminating: (@Sendable (StubPodNotice) -> Void)?
  var runner: PodRunner?
}

extension StubAPIServer {
  /// Looks at the cluster, or changes it; what follows from that is sent to the open streams.
  ///
  /// - Parameter body: Gets the cluster, with its time as it is now.
  /// - Returns: What the body returns.
  /// - Throws: What the body throws.
  @discardableResult
  public func withCluster<R: Sendable>(
    _ body: (inout StubCluster) throws -> R
  ) rethrows -> R {
    defer { pump() }
    return try state.withLock { state in
      state.cluster.advance(to: now(state))
      // A body that moves the time moves the clock with it, so that it does not stand still after.
      defer { state.ahead += max(now(state).duration(to: state.cluster.now), .zero) }
      return try body(&state.cluster)
    }
  }

  /// Lets time pass at once; with a real clock as well.
  ///
  /// - Parameter duration: How much, of the cluster's time.
  public func advance(by duration: Duration) {
    withCluster { $0.advance(by: duration) }
  }

  /// Every request so far.
  public var log: [StubExchange] { state.withLock { $0.cluster.log } }

  /// What clients did that they should not.
  public var violations: [StubViolation] { state.withLock { $0.cluster.violations } }

  /// How many connections are open.
  public var openConnections: Int { state.withLock { $0.connections.count } }

  /// How many connections were accepted so far.
  public var acceptedConnections: Int { state.withLock { $0.connectionCount } }

  /// The most connections that were open at the same time.
  public var mostConnections: Int { state.withLock { $0.mostConnections } }

  // MARK: - Requests

  /// Answers one request; called on the connection's loop.
  func serve(_ request: StubRequest, on connection: StubConnection) {
    let fault = state.withLock { state -> StubFault.Effect? in
      for index in state.faults.indices where state.faults[index].fault.strikes(request) {
        return state.faults[index].fault.effect
      }
      return nil
    }
    defer { pump() }
    switch fault {
    case nil: send(handle(request), on: connection)
    case .delay(let duration):
      guard let handler = handler(of: connection) else { return }
      connection.later(duration) { [weak self] in
        guard let self else { return }
        send(handle(request), on: handler.bound.value)
        pump()
      }
    case .cut(let count): connection.answer(handle(request), cutAfter: count)
    case .answer(let answer):
      note(request, answer.status)
      connection.answer(answer)
    case .answerAfterApplying(let answer):
      drop(handle(request))
      connection.answer(answer)
    case .silence: note(request, 0)
    case .silenceAfterApplying: drop(handle(request))
    case .freezeAfterHead: connection.answer(handle(request), freezes: true)
    case .endStream, .expireStream:
      let answer = handle(request)
      state.withLock { state in
        guard let id = answer.stream else { return }
        _ = state.cluster.take(from: id)
        if case .expireStream = fault { state.cluster.expireStream(id) }
        state.cluster.endStream(id)
      }
      connection.answer(answer)
    }
  }

  private func handle(_ request: StubRequest) -> StubAnswer {
    state.withLock { state in
      let now = now(state)
      return state.cluster.handle(request, at: now)
    }
  }

  private func send(_ answer: StubAnswer, on connection: StubConnection) {
    guard options.takesItsTime, answer.delay > .zero, let handler = handler(of: connection) else {
      connection.answer(answer)
      return
    }
    connection.later(answer.delay) { handler.bound.value.answer(answer) }
  }

  private func drop(_ answer: StubAnswer) {
    if let id = answer.stream { state.withLock { $0.cluster.close(id) } }
  }

  private func note(_ request: StubRequest, _ status: Int) {
    state.withLock { state in
      state.cluster.log.append(StubExchange(request: request, user: nil, status: status))
    }
  }

  func note(_ violation: String) {
    state.withLock { state in
      state.cluster.violations.append(StubViolation(rule: violation, line: ""))
    }
  }

  // MARK: - Connections and streams

  private func handler(of connection: StubConnection) -> ServerState.Handler? {
    state.withLock { $0.handlers[ObjectIdentifier(connection)] }
  }

  func opened(_ connection: StubConnection, on loop: any EventLoop) {
    let handler = ServerState.Handler(
      bound: NIOLoopBound(connection, eventLoop: loop), loop: loop)
    state.withLock { $0.handlers[ObjectIdentifier(connection)] = handler }
  }

  func closed(_ connection: StubConnection) {
    state.withLock { state in
      state.handlers[ObjectIdentifier(connection)] = nil
    }
  }

  func attach(_ connection: StubConnection, to stream: StubStreamID) {
    state.withLock { state in
      state.streams[stream] = ObjectIdentifier(connection)
    }
    pump()
  }

  func gone(_ stream: StubStreamID) {
    state.withLock { state in
      state.streams[stream] = nil
      state.cluster.close(stream)
    }
  }

  func tick() {
    let isDue = state.withLock { state in
      let now = now(state)
      guard let due = state.cluster.nextDue, due <= now else { return false }
      state.cluster.advance(to: now)
      return true
    }
    if isDue { pump() }
  }

  /// Hands what the streams have to give to their connections, in order.
  func pump() {
    let (notices, hook, runner) = state.withLock { state in
      for (id, connection) in state.streams.sorted(by: { $0.key < $1.key }) {
        guard let handler = state.handlers[connection] else { continue }
        let piece = state.cluster.take(from: id)
        guard !piece.pieces.isEmpty || piece.isOver else { continue }
        if piece.isOver { state.streams[id] = nil }
        handler.loop.execute { handler.bound.value.deliver(piece) }
      }
      return (state.cluster.takeNotices(), state.onPodTerminating, state.runner)
    }
    for notice in notices {
      runner?.tell(notice, self)
      guard case .terminating = notice.kind else { continue }
      hook?(notice)
    }
  }
}
