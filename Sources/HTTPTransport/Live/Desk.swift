import NIOCore

/// All exchanges and connections of a client, on its event loop: feeds their machines and carries out
/// what they say. Decides nothing.
final class Desk {
  enum Incident {
    case exchange(Ticket, Exchange.Event)
    case pool(ConnectionPool.Event)
  }

  let plan: ClientPlan
  let loop: any EventLoop
  let lookup: NameLookup
  private var pool: ConnectionPool
  private var tickets: [ExchangeID: Ticket] = [:]
  private var connections: [ConnectionID: Connection] = [:]
  private var lastID: UInt64 = 0
  /// Incidents that came up while an earlier one was being carried out.
  private var backlog = CircularBuffer<Incident>(initialCapacity: 4)
  private var isBusy = false
  private var alarm: (task: Scheduled<Void>, at: NIODeadline)?
  /// Channels that are open or being opened.
  private var channels = 0
  private var whenEmpty: [@Sendable () -> Void] = []

  init(_ plan: ClientPlan, on loop: any EventLoop, through door: LoopDoor) {
    self.plan = plan
    self.loop = loop
    lookup = NameLookup(by: plan.lookup, through: door)
    pool = ConnectionPool(limits: plan.limits)
  }

  func start(_ box: NIOLoopBoundBox<Ticket>, _ waiter: Ticket.HeadWaiter, through door: LoopDoor) {
    let ticket = box.value
    lastID += 1
    let id = ExchangeID(number: lastID)
    ticket.id = id
    ticket.head = waiter
    ticket.makeReader = { BodyReader(box, through: door) }
    tickets[id] = ticket
    handle(.exchange(ticket, .start))
  }

  func read(_ ticket: Ticket, _ waiter: Ticket.BodyWaiter) {
    guard ticket.body == nil else {
      let error = TransportError(
        .invalidRequest, "read the answer's body", "somebody else is reading it: it has one reader",
        mayHaveBeenSent: true)
      return waiter.resume(returning: .failure(error))
    }
    ticket.body = waiter
    handle(.exchange(ticket, .readerWants))
  }

  /// The only door to the machines. What their own effects raise waits for its turn.
  func handle(_ incident: Incident) {
    guard !isBusy else { return backlog.append(incident) }
    isBusy = true
    var next: Incident? = incident
    while let incident = next {
      switch incident {
      case .exchange(let ticket, let event):
        for effect in ticket.exchange.handle(event, at: .now()) { carryOut(effect, of: ticket) }
        setAlarm(of: ticket)
      case .pool(let event):
        for effect in pool.handle(event, at: .now()) { carryOut(effect) }
        setAlarm()
      }
      next = backlog.popFirst()
    }
    isBusy = false
  }

  /// Ends everything, and tells when nothing is open any more.
  func shutDown(_ whenDone: @escaping @Sendable () -> Void) {
    whenEmpty.append(whenDone)
    handle(.pool(.shutDown))
    for ticket in Array(tickets.values) { handle(.exchange(ticket, .shutDown)) }
    alarm?.task.cancel()
    alarm = nil
    lookup.abandon()
    channelClosed(0)
  }

  var connectionCount: Int { connections.count }

  func channelOpens() { channels += 1 }

  func channelClosed(_ count: Int = 1) {
    channels -= count
    guard channels == 0 else { return }
    let all = whenEmpty
    whenEmpty = []
    for then in all { then() }
  }
}

