import HTTPTransport
import JSONValue

/// The API of Tdarr, 2.x: requests, and what answers say.
struct TdarrAPI: Hashable, Sendable {
  static let program = "Tdarr"

  let path: String
  let key: String?

  private var headers: HTTPHeaders {
    var headers: HTTPHeaders = ["Accept": "application/json"]
    headers["x-api-key"] = key
    return headers
  }

  func nodes() -> HTTPRequest { HTTPRequest("GET", "\(path)/get-nodes", headers: headers) }
  func status() -> HTTPRequest { HTTPRequest("GET", "\(path)/status", headers: headers) }

  func set(isPaused: Bool, node id: String) -> HTTPRequest {
    let body: JSONValue = [
      "data": ["nodeID": .string(id), "nodeUpdates": ["nodePaused": .bool(isPaused)]]
    ]
    return .json("\(path)/update-node", body.bytes(), headers: headers)
  }

  static func check(_ answer: ClientAnswer) throws(ClientFault) {
    if answer.status == 401 || answer.status == 403 {
      throw ClientFault("Tdarr refuses the key (status \(answer.status)): check its API key")
    }
    if let fault = answer.refusal(of: program) { throw fault }
  }

  /// A node, which has another id each time it is started.
  struct Node: Hashable {
    var id: String
    var name: String
    var isPaused: Bool
    var workers: Int

    /// What it is called as a unit: a name that cannot be written down is cut.
    var unit: String {
      guard !TargetState.isUnit(name) else { return name }
      return String(String.UnicodeScalarView(name.asOneLine.unicodeScalars.prefix(60)))
    }
  }

  static func nodes(_ answer: ClientAnswer) throws(ClientFault) -> [Node] {
    try check(answer)
    guard let object = try answer.json(of: program).objectValue else {
      throw ClientFault("what listens there is not Tdarr: its answer has no nodes; check the URL")
    }
    var nodes: [Node] = []
    for (id, value) in object {
      guard let name = value["nodeName"]?.stringValue, let isPaused = value["nodePaused"]?.boolValue
      else {
        throw ClientFault(
          "what listens there is not Tdarr: its answer has no nodes; check the URL")
      }
      nodes.append(
        Node(
          id: id, name: name, isPaused: isPaused,
          workers: value["workers"]?.objectValue?.count ?? 0))
    }
    return nodes
  }

  /// That it is Tdarr: a list without nodes alone says little.
  static func status(_ answer: ClientAnswer) throws(ClientFault) {
    try check(answer)
    guard try answer.json(of: program)["status"]?.stringValue == "good" else {
      throw ClientFault("what listens there is not Tdarr: it tells no status; check the URL")
    }
  }

  /// Nodes as units, by name. Of several with one name all must be paused.
  static func state(_ nodes: [Node], chosen: [String]) -> TargetState {
    var state = TargetState()
    var workers = 0
    for node in nodes where chosen.isEmpty || chosen.contains(node.name) {
      workers += node.workers
      if node.isPaused { state.idle.insert(node.unit) } else { state.running.insert(node.unit) }
    }
    state.idle.subtract(state.running)
    let missing = chosen.filter { !state.running.contains($0) && !state.idle.contains($0) }
    state.note = "\(workers) workers"
    if !missing.isEmpty {
      state.note?.append("; not connected: \(missing.joined(separator: ", ").asOneLine)")
    }
    return state
  }
}
