import NIOCore

/// One exchange at the desk: its machine, and who waits for what comes of it. Lives on the event loop.
final class Ticket {
  typealias HeadWaiter = CheckedContinuation<Result<HTTPAnswer, TransportError>, Never>
  typealias BodyWaiter = CheckedContinuation<Result<[UInt8]?, TransportError>, Never>

  let text: RequestText
  var exchange: Exchange
  var id: ExchangeID?
  var connection: Connection?
  var head: HeadWaiter?
  var body: BodyWaiter?
  /// Makes the reader of its body, for which there is no need before the head has come.
  var makeReader: (() -> BodyReader)?
  /// The next look at its deadline, and when that is.
  var alarm: (task: Scheduled<Void>, at: NIODeadline)?

  init(_ text: RequestText, _ exchange: Exchange) {
    self.text = text
    self.exchange = exchange
  }

  func tell(_ answer: Result<HTTPAnswer, TransportError>) {
    head?.resume(returning: answer)
    head = nil
  }

  func tell(_ part: Result<[UInt8]?, TransportError>) {
    body?.resume(returning: part)
    body = nil
  }
}

/// The reader's end of an exchange. Once nobody holds it any more the exchange is ended.
final class BodyReader: Sendable {
  private let door: LoopDoor
  private let ticket: NIOLoopBoundBox<Ticket>

  init(_ ticket: NIOLoopBoundBox<Ticket>, through door: LoopDoor) {
    self.ticket = ticket
    self.door = door
  }

  deinit {
    let ticket = ticket
    door.enter { $0.handle(.exchange(ticket.value, .readerGone)) }
  }

  func next() async throws(TransportError) -> [UInt8]? {
    let (door, ticket) = (door, ticket)
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (waiter: Ticket.BodyWaiter) in
        let isOpen = door.enter { desk in desk.read(ticket.value, waiter) }
        if !isOpen { waiter.resume(returning: .failure(.shutDown("read the answer's body"))) }
      }
    } onCancel: {
      door.enter { $0.handle(.exchange(ticket.value, .cancel)) }
    }
    return try result.get()
  }
}

extension TransportError {
  static func shutDown(_ operation: String, mayHaveBeenSent: Bool = true) -> TransportError {
    TransportError(
      .closed, operation, "the client was shut down", mayHaveBeenSent: mayHaveBeenSent)
  }
}
