/// How the server behaves below HTTP, and how its time passes.
public struct StubServerOptions: Sendable {
  /// How time passes in the cluster.
  public enum Clock: Hashable, Sendable {
    /// As here, so many times faster.
    case real(scale: Double)
    /// Only when a test says so, by ``StubAPIServer/advance(by:)``.
    case manual
  }

  /// How events of a stream are cut into pieces.
  public enum Pieces: Hashable, Sendable {
    /// Each event in a chunk of its own, sent at once.
    case events
    /// So many bytes at a time, chunk framing and all.
    case bytes(Int)
    /// Several events in one chunk: what comes within this time is sent together.
    case together(Duration)
  }

  /// How time passes in the cluster.
  public var clock = Clock.real(scale: 1)
  /// How events of a stream are cut into pieces.
  public var pieces = Pieces.events
  /// Whether answers take as long as the real server's, such as 3 s for a future resourceVersion.
  public var takesItsTime = false
  /// From how many bytes on a body is sent in chunks.
  public var chunkedFrom = 2048

  /// In real time, an event a chunk.
  public init() {}
}
