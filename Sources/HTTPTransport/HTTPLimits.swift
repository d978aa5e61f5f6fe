/// What one client spends at most: every queue, every buffer and every pause is named here.
public struct HTTPLimits: Hashable, Sendable {
  /// Connections that are open or being opened. A watch holds one for as long as it lasts, so a client
  /// with watches needs more than it has of those. Less than one counts as one.
  public var maximumConnections = 4
  /// Exchanges that wait, in order, for a connection; one more fails with `busy`.
  public var maximumWaiting = 256
  /// How long a kept connection may idle before it is closed. Shorter than the server's own patience,
  /// or requests meet connections that are just being closed.
  public var idleTime: Duration = .seconds(60)
  /// The status line and the fields of one answer together, and again for its trailers.
  public var maximumHeadBytes = 64 * 1024
  /// The fields of one answer, and again for its trailers.
  public var maximumFields = 128
  /// The line before each chunk: its size and what a server may write after it.
  public var maximumChunkLineBytes = 1024
  /// Answers of 1xx before the one that counts.
  public var maximumInterimAnswers = 8
  /// Bytes taken from the socket in one read, which is all that is ever read ahead.
  public var maximumReadBytes = 32 * 1024

  /// The limits that are good for a small client.
  public init() {}
}
