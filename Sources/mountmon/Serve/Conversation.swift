import NIOCore
import NIOHTTP1

/// One client's side of the server, as a value: what it has asked, what it may still ask, what it
/// was answered. It reads no clock and no socket; `ConnectionHandler` carries its effects out.
struct Conversation {
  enum Event {
    /// Bytes have arrived; they are parsed next. `endsLine` says whether a line feed is among them.
    case bytes(endsLine: Bool)
    case head(HTTPRequestHead)
    case body(bytes: Int)
    case requestEnded
    case malformed(Fault)
    /// Everything that had arrived is parsed.
    case readCompleted
    /// The effect `answer`, `refuse` or `proceed` was carried out, and made so many bytes.
    case composed(bytes: Int)
    /// The kernel has taken everything that was flushed.
    case sent
    /// The client will send nothing more; it may still read.
    case inputClosed
    case connectionLost
    case tick
    /// The server is stopping.
    case drain
    /// The server needs the room for a newer connection.
    case evict
  }

  enum Fault: Hashable {
    case tooLarge
    case unknownVersion
    case truncated
    case notHTTP
  }

  enum Effect: Hashable {
    /// Ask the routes and compose what they say; `closes` when nothing will follow.
    case answer(AskedRequest, closes: Bool)
    /// Compose this, as the last answer.
    case refuse(HTTPAnswer, withoutBody: Bool)
    /// Compose `100 Continue`.
    case proceed
    /// Hand everything composed to the kernel.
    case flush
    /// Say that nothing more will be sent, and go on dropping what arrives.
    case hangUp
    case close(Ending)
  }

  enum Ending: Hashable {
    case finished
    case timedOut
    case evicted
  }

  enum Hearing: Hashable {
    /// No part of the next request is known to have arrived. Leads to `head`.
    case silence
    /// A part of a head has arrived. Leads to `body`, or by a refusal to `deaf`.
    case head(lineEnded: Bool)
    /// A head was accepted, its body is being dropped. Leads to `silence` or `deaf`.
    case body(AskedRequest, received: Int)
    /// Whatever arrives is dropped: the last request is known. Final.
    case deaf
  }

  enum Speaking: Hashable {
    /// Nothing to say. Leads to `composing`, `lingering` or `gone`.
    case silent
    /// An answer is being composed, after so many bytes of others. Leads to `sending`.
    case composing(bytes: Int)
    /// The kernel has not taken everything yet. Leads to `silent`.
    case sending
    /// Everything was said and the output is closed; the input is being dropped. Leads to `gone`.
    case lingering
    /// The connection is closed. Final.
    case gone
  }

  enum Turn: Hashable {
    case request(AskedRequest)
    case proceed
    case refusal(HTTPAnswer, toHead: Bool)
  }

  let limits: ServerLimits
  var hearing: Hearing = .silence
  var speaking: Speaking = .silent
  /// What was asked and is not answered yet, in order. Holds what one read brings at most.
  var turns = CircularBuffer<Turn>(initialCapacity: 1)
  /// The client cannot know that the connection is about to close, so it may still be sending.
  var closesUnasked = false
  var inputIsClosed = false
  var isDraining = false
  /// No request has been heard yet.
  var isFresh = true
  var hearingSince: NIODeadline
  var speakingSince: NIODeadline
  /// When the client last completed a request or took its answers; the oldest is evicted first.
  /// Single bytes are no progress, or a crawling client would be kept before a good one.
  var lastProgress: NIODeadline

  init(limits: ServerLimits, at now: NIODeadline) {
    self.limits = limits
    hearingSince = now
    speakingSince = now
    lastProgress = now
  }

  /// Whether the socket is to be read: not while answers wait for their client.
  var wantsInput: Bool {
    switch speaking {
    case .silent: turns.isEmpty && hearing != .deaf
    case .composing, .sending, .gone: false
    case .lingering: true
    }
  }

  /// Whether bytes that arrive are to be parsed at all.
  var isListening: Bool { hearing != .deaf }

  /// When a tick would end the patience with this client.
  var deadline: NIODeadline {
    switch speaking {
    case .silent, .composing:
      let patience =
        hearing == .silence && !isFresh ? limits.idleTimeout : limits.requestTimeout
      return hearingSince + TimeAmount(bounded: patience)
    case .sending: return speakingSince + TimeAmount(bounded: limits.writeTimeout)
    case .lingering: return speakingSince + TimeAmount(bounded: limits.lingerTimeout)
    case .gone: return .distantFuture
    }
  }
}
