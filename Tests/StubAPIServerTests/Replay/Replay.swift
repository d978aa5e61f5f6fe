import JSONValue

@testable import StubAPIServer

/// Sends the requests of a recording to a stub and compares what comes back.
struct Replay {
  /// How one exchange came out.
  struct Outcome {
    var index: Int
    var differences: [Difference]
  }

  private var stage: Stage
  private let scenario: Scenario
  private var outcomes: [Outcome] = []
  /// Streams that are open, with what they gave so far.
  private var open: [Int: (id: StubStreamID, text: [UInt8], isOver: Bool)] = [:]

  private init(_ transcript: Transcript, _ scenario: Scenario) {
    stage = Stage(transcript)
    self.scenario = scenario
  }

  static func run(_ name: String) throws -> [Outcome] {
    let transcript = try Transcript(name)
    var replay = Replay(transcript, Scenarios.all[name] ?? Scenario())
    replay.scenario.prepare(&replay.stage)
    for exchange in transcript.exchanges { replay.play(exchange) }
    return replay.outcomes.sorted { $0.index < $1.index }
  }

  /// What a stub is sent in a replay: prepared as for the recording, and the requests themselves.
  static func requests(of name: String) throws -> (StubCluster, [StubRequest]) {
    let transcript = try Transcript(name)
    var replay = Replay(transcript, Scenarios.all[name] ?? Scenario())
    replay.scenario.prepare(&replay.stage)
    let prepared = replay.stage.cluster
    for exchange in transcript.exchanges { replay.play(exchange) }
    let sent = replay.stage.cluster.log.dropFirst(prepared.log.count)
    return (prepared, sent.map(\.request))
  }

  private mutating func play(_ exchange: Exchange) {
    scenario.before[exchange.index]?(&stage)
    let answer = answer(exchange)
    var comparison = Comparison(
      pairs: stage.pairs, keepsManagedFields: stage.transcript.scenario == "server-side-apply")
    comparison.compare(
      .string(String(exchange.status)), .string(String(answer.status)), at: "status")
    for name in ["Content-Type", "Retry-After", "Warning"] {
      let own = answer.headers.filter { $0.name == name }.map { JSONValue.string($0.value) }
      let recorded = (exchange.answerHeaders[name] ?? []).map(JSONValue.string)
      comparison.compare(.array(recorded), .array(own), at: name)
    }
    if exchange.stream == nil, answer.stream == nil {
      compareBody(exchange, answer, &comparison)
    }
    stage.pairs = comparison.pairs
    outcomes.append(Outcome(index: exchange.index, differences: comparison.differences))
    if let id = answer.stream { open[exchange.index] = (id, [], false) }
    scenario.after[exchange.index]?(&stage)
    drain()
    for index in open.keys.sorted() where !isNeeded(index, after: exchange) {
      end(stage.transcript.exchanges[index])
    }
  }

  private func isNeeded(_ stream: Int, after exchange: Exchange) -> Bool {
    stage.transcript.exchanges.contains { $0.index > exchange.index && $0.during == stream }
  }

  private mutating func answer(_ exchange: Exchange) -> StubAnswer {
    if case .answer(let instead) = scenario.faults[exchange.index] { return instead }
    if let name = exchange.answer?["metadata"]?["name"]?.stringValue,
      let prefix = exchange.answer?["metadata"]?["generateName"]?.stringValue,
      exchange.method == "POST"
    {
      stage.cluster.plannedSuffixes = [String(name.dropFirst(prefix.count))]
    }
    let answer = stage.cluster.handle(request(exchange), at: stage.cluster.now)
    if case .answerAfterApplying(let instead) = scenario.faults[exchange.index] { return instead }
    return answer
  }

  private func compareBody(
    _ exchange: Exchange, _ answer: StubAnswer, _ comparison: inout Comparison
  ) {
    let text = String(decoding: answer.bytes, as: UTF8.self)
    let isText = exchange.answer?.stringValue != nil
    let own = isText ? JSONValue.string(text) : answer.json ?? .string(text)
    comparison.compare(exchange.answer, own, at: "body")
  }

  private mutating func drain() {
    for (index, stream) in open {
      let piece = stage.cluster.take(from: stream.id)
      open[index]?.text += piece.pieces.flatMap { $0 }
      if piece.isOver { open[index]?.isOver = true }
    }
  }

