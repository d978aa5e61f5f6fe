import NIOCore
import NIOPosix
import NIOSSL

/// One connection: opens it, turns what its channel reports into events of the exchange that it
/// carries, and does what the desk says. Decides nothing. Lives on the event loop.
final class Connection {
  private enum Phase {
    /// Before there is a channel: those that are tried.
    case opening([any Channel])
    case handshaking(any Channel, NIOSSLClientHandler)
    case open(any Channel, NIOSSLClientHandler?)
    case closed
  }

  let id: ConnectionID
  /// The exchange that it carries; `nil` while it idles.
  var ticket: Ticket?
  private let desk: Desk
  private var phase: Phase = .opening([])
  /// What went wrong, for when the channel turns out to be closed.
  private var loss: Exchange.Loss = .closed

  init(_ id: ConnectionID, at desk: Desk) {
    self.id = id
    self.desk = desk
  }

  var isOpen: Bool {
    if case .open(let channel, _) = phase { channel.isActive } else { false }
  }

  func open(by deadline: NIODeadline) {
    desk.channelOpens()
    let this = NIOLoopBound(self, eventLoop: desk.loop)
    Connector(desk).connect(by: deadline) { channel in this.value.takes(channel) }
      .assumeIsolated().whenComplete { result in
        switch result {
        case .success(let channel): self.begin(channel)
        case .failure(let error):
          self.desk.channelClosed()
          self.fail(Exchange.Trouble(opening: self.desk.plan.endpoint, error))
        }
      }
  }

  func send(_ text: RequestText) {
    guard case .open(let channel, _) = phase, channel.isActive else {
      return tell(.lost(.beforeWriting))
    }
    var buffer = channel.allocator.buffer(
      capacity: text.head.count + min(text.body.count, Self.slice))
    buffer.writeBytes(text.head)
    var body = text.body[...]
    repeat {
      buffer.writeBytes(body.prefix(Self.slice))
      body = body.dropFirst(Self.slice)
      let isLast = body.isEmpty
      let written = channel.eventLoop.makePromise(of: Void.self)
      let ticket = ticket
      written.futureResult.assumeIsolated().whenSuccess {
        guard let ticket, self.ticket === ticket else { return }
        self.desk.handle(.exchange(ticket, .wrote(all: isLast)))
      }
      channel.write(buffer, promise: written)
      buffer = ByteBuffer()
    } while !body.isEmpty
    channel.flush()
  }

  /// How much of a body goes to the channel as one write, each of which that is taken is a sign of life.
  private static let slice = 64 * 1024

  func read() {
    switch phase {
    case .open(let channel, _), .handshaking(let channel, _): channel.read()
    case .opening, .closed: break
    }
  }

  /// At once: where there is TLS its goodbye is sent, and the server's is not waited for.
  func close() {
    let before = phase
    phase = .closed
    ticket = nil
    switch before {
    case .opening(let attempts): for channel in attempts { channel.close(promise: nil) }
    case .open(let channel, let tls):
      channel.close(promise: nil)
      if let tls { closeSocket(of: channel, below: tls) }
    case .handshaking(let channel, let tls): closeSocket(of: channel, below: tls)
    case .closed: break
    }
  }

  private func closeSocket(of channel: any Channel, below tls: NIOSSLClientHandler) {
    guard let context = try? channel.pipeline.syncOperations.context(handler: tls) else { return }
    context.close(mode: .all, promise: nil)
  }

  private func tell(_ event: Exchange.Event) {
    if let ticket { desk.handle(.exchange(ticket, event)) }
  }

  private func fail(_ trouble: Exchange.Trouble) {
    guard case .closed = phase else { return tell(.unopened(trouble)) }
  }
}

extension Connection {
  /// - Returns: Whether an attempt is still wanted.
  private func takes(_ attempt: any Channel) -> Bool {
    guard case .opening(let others) = phase else { return false }
    phase = .opening(others + [attempt])
    return true
  }

  private func begin(_ channel: any Channel) {
    channel.closeFuture.assumeIsolated().whenComplete { _ in self.desk.channelClosed() }
    guard case .opening = phase else { return channel.close(promise: nil) }
    do {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(ConnectionHandler(self))
      guard let context = desk.plan.tls else {
        phase = .open(channel, nil)
        return tell(.opened)
      }
      let tls = try NIOSSLClientHandler(
        context: context, serverHostname: desk.plan.endpoint.serverName)
      phase = .handshaking(channel, tls)
      tell(.reached)
      try pipeline.addHandler(tls, position: .first)
      channel.read()
    } catch {
      phase = .opening([channel])
      fail(Exchange.Trouble(opening: desk.plan.endpoint, error))
    }
  }

  func handshakeEnded() {
    guard case .handshaking(let channel, let tls) = phase else { return }
    if desk.plan.checksName, let name = desk.plan.endpoint.serverName,
      tls.peerCertificate.map({ CertificateNames($0).cover(name) }) != true
    {
      return fail(handshakeTrouble(NIOSSLExtraError.failedToValidateHostname, tls))
    }
    phase = .open(channel, tls)
    tell(.opened)
  }

  func received(_ bytes: ByteBuffer) {
    guard case .open = phase else { return }
    if ticket == nil {
      // Nobody asked for anything: whatever it is, the next answer could be mistaken for it.
      desk.handle(.pool(.ended(id)))
    } else {
      tell(.bytes(Array(bytes.readableBytesView)))
    }
  }

  func caught(_ error: any Error) {
    switch phase {
    case .opening, .closed: break
    case .handshaking(_, let tls): fail(handshakeTrouble(error, tls))
    case .open(let channel, _):
      switch error {
      case NIOSSLError.uncleanShutdown:
        if loss == .closed { loss = .closedWithoutGoodbye }
      case let error as IOError: loss = .broken(Exchange.Trouble.text(error.errnoCode))
      default:
        let text = "\(error)"
        let words = HandshakeFailure(
          text: text, host: "", certificate: nil, now: 0
        ).reason
        loss = HandshakeFailure.isRejection(text) ? .rejected(words) : .broken(words)
      }
      channel.close(promise: nil)
    }
  }

  func ended() {
    switch phase {
    case .opening, .closed: break
    case .handshaking:
      fail(Exchange.Trouble(code: .handshakeFailed, reason: "the connection was closed"))
    case .open:
      if ticket == nil { desk.handle(.pool(.ended(id))) } else { tell(.lost(loss)) }
    }
  }

  private func handshakeTrouble(
    _ error: any Error, _ tls: NIOSSLClientHandler
  ) -> Exchange.Trouble {
    if let error = error as? IOError {
      return Exchange.Trouble(
        code: .handshakeFailed,
        reason: "the connection broke during the TLS handshake: "
          + Exchange.Trouble.text(error.errnoCode))
    }
    let failure = HandshakeFailure(
      text: "\(error)", host: desk.plan.endpoint.certificateName,
      certificate: tls.peerCertificate.map(HandshakeFailure.Certificate.init),
      now: WallClock.now)
    return Exchange.Trouble(code: .handshakeFailed, reason: failure.reason)
  }
}
