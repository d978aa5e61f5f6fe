extension StubAPIServer {
  /// Starts a server, lends it out, and stops it, whatever happens meanwhile.
  ///
  /// - Parameters:
  ///   - cluster: What it serves; an empty cluster unless told.
  ///   - options: How it behaves below HTTP, and how its time passes.
  ///   - body: Gets the server.
  /// - Returns: What the body returns.
  /// - Throws: What the body throws, or what hinders the start.
  public static func run<R: Sendable>(
    _ cluster: StubCluster? = nil, options: StubServerOptions = StubServerOptions(),
    _ body: (StubAPIServer) async throws -> R
  ) async throws -> R {
    let server = try await StubAPIServer(cluster, options: options)
    do {
      let result = try await body(server)
      try await server.stop()
      return result
    } catch {
      try? await server.stop()
      throw error
    }
  }
}