  /// Waits for the end of a stream, as long as it took, and compares it.
  private mutating func end(_ exchange: Exchange) {
    let events = exchange.events
    func count(_ text: [UInt8]) -> Int { text.count { $0 == 0x0A } }
    for _ in 0..<4000 {
      drain()
      guard let stream = open[exchange.index], !stream.isOver else { break }
      if exchange.end != "eof", count(stream.text) >= events.count { break }
      guard let due = stage.cluster.nextDue else { break }
      stage.cluster.advance(to: due)
    }
    guard let stream = open.removeValue(forKey: exchange.index) else { return }
    stage.cluster.close(stream.id)
    var comparison = Comparison(
      pairs: stage.pairs, keepsManagedFields: stage.transcript.scenario == "server-side-apply")
    let text = String(decoding: stream.text, as: UTF8.self)
    if exchange.path.contains("/log") {
      comparison.compare(.string(exchange.stream ?? ""), .string(text), at: "stream")
    } else {
      let own = text.split(separator: "\n").compactMap { try? JSONValue(parsing: String($0)) }
      let recorded = exchange.stream == nil ? exchange.answer.map { [$0] } ?? [] : events
      comparison.compare(
        .array(Self.settled(recorded)), .array(Self.settled(own)), at: "events")
    }
    if exchange.end == "eof" {
      comparison.compare(.bool(true), .bool(stream.isOver), at: "isOver")
    }
    stage.pairs = comparison.pairs
    guard let place = outcomes.firstIndex(where: { $0.index == exchange.index }) else { return }
    outcomes[place].differences += comparison.differences
  }

  /// Without bookmarks that only say again what the one before said.
  private static func settled(_ events: [JSONValue]) -> [JSONValue] {
    var result: [JSONValue] = []
    for event in events {
      if event["type"] == "BOOKMARK", event == result.last { continue }
      result.append(event)
    }
    return result
  }

  // MARK: - Requests

  private mutating func request(_ exchange: Exchange) -> StubRequest {
    var headers = [
      StubHeader("User-Agent", "replay"), StubHeader("Host", "127.0.0.1:16443"),
    ]
    for header in exchange.headers where header.name != "Authorization" {
      headers.append(StubHeader(header.name, header.value))
    }
    if exchange.hasToken {
      let token = scenario.badTokens.contains(exchange.index) ? "a-bad-token" : Stage.token
      headers.append(StubHeader("Authorization", "Bearer \(token)"))
    }
    let isAdministrator = !exchange.hasToken && !exchange.isAnonymous
    return StubRequest(
      exchange.method, target(exchange), headers: headers, body: body(exchange),
      certificate: isAdministrator ? "kubernetes-admin" : nil)
  }

  private mutating func target(_ exchange: Exchange) -> String {
    let parts = stage.pairs.translated(exchange.path).split(separator: "?", maxSplits: 1)
    guard parts.count == 2 else { return exchange.method.isEmpty ? "" : String(parts[0]) }
    let query = parts[1].split(separator: "&").map { item -> String in
      let sides = item.split(separator: "=", maxSplits: 1).map(String.init)
      guard sides.count == 2 else { return String(item) }
      if sides[0] == "continue" { return "continue=\(stage.pairs.token(sides[1]) ?? sides[1])" }
      guard sides[0] == "resourceVersion", let version = Int(sides[1]) else { return String(item) }
      return "resourceVersion=\(translated(version))"
    }
    return parts[0] + "?" + query.joined(separator: "&")
  }

  /// A revision of the recording in the stub; one that was never seen is the present.
  private mutating func translated(_ version: Int) -> Int {
    if let known = stage.pairs.version(version) { return known }
    guard version > 400, version < 90_000_000 else { return version }
    _ = stage.pairs.pair(version: version, with: stage.cluster.revision)
    return stage.cluster.revision
  }

  private mutating func body(_ exchange: Exchange) -> [UInt8] {
    guard let body = exchange.body else { return [] }
    if let text = body.stringValue { return Array(text.utf8) }
    return translated(body, key: "").bytes()
  }

  private mutating func translated(_ value: JSONValue, key: String) -> JSONValue {
    switch value {
    case .string(let text):
      if key == "resourceVersion", let version = Int(text) {
        return .string(String(translated(version)))
      }
      return .string(stage.pairs.translated(text))
    case .object(let object):
      var result = JSONObject()
      for (key, item) in object { result[key] = translated(item, key: key) }
      return .object(result)
    case .array(let array): return .array(array.map { translated($0, key: key) })
    default: return value
    }
  }
}
