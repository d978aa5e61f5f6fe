import HTTPTransport
import JSONValue

/// The JSON-RPC of aria2: requests, and what answers say.
struct Aria2API: Hashable, Sendable {
  static let program = "aria2"

  let path: String
  let secret: String?

  /// Downloads in one page of a list.
  static let page = 1000

  /// The lists of downloads that are there.
  enum List: Hashable {
    case active
    case waiting(from: Int)
  }

  func list(_ list: List) -> HTTPRequest {
    let keys: JSONValue = ["gid", "status"]
    return switch list {
    case .active: request("aria2.tellActive", [keys])
    case .waiting(let offset):
      request(
        "aria2.tellWaiting",
        [.number(JSONNumber(offset)), .number(JSONNumber(Self.page)), keys])
    }
  }

  func session() -> HTTPRequest { request("aria2.getSessionInfo", []) }
  func saveSession() -> HTTPRequest { request("aria2.saveSession", []) }

  /// One request for many downloads. What is paused says no goodbye to trackers, which may take longer
  /// than there is time.
  func act(isPause: Bool, _ gids: [String]) -> HTTPRequest {
    let calls = gids.enumerated().map { index, gid in
      RPCText.call(
        isPause ? "aria2.forcePause" : "aria2.unpause", token + [.string(gid)], id: index + 1)
    }
    return .json(path, JSONValue.array(calls).bytes())
  }

  private var token: [JSONValue] { secret.map { [.string("token:\($0)")] } ?? [] }

  private func request(_ method: String, _ parameters: [JSONValue]) -> HTTPRequest {
    .json(path, RPCText.call(method, token + parameters).bytes())
  }

  /// What one call came to. aria2 answers refusals with status 400.
  static func result(_ answer: ClientAnswer) throws(ClientFault) -> JSONValue {
    switch try RPCText.outcome(try value(answer), of: program) {
    case .result(let result): return result
    case .error(let words): throw refusal(words)
    }
  }

  private static func value(_ answer: ClientAnswer) throws(ClientFault) -> JSONValue {
    if !answer.isSuccess, answer.status != 400, let fault = answer.refusal(of: program) {
      throw fault
    }
    return try answer.json(of: program)
  }

  private static func refusal(_ words: String) -> ClientFault {
    words == "Unauthorized"
      ? ClientFault("aria2 refuses the secret: check it against its rpc-secret")
      : ClientFault("aria2 refuses: \(words)")
  }

  /// What came of one request for many. That a download is not there any more, or cannot be paused
  /// as it does not run, is no fault.
  static func taken(_ answer: ClientAnswer) throws(ClientFault) {
    let value = try value(answer)
    for item in value.arrayValue ?? [value] {
      guard case .error(let words) = try RPCText.outcome(item, of: program) else { continue }
      guard words.hasPrefix("GID") || words.hasPrefix("No such download") else {
        throw refusal(words)
      }
    }
  }

  /// What came of saving: one that has no file for it cannot.
  static func saved(_ answer: ClientAnswer) throws(ClientFault) {
    guard case .error(let words) = try RPCText.outcome(try value(answer), of: program) else {
      return
    }
    guard words.hasPrefix("Filename is not given") else { throw refusal(words) }
  }

  /// Adds the downloads of a list to a state.
  ///
  /// - Returns: How many there are in it.
  static func add(_ answer: ClientAnswer, to state: inout TargetState) throws(ClientFault) -> Int {
    guard let list = try result(answer).arrayValue else {
      throw ClientFault("what listens there is not aria2: its answer is no list; check the URL")
    }
    for item in list {
      guard let gid = item["gid"]?.stringValue, isGID(gid), let status = item["status"]?.stringValue
      else { throw ClientFault("aria2's list has a download without a gid or a status") }
      // `waiting` waits for its turn, and begins by itself.
      switch status {
      case "active", "waiting":
        state.running.insert(gid)
        state.idle.remove(gid)
      case "paused":
        state.idle.insert(gid)
        state.running.remove(gid)
      default:
        break
      }
    }
    return list.count
  }

  static func sessionName(_ answer: ClientAnswer) throws(ClientFault) -> String? {
    guard let id = try result(answer)["sessionId"]?.stringValue, id.utf8.count <= 128 else {
      return nil
    }
    return id.asOneLine
  }

  static func isGID(_ text: String) -> Bool {
    (1...16).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
      }
  }
}
