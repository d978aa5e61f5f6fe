import JSONValue

/// Requests and answers of JSON-RPC, as aria2 and NZBGet speak it.
enum RPCText {
  static func call(_ method: String, _ parameters: [JSONValue], id: Int = 1) -> JSONValue {
    [
      "jsonrpc": "2.0", "id": .number(JSONNumber(id)), "method": .string(method),
      "params": .array(parameters),
    ]
  }

  /// What a call came to.
  enum Outcome {
    case result(JSONValue)
    case error(String)
  }

  /// The outcome in one answer.
  ///
  /// - Throws: That it is no such answer.
  static func outcome(_ value: JSONValue, of program: String) throws(ClientFault) -> Outcome {
    if let error = value["error"], !error.isNull {
      let words = error["message"]?.stringValue ?? error["name"]?.stringValue
      return .error((words ?? "no reason given").asOneLine)
    }
    guard let result = value["result"] else {
      throw ClientFault(
        "what listens there is not \(program): its answer has no result; check the URL")
    }
    return .result(result)
  }
}
