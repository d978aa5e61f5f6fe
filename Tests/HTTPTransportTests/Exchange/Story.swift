import NIOCore
import Testing

@testable import HTTPTransport

/// An exchange with a clock of seconds: `at` moves it, every call gives the effects.
struct Story {
  var exchange: Exchange
  var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  init(
    _ method: String = "GET", connect: Int = 5, silence: Int = 10, total: Int? = 30
  ) throws {
    let request = HTTPRequest(method, "/path?key=secret")
    let endpoint = try HTTPEndpoint.tcp("h", port: 80)
    exchange = Exchange(
      ExchangePlace(request, try RequestText(request, host: "h"), at: endpoint),
      within: HTTPDeadlines(
        connect: .seconds(connect), silence: .seconds(silence),
        total: total.map { .seconds($0) }),
      limits: HTTPLimits(), at: now)
  }

  mutating func after(_ seconds: Int, _ event: Exchange.Event) -> [Exchange.Effect] {
    now = now + .seconds(Int64(seconds))
    return exchange.handle(event, at: now)
  }

  mutating func on(_ event: Exchange.Event) -> [Exchange.Effect] { after(0, event) }

  mutating func bytes(_ text: String, after seconds: Int = 0) -> [Exchange.Effect] {
    after(seconds, .bytes(Array(text.utf8)))
  }

  /// Seconds to the deadline.
  var patience: Int64 { (exchange.deadline - now).nanoseconds / 1_000_000_000 }

  /// To where the request is written on a fresh connection, or on a kept one.
  mutating func ask(kept: Bool = false) {
    #expect(on(.start) == [.queue])
    if kept {
      #expect(on(.kept) == [.send, .read])
    } else {
      #expect(on(.opening).isEmpty)
      #expect(on(.opened) == [.send, .read])
    }
    #expect(on(.wrote(all: true)).isEmpty)
  }

  /// To where a part of a body that goes on was given.
  mutating func answer() {
    ask()
    let effects = bytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    #expect(effects.count == 1)
  }
}

func transportError(
  _ code: TransportError.Code, _ operation: String, _ reason: String, sent: Bool = true
) -> TransportError {
  TransportError(code, operation, reason, mayHaveBeenSent: sent)
}

let askingOfStory = "GET /path at h:80"
