public import HTTPTransport
public import JSONValue
public import Pacing

/// Decides what a watch does next, and tells how the set of objects changes: list, follow the list by
/// a stream, resume the stream where it ended, list again where that cannot be done.
///
/// A pure machine. Its last effect, where there is one, is the one thing to do next; the event that
/// comes of it is handled before anything else is done.
public struct WatchMachine: Hashable, Sendable {
  /// What can happen.
  public enum Event: Hashable, Sendable {
    /// The time that was waited for has come; also the first event of all.
    case tick
    /// A page of the list came.
    case listed(WatchPage)
    /// No page came.
    case listFailed(KubernetesError)
    /// The stream is open.
    case opened
    /// There is no stream.
    case openFailed(KubernetesError)
    /// An event came through the stream.
    case arrived(WatchEvent)
    /// The stream has ended.
    case ended(StreamEnd)
  }

  /// How a stream ends.
  public enum StreamEnd: Hashable, Sendable {
    /// As the server meant it to end.
    case clean
    /// The connection was lost.
    case cut(TransportError)
    /// Something came that is no event; in words.
    case malformed(String)
  }

  /// What is to be done.
  public enum Effect: Hashable, Sendable {
    /// Tell this.
    case deliver(WatchChange<JSONValue>)
    /// Drop the stream: nothing more is read of it.
    case close
    /// Ask for a page of the list; answered by `listed` or `listFailed`. Without a limit the whole
    /// list is asked for.
    case list(limit: Int?, continuation: String?)
    /// Ask for a stream of what happens after this version; answered by `opened` or `openFailed`.
    case open(resourceVersion: String, timeoutSeconds: Int)
    /// Read the stream; answered by `arrived`, by `ended`, or by `tick` at this instant.
    case read(until: Tick)
    /// Do nothing; answered by `tick` at this instant.
    case wait(until: Tick)
  }

  /// Where a watch stands.
  public enum State: Hashable, Sendable {
    /// Nothing has happened. Leads to `listing`.
    case idle
    /// A page of the list is asked for. Leads to itself, to `opening` after the last page, to
    /// `pausing`.
    case listing(Listing)
    /// A stream is asked for. Leads to `streaming` or `pausing`.
    case opening(timeout: Duration)
    /// A stream is read. Leads to `opening`, `listing` or `pausing` when it ends.
    case streaming(Stream)
    /// It is not time yet for the next try. Leads to `listing` or `opening`.
    case pausing(until: Tick, then: Step)
  }

  /// What follows on a pause.
  public enum Step: Hashable, Sendable {
    /// The list, from its first page.
    case list
    /// The stream, from where the last one ended.
    case open
  }

  /// A list on its way.
  public struct Listing: Hashable, Sendable {
    /// Whether it is asked for by pages.
    var isPaged: Bool
    /// The version that its first page gave.
    var resourceVersion: String?
    /// What the page on its way is asked for with.
    var continuation: String?
  }

  /// A stream that is open.
  public struct Stream: Hashable, Sendable {
    var opened: Tick
    var deadline: Tick
    /// How long it was asked to last.
    var timeout: Duration
    /// Whether anything came at all.
    var sawAny = false
    /// Whether anything new came.
    var isProgress = false
  }

  /// What the caller was told of, and not yet that it is over.
  struct Interruption: Hashable, Sendable {
    var code: KubernetesError.Code
    /// Whether streams are the trouble, not how they are come by.
    var isOfStreams: Bool
  }

  /// How often what happened.
  public struct Counts: Hashable, Sendable {
    /// Lists that were begun.
    public var lists = 0
    /// Streams that were open.
    public var streams = 0
    /// Events that came, bookmarks included.
    public var events = 0
    /// Versions that were too old for the server.
    public var expiries = 0
    /// Calls that failed, streams that ended too early and what was no event.
    public var failures = 0
  }

  /// What is watched, for people: `watch pods in media`.
  public let operation: String
  /// How it goes about its work.
  public let policy: WatchPolicy
  /// Where it stands.
  public internal(set) var state: State = .idle
  /// How often what happened.
  public internal(set) var counts = Counts()

  var generator: SeededGenerator
  var told: WatchedSet
  /// Up to where everything has been told.
  var position: String?
  var lastList: Tick?
  /// Failures in a row.
  var failures = 0
  /// Whether the next list is asked for in one piece, since one by pages became too old under way.
  var listsInOnePiece = false
  var isSynced = false
  var interruption: Interruption?

  /// A machine that has done nothing; its first event is `tick`.
  ///
  /// - Parameters:
  ///   - operation: What is watched, for people and for errors.
  ///   - policy: How it goes about its work.
  ///   - seed: Where its chance comes from.
  public init(operation: String, policy: WatchPolicy = .init(), seed: UInt64) {
    self.operation = operation
    self.policy = policy
    generator = SeededGenerator(seed: seed)
    told = WatchedSet(keepsObjects: policy.keepsObjects)
  }

  /// Where each object is that has been told of and is not deleted.
  public var keys: some Collection<ObjectKey> { told.entries.keys }

  /// Takes an event. One that does not belong to the state is ignored.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - now: When; never earlier than at the call before.
  /// - Returns: What is to be done, in this order.
  public mutating func handle(_ event: Event, at now: Tick) -> [Effect] {
    switch (state, event) {
    case (.idle, .tick):
      return beginList(at: now)
    case (.pausing(let until, let step), .tick):
      guard until <= now else { return [.wait(until: until)] }
      switch step {
      case .list: return beginList(at: now)
      case .open: return open(at: now)
      }
    case (.listing(let listing), .listed(let page)):
      return take(page, of: listing, at: now)
    case (.listing(let listing), .listFailed(let error)):
      return listFailed(error, listing, at: now)
    case (.opening(let timeout), .opened):
      return opened(timeout: timeout, at: now)
    case (.opening, .openFailed(let error)):
      return openFailed(error, at: now)
    case (.streaming(let stream), .arrived(let event)):
      return take(event, of: stream, at: now)
    case (.streaming(let stream), .ended(let end)):
      return ended(stream, end, at: now)
    case (.streaming(let stream), .tick):
      return look(at: stream, now)
    case (.idle, .listed), (.idle, .listFailed), (.idle, .opened), (.idle, .openFailed),
      (.idle, .arrived), (.idle, .ended),
      (.pausing, .listed), (.pausing, .listFailed), (.pausing, .opened), (.pausing, .openFailed),
      (.pausing, .arrived), (.pausing, .ended),
      (.listing, .tick), (.listing, .opened), (.listing, .openFailed), (.listing, .arrived),
      (.listing, .ended),
      (.opening, .tick), (.opening, .listed), (.opening, .listFailed), (.opening, .arrived),
      (.opening, .ended),
      (.streaming, .listed), (.streaming, .listFailed), (.streaming, .opened),
      (.streaming, .openFailed):
      return []
    }
  }
}
