import HTTPTransport
import Pacing
import Synchronization

/// Transmission: its torrents, by hash. Speed limits are left alone: they would outlast a drain.
final class TransmissionClient: StackClient {
  private let place: ClientPlace
  private let login: BasicAuthorization?
  private let api = Mutex(TransmissionAPI())

  /// Torrents in one request.
  private static let chunk = 1000
  /// A stop takes half a second to be seen.
  private static let lookPause = Duration.milliseconds(250)
  private static let looksBetweenCalls = 4

  init(_ place: ClientPlace, _ login: ClientSettings.Login?) {
    self.place = place
    self.login = login.map { BasicAuthorization($0, in: place.environment) }
  }

  func look(until deadline: Tick) async throws(ClientFault) -> TargetState {
    // No `instance`: the session is renewed every hour, and what is stopped stays so anyway.
    try await converse(until: deadline) { (talk) async throws(ClientFault) in
      let (api, answer) = try await talk.ask { api, path in api.list(path) }
      return try api.torrents(answer, at: place.environment.date())
    }
  }

  func pause(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    try await act(.stop, units, until: deadline)
  }

  func resume(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    try await act(.start, units, until: deadline)
  }

  private func act(
    _ act: TransmissionAPI.Act, _ units: Set<String>, until deadline: Tick
  ) async throws(ClientFault) {
    // Without any the request would be about all torrents.
    let hashes = units.filter(TransmissionAPI.isHash).sorted()
    guard !hashes.isEmpty else { return }
    try await converse(until: deadline) { (talk) async throws(ClientFault) in
      try await send(act, hashes, talk)
      // It took the call; what comes of it is read back, so that no fault counts from here on.
      try? await insist(act, hashes, talk)
    }
  }

  /// Repeats a call until it is seen to have been carried out. A torrent that is being verified starts
  /// afterwards, whatever it was told meanwhile; one whose first bytes are on their way to the disk
  /// does not start, as its files seem to be gone.
  private func insist(
    _ act: TransmissionAPI.Act, _ hashes: [String], _ talk: Talk
  ) async throws(ClientFault) {
    while true {
      for _ in 0..<Self.looksBetweenCalls {
        let rest = talk.conversation.deadline - place.environment.now()
        guard rest > Self.lookPause * 2, (try? await Task.sleep(for: Self.lookPause)) != nil
        else { return }
        let (api, answer) = try await talk.ask { api, path in api.list(path) }
        let state = try api.torrents(answer)
        let others = act == .stop ? state.running : state.idle
        guard !others.isDisjoint(with: hashes) else { return }
      }
      try await send(act, hashes, talk)
    }
  }

  private func send(
    _ act: TransmissionAPI.Act, _ hashes: [String], _ talk: Talk
  ) async throws(ClientFault) {
    for start in stride(from: 0, to: hashes.count, by: Self.chunk) {
      let part = Array(hashes[start..<min(start + Self.chunk, hashes.count)])
      let (api, answer) = try await talk.ask { api, path in
        api.act(path, act, part) ?? api.list(path)
      }
      _ = try api.result(answer)
    }
  }

  private func converse<Value: Sendable>(
    until deadline: Tick, _ talk: (Talk) async throws(ClientFault) -> Value
  ) async throws(ClientFault) -> Value {
    let authorization: BasicAuthorization.Value?
    do throws(ClientFault) {
      authorization = try await login?.read(until: deadline)
    } catch {
      throw ClientFault("\(place.name): \(error)")
    }
    return try await place.converse(until: deadline, hiding: authorization?.secrets ?? []) {
      (conversation) async throws(ClientFault) in
      try await talk(
        Talk(client: self, conversation: conversation, authorization: authorization))
    }
  }

  private struct Talk: Sendable {
    let client: TransmissionClient
    let conversation: Conversation
    let authorization: BasicAuthorization.Value?

    /// Sends a request, and again where the session has ended, which it may at any time.
    func ask(
      _ make: (TransmissionAPI, String) -> HTTPRequest
    ) async throws(ClientFault) -> (TransmissionAPI, ClientAnswer) {
      var api = client.api.withLock { $0 }
      // Twice: the program may be started anew between two requests.
      for _ in 0..<3 {
        var request = make(api, client.place.path("/transmission/rpc"))
        request.headers["Authorization"] = authorization?.field
        let answer = try await conversation.ask(request)
        if let authorization { client.login?.judge(answer, to: authorization) }
        guard try api.takesSession(answer) else { return (api, answer) }
        let renewed = api
        client.api.withLock { $0 = renewed }
      }
      throw ClientFault("Transmission wants another session each time")
    }
  }
}
