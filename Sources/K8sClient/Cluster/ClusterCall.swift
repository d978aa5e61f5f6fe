import HTTPTransport
import Pacing

/// Carries out what a `RetryMachine` decides about one call.
struct ClusterCall: Sendable {
  let line: ClusterLine
  let clock: TickClock
  let settings: ClusterSettings

  /// Makes the call.
  ///
  /// - Parameters:
  ///   - request: The call.
  ///   - deadlines: How long the parts of one try may take.
  ///   - take: Reads what is wanted of an answer of 2xx; that may be sent anew if it throws.
  /// - Returns: What `take` read.
  /// - Throws: `KubernetesError` where no try led to an answer of 2xx.
  func perform<Answer: Sendable>(
    _ request: APIRequest, within deadlines: HTTPDeadlines,
    take: @Sendable (HTTPAnswer) async throws(TransportError) -> Answer
  ) async throws(KubernetesError) -> Answer {
    var machine = RetryMachine(request, settings.retries, seed: .random(in: .min ... .max))
    var effects = machine.handle(.started, at: clock.now())[...]
    var credential: ClientCredential?
    var answer: Answer?
    while let effect = effects.popFirst() {
      let event: RetryMachine.Event
      switch effect {
      case .send:
        do throws(ClusterLine.Obstacle) {
          let current = try await line.credential()
          credential = current
          let transport = try await line.transport(for: current)
          let outcome = await exchange(request, current, transport, within: deadlines, take: take)
          (event, answer) = outcome
        } catch {
          switch error {
          case .transport(let error): event = .broke(error)
          case .credentials(let error):
            throw KubernetesError(
              .unauthorized, request.operation, detail: error.description)
          }
        }
      case .reloadCredentials:
        await line.refused(credential)
        event = .reloaded
      case .wake(let tick):
        do {
          try await clock.sleep(tick)
          event = .alarm
        } catch {
          event = .cancelled
        }
      case .succeed:
        guard let answer else { continue }
        return answer
      case .fail(let error):
        throw error
      }
      effects += machine.handle(event, at: clock.now())
    }
    // The machine ends with one of the two effects above.
    throw KubernetesError(.cancelled, request.operation, mayHaveHappened: !request.isReadOnly)
  }

  private func exchange<Answer: Sendable>(
    _ request: APIRequest, _ credential: ClientCredential, _ transport: any Transport,
    within deadlines: HTTPDeadlines,
    take: @Sendable (HTTPAnswer) async throws(TransportError) -> Answer
  ) async -> (RetryMachine.Event, Answer?) {
    var http = request.http(userAgent: settings.userAgent)
    http.target = line.access.server.pathPrefix + http.target
    if let token = credential.token { http.headers["Authorization"] = "Bearer \(token.exposed)" }
    let sent = clock.now()
    do throws(TransportError) {
      let answer = try await head(of: http, transport, within: deadlines)
      line.heard(answer.headers, sent: sent, received: clock.now())
      for warning in APIWarning.read(answer.headers) {
        settings.onWarning(warning, request.operation)
      }
      guard (200...299).contains(answer.status) else {
        let body = await Self.beginning(of: answer.body, Status.maximumBodyBytes)
        return (.refused(Status(code: answer.status, headers: answer.headers, body: body)), nil)
      }
      return (.succeeded, try await take(answer))
    } catch {
      return (.broke(error), nil)
    }
  }

  /// The head, within the silence that any answer may begin with: a stream's own is far longer.
  private func head(
    of http: HTTPRequest, _ transport: any Transport, within deadlines: HTTPDeadlines
  ) async throws(TransportError) -> HTTPAnswer {
    let patience = settings.deadlines.connect + settings.deadlines.silence
    guard deadlines.silence > settings.deadlines.silence else {
      return try await transport.exchange(http, within: deadlines)
    }
    let result = await clock.limit(until: clock.now() + patience) {
      await Self.attempt(http, transport, deadlines)
    }
    guard let result else {
      throw TransportError(
        .timedOut, "\(http.method) at \(line.access.server.authority)",
        "no answer within \(patience)", mayHaveBeenSent: true)
    }
    return try result.get()
  }

  private static func attempt(
    _ http: HTTPRequest, _ transport: any Transport, _ deadlines: HTTPDeadlines
  ) async -> Result<HTTPAnswer, TransportError> {
    let answer: HTTPAnswer
    do throws(TransportError) {
      answer = try await transport.exchange(http, within: deadlines)
    } catch {
      return .failure(error)
    }
    return .success(answer)
  }

  /// What there is of the body of a refusal, as far as it is looked at: it never adds a failure.
  private static func beginning(of body: HTTPBody, _ limit: Int) async -> [UInt8] {
    var bytes: [UInt8] = []
    var iterator = body.makeAsyncIterator()
    while bytes.count < limit, let part = try? await iterator.next() {
      bytes += part
    }
    return Array(bytes.prefix(limit))
  }
}
