public import Pacing

/// How a watch goes about its work. The defaults suit a few hundred objects and a busy server.
public struct WatchPolicy: Hashable, Sendable {
  /// The most that a server's Retry-After is obeyed.
  public static let maximumRetryAfter: Duration = .seconds(300)
  /// How many streams in a row may end early before the watch calls itself interrupted.
  public static let shortStreamsBorne = 3
  /// A stream that was to last at least this long shows a bookmark; one without any is not believed.
  public static let bookmarksExpectedFrom: Duration = .seconds(120)

  /// How many objects a page of a list has.
  public var pageSize: Int
  /// For how long the server is asked to keep a stream open: this, and up to as much again by chance,
  /// so that not all clients come back at the same moment.
  public var streamTimeout: Duration
  /// How much longer a stream may be silent than it was to last, before it is cut.
  public var streamMargin: Duration
  /// How long a stream has to last to count as healthy: failures are forgotten then.
  public var healthyAfter: Duration
  /// How old a list may become before it is repeated, at the next end of a stream. It heals what a
  /// watch cannot see, such as a database restored from a copy; nothing differs otherwise.
  public var listInterval: Duration
  /// The pauses between tries.
  public var backoff: Backoff
  /// Whether objects are kept, so that those which a list no longer holds can be shown once more. The
  /// watch then needs memory for all of them; without, for their names, uids and versions alone.
  public var keepsObjects: Bool

  /// A policy that differs from the defaults where an argument is given.
  ///
  /// - Parameters:
  ///   - pageSize: Objects on a page of a list, at least 1.
  ///   - streamTimeout: The shortest time that a stream is asked to last, at least a second.
  ///   - streamMargin: How much longer than that it may be silent.
  ///   - healthyAfter: How long a stream has to last to count as healthy.
  ///   - listInterval: How old a list may become before it is repeated.
  ///   - backoff: The pauses between tries.
  ///   - keepsObjects: Whether objects are kept for changes that a list brings.
  public init(
    pageSize: Int = 100, streamTimeout: Duration = .seconds(300),
    streamMargin: Duration = .seconds(30), healthyAfter: Duration = .seconds(10),
    listInterval: Duration = .seconds(3600),
    backoff: Backoff = Backoff(initial: .milliseconds(500), maximum: .seconds(30)),
    keepsObjects: Bool = false
  ) {
    self.pageSize = max(1, pageSize)
    self.streamTimeout = max(.seconds(1), streamTimeout)
    self.streamMargin = max(.zero, streamMargin)
    self.healthyAfter = max(.zero, healthyAfter)
    self.listInterval = listInterval
    self.backoff = backoff
    self.keepsObjects = keepsObjects
  }
}
