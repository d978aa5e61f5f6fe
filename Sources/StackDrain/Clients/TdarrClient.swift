import HTTPTransport
import Pacing

/// Tdarr: its nodes, by name. What a node works on is finished; it takes nothing new.
struct TdarrClient: StackClient {
  private let place: ClientPlace
  private let key: SecretReader?
  private let chosen: [String]

  init(_ place: ClientPlace, key: SecretSource?, nodes: [String]) {
    self.place = place
    self.key = key.map { SecretReader($0, in: place.environment) }
    chosen = nodes
  }

  func look(until deadline: Tick) async throws(ClientFault) -> TargetState {
    try await converse(until: deadline) { (talk, api) async throws(ClientFault) in
      TdarrAPI.state(try await nodes(talk, api), chosen: chosen)
    }
  }

  private func nodes(
    _ talk: Conversation, _ api: TdarrAPI
  ) async throws(ClientFault) -> [TdarrAPI.Node] {
    let nodes = try TdarrAPI.nodes(try await talk.ask(api.nodes()))
    // That there are none may be the answer of any program.
    if nodes.isEmpty { try TdarrAPI.status(try await talk.ask(api.status())) }
    return nodes
  }

  func pause(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    try await set(isPaused: true, units, until: deadline)
  }

  func resume(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    try await set(isPaused: false, units, until: deadline)
  }

  private func set(
    isPaused: Bool, _ units: Set<String>, until deadline: Tick
  ) async throws(ClientFault) {
    guard !units.isEmpty else { return }
    try await converse(until: deadline) { (talk, api) async throws(ClientFault) in
      // Asked each time: an id that was seen a moment ago may be that of a node's last life.
      for node in try await nodes(talk, api)
      where units.contains(node.unit) && node.isPaused != isPaused {
        try TdarrAPI.check(try await talk.ask(api.set(isPaused: isPaused, node: node.id)))
      }
    }
  }

  private func converse<Value: Sendable>(
    until deadline: Tick,
    _ talk: (Conversation, TdarrAPI) async throws(ClientFault) -> Value
  ) async throws(ClientFault) -> Value {
    var known: String?
    do throws(ClientFault) {
      known = try await key?.read(until: deadline)
    } catch {
      throw ClientFault("\(place.name): \(error)")
    }
    let api = TdarrAPI(path: place.path("/api/v2"), key: known)
    return try await place.converse(until: deadline, hiding: known.map { [$0] } ?? []) {
      (conversation) async throws(ClientFault) in try await talk(conversation, api)
    }
  }
}
