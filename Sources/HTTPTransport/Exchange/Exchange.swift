import NIOCore

/// One request and its answer, as a value: where it stands, what is done next, how it may fail.
///
/// It reads no clock and no socket. The desk tells it what happens and carries its effects out.
struct Exchange {
  enum Event: Hashable {
    /// The caller has asked for it.
    case start
    /// The pool has no place for it, nor in its queue.
    case refused(Trouble)
    /// A connection is being opened for it.
    case opening
    /// The server has accepted the connection; a handshake is still to come.
    case reached
    /// The connection that was opened for it is ready.
    case opened
    case unopened(Trouble)
    /// A connection that carried other exchanges before is its own now.
    case kept
    /// The system has taken bytes of the request.
    case wrote(all: Bool)
    case bytes([UInt8])
    /// The connection is gone.
    case lost(Loss)
    /// The reader wants the next part of the body.
    case readerWants
    /// Nobody can read the body any more.
    case readerGone
    /// The caller's task was cancelled.
    case cancel
    case shutDown
    case tick
  }

  enum Effect: Hashable {
    /// Ask the pool for a connection.
    case queue
    /// Tell the pool that none is wanted any more.
    case leaveQueue
    /// Write the request.
    case send
    /// Take one read from the socket.
    case read
    /// Give the caller the head; the body is what comes here, or still to be read.
    case answer(AnswerHead, body: Body)
    /// Give the reader a part of the body.
    case part([UInt8])
    /// Tell the reader that the body is complete.
    case finish
    /// Tell the caller, or the reader, that nothing more comes.
    case fail(TransportError)
    /// The connection is done with.
    case giveBack(Condition)
    /// The connection is dead, and another one is wanted in its place.
    case replace
  }

  enum Body: Hashable {
    case whole([UInt8])
    case toBeRead
  }

  /// How a connection is left.
  enum Condition: Hashable {
    case reusable
    case spent
    /// It fell silent, so the others to the same server may be dead as well.
    case suspect
  }

  /// How a connection was lost.
  enum Loss: Hashable {
    /// It was closed already when the request was to be written.
    case beforeWriting
    /// The server has closed it.
    case closed
    /// The server has closed it without the end that TLS asks for: something may be missing.
    case closedWithoutGoodbye
    case broken(String)
    /// The server refuses, by TLS, to talk to us: it has not looked at the request.
    case rejected(String)
  }

  /// What went wrong on the way to a connection.
  struct Trouble: Hashable {
    let code: TransportError.Code
    let reason: String
  }

  enum Ending: Hashable {
    case complete
    case failed(TransportError)
  }

  enum State: Hashable {
    /// Leads to `waiting`, or to `settled` when cancelled first.
    case new
    /// In the pool's queue. Leads to `opening` or `asking`.
    case waiting
    /// A connection is being opened. Leads to `asking`.
    case opening(reached: Bool)
    /// The request is on its way, the head of an answer has not come. Leads to `answering`, and, when a
    /// kept connection turns out to be closed, back to `opening`.
    case asking(kept: Bool)
    /// The head has come, the body is coming.
    case answering
    /// All has come that will; the connection is no longer its own. Final; a reader may still take
    /// what it has not taken.
    case settled(Ending)
  }

  let place: ExchangePlace
  let deadlines: HTTPDeadlines
  private let limits: HTTPLimits
  var state: State = .new
  var parser: AnswerParser
  /// What of the body has come and was not taken.
  var pending: [UInt8] = []
  /// The caller has the head.
  var isAnswered = false
  var isReaderWaiting = false
  /// The socket was asked for bytes, and has not given any.
  var isReading = false
  var isWritten = false
  /// Bytes of the request may have left.
  var wasSent = false
  /// The head allows another exchange on the connection.
  var headKeepsConnection = false
  var bodyBytes = 0
  var openSince: NIODeadline
  var quietSince: NIODeadline
  let totalBy: NIODeadline

  init(
    _ place: ExchangePlace, within deadlines: HTTPDeadlines, limits: HTTPLimits,
    at now: NIODeadline
  ) {
    self.place = place
    self.deadlines = deadlines
    self.limits = limits
    parser = AnswerParser(limits: limits, isToHEAD: place.isHEAD)
    openSince = now
    quietSince = now
    totalBy = deadlines.total.map { now + TimeAmount(bounded: $0) } ?? .distantFuture
  }

  /// When a tick would end the patience; `.distantFuture` where nothing is waited for.
  var deadline: NIODeadline {
    switch state {
    case .new, .settled: .distantFuture
    case .waiting, .opening: min(openSince + TimeAmount(bounded: deadlines.connect), totalBy)
    case .asking: min(quietBy, totalBy)
    case .answering: isReading ? min(quietBy, totalBy) : totalBy
    }
  }

  private var quietBy: NIODeadline { quietSince + TimeAmount(bounded: deadlines.silence) }

  var maximumConnections: Int { limits.maximumConnections }
}

/// What an exchange knows of its request and its server: words for messages, and what may be repeated.
struct ExchangePlace: Hashable, Sendable {
  let endpoint: String
  /// `GET /api`: no query, which may hold a key.
  let request: String
  let isHEAD: Bool
  let isRepeatable: Bool

  init(_ request: HTTPRequest, _ text: RequestText, at endpoint: HTTPEndpoint) {
    self.endpoint = endpoint.description
    let path = request.target.prefix { $0 != "?" }
    self.request = request.method + " " + (path.count > 200 ? path.prefix(200) + "…" : path)
    isHEAD = text.isHEAD
    isRepeatable = text.isRepeatable
  }

  var connecting: String { "connect to \(endpoint)" }
  var asking: String { "\(request) at \(endpoint)" }
}

extension TimeAmount {
  /// From nothing to a year, so that no deadline overflows.
  init(bounded duration: Duration) {
    self.init(min(max(duration, .zero), .seconds(365 * 86_400)))
  }
}

extension Duration {
  /// `10s`, `1.5s`, `250ms`.
  var words: String {
    let (seconds, attoseconds) = components
    let milliseconds = attoseconds / 1_000_000_000_000_000
    if seconds == 0 { return "\(milliseconds)ms" }
    guard milliseconds > 0 else { return "\(seconds)s" }
    var digits = String(1000 + milliseconds).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(seconds).\(digits)s"
  }
}
