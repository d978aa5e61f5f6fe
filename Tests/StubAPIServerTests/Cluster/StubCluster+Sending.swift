import JSONValue
import StubAPIServer

extension StubCluster {
  /// Sends a request now, as an administrator unless a token is given.
  @discardableResult
  mutating func send(
    _ method: String, _ target: String, _ body: JSONValue? = nil,
    type: String = "application/json", token: String? = nil
  ) -> StubAnswer {
    var headers = [StubHeader("User-Agent", "tests"), StubHeader("Accept", "application/json")]
    if body != nil { headers.append(StubHeader("Content-Type", type)) }
    if let token { headers.append(StubHeader("Authorization", "Bearer \(token)")) }
    return handle(
      StubRequest(
        method, target, headers: headers, body: body?.bytes() ?? [],
        certificate: token == nil ? "kubernetes-admin" : nil), at: now)
  }

  /// The events that a watch has given since the last call: `ADDED plex-0`.
  mutating func events(of answer: StubAnswer) -> [String] {
    guard let stream = answer.stream else { return [] }
    return take(from: stream).pieces.compactMap { piece in
      let event = try? JSONValue(parsing: piece)
      let type = event?["type"]?.stringValue ?? "?"
      let name = event?["object"]?["metadata"]?["name"]?.stringValue
      return name.map { "\(type) \($0)" } ?? type
    }
  }
}