extension Desk {
  private func carryOut(_ effect: Exchange.Effect, of ticket: Ticket) {
    switch effect {
    case .queue: if let id = ticket.id { handle(.pool(.wanted(by: id))) }
    case .leaveQueue:
      leave(ticket)
      if let id = ticket.id { handle(.pool(.unwanted(by: id))) }
    case .send: ticket.connection?.send(ticket.text)
    case .read: ticket.connection?.read()
    case .answer(let head, .whole(let bytes)):
      ticket.makeReader = nil
      ticket.tell(
        .success(
          HTTPAnswer(status: head.status, headers: head.headers, body: HTTPBody(bytes: bytes))))
    case .answer(let head, .toBeRead):
      guard let reader = ticket.makeReader?() else { return }
      ticket.makeReader = nil
      let body = HTTPBody { () throws(TransportError) in try await reader.next() }
      ticket.tell(.success(HTTPAnswer(status: head.status, headers: head.headers, body: body)))
    case .part(let bytes): ticket.tell(.success(bytes) as Result<[UInt8]?, TransportError>)
    case .finish: ticket.tell(.success(nil) as Result<[UInt8]?, TransportError>)
    case .fail(let error):
      leave(ticket)
      ticket.makeReader = nil
      ticket.tell(.failure(error) as Result<HTTPAnswer, TransportError>)
      ticket.tell(.failure(error) as Result<[UInt8]?, TransportError>)
    case .giveBack(let condition):
      leave(ticket)
      guard let connection = ticket.connection else { return }
      ticket.connection = nil
      connection.ticket = nil
      handle(.pool(.returned(connection.id, connection.isOpen ? condition : condition.whenClosed)))
    case .replace:
      guard let connection = ticket.connection, let id = ticket.id else { return }
      ticket.connection = nil
      connection.ticket = nil
      handle(.pool(.replaced(connection.id, for: id)))
    }
  }

  private func carryOut(_ effect: ConnectionPool.Effect) {
    switch effect {
    case .open(let id, let exchange):
      let connection = Connection(id, at: self)
      connections[id] = connection
      guard let ticket = take(exchange, by: connection) else { return }
      handle(.exchange(ticket, .opening))
      connection.open(by: ticket.exchange.deadline)
    case .lend(let id, let exchange):
      guard let connection = connections[id], let ticket = take(exchange, by: connection)
      else { return handle(.pool(.returned(id, .spent))) }
      handle(.exchange(ticket, .kept))
    case .keep(let id): connections[id]?.read()
    case .close(let id): connections.removeValue(forKey: id)?.close()
    case .refuse(let exchange, let trouble):
      if let ticket = tickets[exchange] { handle(.exchange(ticket, .refused(trouble))) }
    }
  }

  /// Binds a connection to an exchange; one that has ended meanwhile gives it back at once.
  private func take(_ exchange: ExchangeID, by connection: Connection) -> Ticket? {
    guard let ticket = tickets[exchange] else {
      handle(.pool(.returned(connection.id, .spent)))
      return nil
    }
    ticket.connection = connection
    connection.ticket = ticket
    return ticket
  }

  private func leave(_ ticket: Ticket) {
    if let id = ticket.id { tickets[id] = nil }
  }

  /// An alarm that is too early does no harm: it finds nothing to do and is set anew.
  private func setAlarm(of ticket: Ticket) {
    let deadline = ticket.exchange.deadline
    if let alarm = ticket.alarm {
      if deadline != .distantFuture, alarm.at <= deadline { return }
      alarm.task.cancel()
      ticket.alarm = nil
    }
    guard deadline != .distantFuture else { return }
    let task = loop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
      ticket.alarm = nil
      self?.handle(.exchange(ticket, .tick))
    }
    ticket.alarm = (task, deadline)
  }

  private func setAlarm() {
    let deadline = pool.deadline
    if let alarm {
      if deadline != .distantFuture, alarm.at <= deadline { return }
      alarm.task.cancel()
    }
    alarm = nil
    guard deadline != .distantFuture else { return }
    let task = loop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
      self?.alarm = nil
      self?.handle(.pool(.tick))
    }
    alarm = (task, deadline)
  }
}

extension Exchange.Condition {
  /// A connection that is gone cannot be kept, however well the exchange ended.
  fileprivate var whenClosed: Exchange.Condition { self == .reusable ? .spent : self }
}
