import Foundation
import HTTPTransport
import JSONValue
import K8sClient
import Synchronization

/// An API server that gives answers which were recorded, in the order in which they are told.
final class RecordedCaller: APICaller {
  /// What comes of one call.
  enum Answer: Sendable {
    case status(Int, [UInt8])
    case fault(TransportError.Code, mayHaveBeenSent: Bool)

    /// One that a real server gave: its place in a file of Tests/StubAPIServerTests/Transcripts.
    static func recorded(_ scenario: String, _ index: Int) throws -> Answer {
      let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../StubAPIServerTests/Transcripts/\(scenario).json").standardized
      let transcript = try JSONValue(parsing: Data(contentsOf: file))
      let response = transcript["exchanges"]?[index]?["response"]
      let body = response?["body"] ?? .null
      return .status(
        response?["status"]?.intValue ?? 0, body.stringValue.map { Array($0.utf8) } ?? body.bytes())
    }

    /// The same with another body.
    func changing(_ change: (inout JSONValue) -> Void) throws -> Answer {
      guard case .status(let status, let bytes) = self else { return self }
      var json = try JSONValue(parsing: bytes)
      change(&json)
      return .status(status, json.bytes())
    }
  }

  private struct State {
    var answers: [Answer]
    var requests: [APIRequest] = []
  }

  private let state: Mutex<State>

  init(_ answers: [Answer]) {
    state = Mutex(State(answers: answers))
  }

  /// What was asked so far.
  var requests: [APIRequest] { state.withLock { $0.requests } }

  private func next(_ request: APIRequest) -> Answer? {
    state.withLock { state in
      state.requests.append(request)
      return state.answers.isEmpty ? nil : state.answers.removeFirst()
    }
  }

  func send(_ request: APIRequest) async throws(KubernetesError) -> JSONValue {
    switch next(request) {
    case .status(let status, let bytes)?:
      guard (200..<300).contains(status) else {
        throw KubernetesError(request, Status(code: status, body: bytes))
      }
      return (try? JSONValue(parsing: bytes)) ?? .null
    case .fault(let code, let mayHaveBeenSent)?:
      throw KubernetesError(
        request,
        TransportError(
          code, "talk to 10.96.0.1", "it is a test", mayHaveBeenSent: mayHaveBeenSent))
    case nil:
      throw KubernetesError(.invalid, request.operation, detail: "one call too many")
    }
  }

  func open(_ request: APIRequest) async throws(KubernetesError) -> HTTPBody {
    let answer = next(request)
    guard case .status(let status, let bytes)? = answer else {
      throw KubernetesError(.invalid, request.operation, detail: "one call too many")
    }
    guard (200..<300).contains(status) else {
      throw KubernetesError(request, Status(code: status, body: bytes))
    }
    return HTTPBody(bytes: bytes)
  }
}
