import HTTPTransport
import Synchronization

@testable import StackDrain

/// An engine that answers by a script: the first rule whose words are in the request line.
final class ScriptedEngine: Transport {
  enum Reply: Sendable {
    case answer(Int, String, HTTPHeaders)
    case fault(TransportError)
    /// It never answers, and keeps to the deadline that it is given.
    case silence
  }

  struct Rule: Sendable {
    var words: String
    var reply: Reply
    /// How often it applies.
    var times = Int.max
  }

  private let state: Mutex<(rules: [Rule], asked: [String])>

  init(_ rules: [Rule]) { state = Mutex((rules, [])) }

  /// What was asked so far.
  var asked: [String] { state.withLock { $0.asked } }

  func exchange(
    _ request: HTTPRequest, within deadlines: HTTPDeadlines
  ) async throws(TransportError) -> HTTPAnswer {
    let line = "\(request.method) \(request.target)"
    let reply = state.withLock { state -> Reply in
      state.asked.append(line)
      for index in state.rules.indices
      where line.contains(state.rules[index].words) && state.rules[index].times > 0 {
        state.rules[index].times -= 1
        return state.rules[index].reply
      }
      return .answer(404, #"{"message":"page not found"}"#, [:])
    }
    switch reply {
    case .answer(let status, let text, let headers):
      return HTTPAnswer(status: status, headers: headers, body: HTTPBody(bytes: Array(text.utf8)))
    case .fault(let error): throw error
    case .silence:
      try? await Task.sleep(for: deadlines.total ?? .seconds(3600))
      throw TransportError(.timedOut, line, "no byte for a while", mayHaveBeenSent: true)
    }
  }
}

extension ScriptedEngine.Rule {
  static func on(
    _ words: String, _ status: Int, _ text: String = "", headers: HTTPHeaders = [:],
    times: Int = .max
  ) -> Self {
    Self(words: words, reply: .answer(status, text, headers), times: times)
  }

  static func fault(_ words: String, _ code: TransportError.Code, _ reason: String) -> Self {
    Self(
      words: words,
      reply: .fault(TransportError(code, "GET at unix:/s", reason, mayHaveBeenSent: false)))
  }

  static func silence(_ words: String) -> Self { Self(words: words, reply: .silence) }

  /// Docker 20.10's answer to a ping.
  static let ping = on("/_ping", 200, "OK", headers: ["Api-Version": "1.41"])
}

extension HostProcesses {
  /// A host without processes.
  static let none = HostProcesses(mountTables: { _ in MountTables() }, stuckTasks: { _, _ in [] })
}
