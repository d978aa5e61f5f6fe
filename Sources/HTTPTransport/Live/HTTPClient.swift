public import NIOCore

/// A client of one server: HTTP/1.1 over TCP, TLS or a Unix socket.
///
/// ```swift
/// let client = try HTTPClient(to: .tls("10.96.0.1", port: 443), tls: TLSSettings(trustRoots: .pem(ca)))
/// let answer = try await client.exchange(HTTPRequest("GET", "/version"), within: HTTPDeadlines())
/// let text = try await answer.body.collect(upTo: 65_536)
/// await client.shutdown()
/// ```
///
/// Connections are kept for the next request where the server allows it, a bounded number of them; a
/// request beyond that waits in order, with its deadlines running. Nothing is read ahead: a slow reader
/// slows the server. Cancelling the task that waits for an answer, or reads it, closes the connection
/// at once.
///
/// A kept connection that turns out to be closed before a byte of the answer came is replaced, and the
/// request sent again, if it is a GET or a HEAD; any other only if nothing of it was sent.
///
/// Not supported, on purpose: proxies, redirects (the answer with its `Location` is the caller's),
/// compression, HTTP/2, upgrades, trailers (they are read over), and request bodies that are streamed.
///
/// Call `shutdown()` at the end, before the event loop ends. A client that is dropped without it closes
/// its connections when the last answer that is being read is dropped as well.
public final class HTTPClient: Transport {
  private let door: LoopDoor
  private let plan: ClientPlan

  /// A client; nothing is connected before the first exchange.
  ///
  /// - Parameters:
  ///   - endpoint: Where the server is.
  ///   - tls: How its certificate is checked; without meaning where there is no TLS.
  ///   - limits: What the client spends at most.
  ///   - group: Where its sockets live: an event loop of NIOPosix, or a group, of which one is taken.
  ///     `nil`: one thread of its own, started with the first exchange.
  /// - Throws: `HTTPSettingsError` where a piece of `tls` cannot be used.
  public convenience init(
    to endpoint: HTTPEndpoint, tls: TLSSettings = TLSSettings(), limits: HTTPLimits = HTTPLimits(),
    on group: (any EventLoopGroup)? = nil
  ) throws(HTTPSettingsError) {
    try self.init(
      to: endpoint, tls: tls, limits: limits, on: group, lookup: NameLookup.getaddrinfo)
  }

  /// The same, with a lookup of names that tests choose.
  init(
    to endpoint: HTTPEndpoint, tls: TLSSettings, limits: HTTPLimits,
    on group: (any EventLoopGroup)?, lookup: @escaping NameLookup.System
  ) throws(HTTPSettingsError) {
    plan = ClientPlan(
      endpoint: endpoint, tls: endpoint.usesTLS ? try tls.context() : nil,
      checksName: tls.verification == .full, limits: limits, lookup: lookup)
    door = LoopDoor(plan, on: group)
  }

  /// Where the server is.
  public var endpoint: HTTPEndpoint { plan.endpoint }

  /// Sends a request and waits for the head of its answer.
  ///
  /// - Parameters:
  ///   - request: What is sent. `Host`, `Content-Length` and `Connection` are set here.
  ///   - deadlines: How long each part may take; waiting for a free connection is a part of connecting.
  /// - Returns: The answer, of whatever status; its body is still to be read.
  /// - Throws: `TransportError`; `mayHaveBeenSent` is false only if the server has not got the request.
  public func exchange(
    _ request: HTTPRequest, within deadlines: HTTPDeadlines
  ) async throws(TransportError) -> HTTPAnswer {
    let ticket = try prepare(request, within: deadlines)
    let door = door
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (waiter: Ticket.HeadWaiter) in
        let isOpen = door.enter { desk in desk.start(ticket, waiter, through: door) }
        if !isOpen {
          let operation = "\(request.method) at \(plan.endpoint)"
          waiter.resume(returning: .failure(.shutDown(operation, mayHaveBeenSent: false)))
        }
      }
    } onCancel: {
      door.enter { $0.handle(.exchange(ticket.value, .cancel)) }
    }
    return try result.get()
  }

  /// Ends every exchange with `closed`, closes every connection, and returns when all of them are closed.
  /// Afterwards every exchange throws `closed`. A second call returns at once.
  public func shutdown() async {
    await door.close()
  }

  /// Connections that are open or being opened, as this end knows them.
  func connectionCount() async -> Int {
    await withCheckedContinuation { waiter in
      let isOpen = door.enter { waiter.resume(returning: $0.connectionCount) }
      if !isOpen { waiter.resume(returning: 0) }
    }
  }

  private func prepare(
    _ request: HTTPRequest, within deadlines: HTTPDeadlines
  ) throws(TransportError) -> NIOLoopBoundBox<Ticket> {
    let text: RequestText
    do {
      text = try RequestText(request, host: plan.endpoint.hostField)
    } catch {
      throw TransportError(
        .invalidRequest, "send a request to \(plan.endpoint)", error.reason, mayHaveBeenSent: false)
    }
    let exchange = Exchange(
      ExchangePlace(request, text, at: plan.endpoint), within: deadlines, limits: plan.limits,
      at: .now())
    guard let ticket = door.box(Ticket(text, exchange)) else {
      throw .shutDown("\(request.method) at \(plan.endpoint)", mayHaveBeenSent: false)
    }
    return ticket
  }

  /// Opens a connection and closes it again.
  ///
  /// - Returns: Whether it was begun: false once the client is shut down.
  func knock(
    by deadline: NIODeadline, _ done: @escaping @Sendable (Result<Void, any Error>) -> Void
  ) -> Bool {
    door.enter { desk in
      Connector(desk).connect(by: deadline) { _ in true }.assumeIsolated().whenComplete { result in
        if case .success(let channel) = result { channel.close(promise: nil) }
        done(result.map { _ in })
      }
    }
  }
}
