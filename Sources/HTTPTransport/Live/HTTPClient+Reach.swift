import NIOCore

extension HTTPClient {
  /// Opens a connection and closes it again: whether somebody listens, and no more. Nothing is sent,
  /// and there is no TLS handshake.
  ///
  /// - Parameter limit: How long it may take, with the name's lookup; more than zero.
  /// - Throws: `TransportError` where there was no connection in time.
  public func reach(within limit: Duration) async throws(TransportError) {
    let place = endpoint
    let (results, told) = AsyncStream.makeStream(
      of: Result<Void, TransportError>.self, bufferingPolicy: .bufferingOldest(1))
    let isOpen = knock(by: .now() + TimeAmount(bounded: limit)) { result in
      told.yield(
        result.mapError { error in
          let trouble = Exchange.Trouble(opening: place, error)
          return TransportError(
            trouble.code, "connect to \(place)", trouble.reason, mayHaveBeenSent: false)
        })
    }
    guard isOpen else { throw .shutDown("connect to \(place)", mayHaveBeenSent: false) }
    // The lookup of a name may hang; so the time is kept here.
    let alarm = Task {
      guard (try? await Task.sleep(for: limit)) != nil else { return }
      told.yield(
        .failure(
          TransportError(
            .timedOut, "connect to \(place)", "no connection within \(limit)",
            mayHaveBeenSent: false)))
    }
    defer { alarm.cancel() }
    for await result in results { return try result.get() }
    throw TransportError(.cancelled, "connect to \(place)", "cancelled", mayHaveBeenSent: false)
  }
}
