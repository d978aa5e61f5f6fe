import NIOCore

/// Everybody who is connected. Lives on one event loop.
final class Lobby {
  let service: HTTPService
  private let loop: any EventLoop
  private var connections: [ObjectIdentifier: ConnectionHandler] = [:]
  private var date: HTTPDate
  private var sweeping: RepeatedTask?
  private var isDraining = false
  private var waiters: [EventLoopPromise<Void>] = []

  init(_ service: HTTPService, on loop: any EventLoop) {
    self.service = service
    self.loop = loop
    date = HTTPDate(wallClock: service.wallClock)
  }

  var dateLine: ByteBuffer {
    date.refresh()
    return date.line
  }

  func enter(_ connection: ConnectionHandler) {
    service.statistics.connectionOpened()
    if connections.count >= max(1, service.limits.maximumConnections) { makeRoom() }
    connections[ObjectIdentifier(connection)] = connection
    if isDraining { connection.handle(.drain) }
    startSweeping()
  }

  /// Closes the connection that has gone longest without progress. The search is linear: less work
  /// than accepting the newcomer was, at any sensible limit.
  func makeRoom() {
    connections.values.min { $0.lastProgress < $1.lastProgress }?.handle(.evict)
  }

  func leave(_ connection: ConnectionHandler) {
    guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    service.statistics.connectionClosed()
    guard connections.isEmpty else { return }
    sweeping?.cancel()
    sweeping = nil
    tellWaitersIfEmptied()
  }

  /// Lets everyone finish what they have begun, and no longer than `patience`. May be called again.
  func drain(within patience: Duration) {
    isDraining = true
    tellAll(.drain)
    tellWaitersIfEmptied()
    guard !connections.isEmpty else { return }
    loop.assumeIsolated().scheduleTask(in: TimeAmount(bounded: patience)) {
      self.tellAll(.connectionLost)
    }
  }

  /// Done when the lobby was drained and nobody is left.
  func emptied() -> EventLoopFuture<Void> {
    let waiter = loop.makePromise(of: Void.self)
    waiters.append(waiter)
    tellWaitersIfEmptied()
    return waiter.futureResult
  }

  private func tellWaitersIfEmptied() {
    guard isDraining && connections.isEmpty else { return }
    let told = waiters
    waiters = []
    for waiter in told { waiter.succeed() }
  }

  private func tellAll(_ event: Conversation.Event) {
    for connection in Array(connections.values) { connection.handle(event) }
  }

  /// One timer for all deadlines, and none while nobody is connected: rearming one for each request
  /// would cost more than the request.
  private func startSweeping() {
    guard sweeping == nil else { return }
    let interval = TimeAmount(bounded: service.limits.sweepInterval)
    let lobby = NIOLoopBound(self, eventLoop: loop)
    sweeping = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
      lobby.value.tellAll(.tick)
    }
  }
}
