import NIOCore

/// What one server spends on its clients at most. Every queue and every wait is named here.
struct ServerLimits: Sendable, Hashable {
  /// Beyond it, the connection that has gone longest without progress is closed to make room: a
  /// flood of idle or crawling connections cannot lock a new client out.
  var maximumConnections = 256
  /// Names and values of a request's fields and its target together; more is answered with 431.
  var maximumHeaderBytes = 16 * 1024
  /// Fields in one request; more is answered with 431.
  var maximumHeaderFields = 100
  /// More is answered with 414.
  var maximumRequestTargetBytes = 2 * 1024
  /// Bodies mean nothing here and are thrown away up to this size; more is answered with 413.
  var maximumBodyBytes = 64 * 1024
  /// A whole request, from its first byte to its last, or from the connection to its first request.
  var requestTimeout: Duration = .seconds(10)
  /// The silence between two requests.
  var idleTimeout: Duration = .seconds(60)
  /// From handing answers to the kernel until the client has taken them from it.
  var writeTimeout: Duration = .seconds(15)
  /// After a refusal the client's remaining bytes are read and dropped for so long, because closing
  /// at once would reset the connection and the client could lose the refusal.
  var lingerTimeout: Duration = .seconds(2)
  /// Answers to pipelined requests are handed to the kernel when they reach this size; nothing more
  /// is read or answered until it has taken them.
  var maximumUnsentBytes = 64 * 1024

  /// How often deadlines are looked at, while there is a connection at all.
  var sweepInterval: Duration {
    let shortest = min(requestTimeout, idleTimeout, writeTimeout, lingerTimeout)
    return min(max(shortest / 4, .milliseconds(20)), .seconds(1))
  }
}

extension TimeAmount {
  /// From nothing to a year, so that no deadline overflows.
  init(bounded duration: Duration) {
    self.init(min(max(duration, .zero), .seconds(365 * 86_400)))
  }
}
