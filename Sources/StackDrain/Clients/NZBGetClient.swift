import HTTPTransport
import Pacing
import Synchronization

/// NZBGet: its download queue, its post-processing and its scan of the folder of incoming files.
final class NZBGetClient: StackClient {
  private let place: ClientPlace
  private let login: BasicAuthorization?
  private let start = Mutex<Int?>(nil)

  init(_ place: ClientPlace, _ login: ClientSettings.Login?) {
    self.place = place
    self.login = login.map { BasicAuthorization($0, in: place.environment) }
  }

  func look(until deadline: Tick) async throws(ClientFault) -> TargetState {
    let answer = try await ask([NZBGetAPI.status], until: deadline) { _ throws(ClientFault) in }
    do throws(ClientFault) {
      guard let answer else { throw ClientFault("NZBGet was not asked") }
      var (state, start) = try NZBGetAPI.state(answer)
      state.instance = start.map { "started \(steady($0))" }
      return state
    } catch {
      throw ClientFault("\(place.name): \(error)")
    }
  }

  /// The same figure for one life: two clocks that are read one after the other differ by a second now
  /// and then.
  private func steady(_ seen: Int) -> Int {
    start.withLock { known in
      if let known, abs(known.distance(to: seen)) <= 2 { return known }
      known = seen
      return seen
    }
  }

  func pause(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    try await act(isPause: true, units, until: deadline)
  }

  func resume(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    try await act(isPause: false, units, until: deadline)
  }

  private func act(
    isPause: Bool, _ units: Set<String>, until deadline: Tick
  ) async throws(ClientFault) {
    let parts = NZBGetAPI.Part.allCases.filter { units.contains($0.rawValue) }
    guard !parts.isEmpty else { return }
    let requests = parts.map { part in
      { (path: String) in NZBGetAPI.act(path, isPause: isPause, part) }
    }
    _ = try await ask(requests, until: deadline, NZBGetAPI.taken)
  }

  private func ask(
    _ requests: [(String) -> HTTPRequest], until deadline: Tick,
    _ judge: (ClientAnswer) throws(ClientFault) -> Void
  ) async throws(ClientFault) -> ClientAnswer? {
    let authorization: BasicAuthorization.Value?
    do throws(ClientFault) {
      authorization = try await login?.read(until: deadline)
    } catch {
      throw ClientFault("\(place.name): \(error)")
    }
    return try await place.converse(until: deadline, hiding: authorization?.secrets ?? []) {
      (conversation) async throws(ClientFault) in
      var last: ClientAnswer?
      for make in requests {
        var request = make(place.path("/jsonrpc"))
        request.headers["Authorization"] = authorization?.field
        let answer = try await conversation.ask(request)
        if let authorization { login?.judge(answer, to: authorization) }
        try judge(answer)
        last = answer
      }
      return last
    }
  }
}
