import ChildProcess
import HTTPTransport
import MountHealthCore
import Pacing
import Synchronization
import Testing

@testable import StackDrain

/// A program that answers each request as a script says, on a clock that stands still between them.
final class ScriptedProgram: Sendable {
  /// One answer of the script.
  enum Reply {
    case answer(Int, String, HTTPHeaders = [:])
    case fails(TransportError.Code)
    /// Takes that long, and then answers.
    case late(Duration, String)
  }

  private struct State {
    var now = Tick.zero
    var replies: [Reply] = []
    var requests: [HTTPRequest] = []
    var open = 0
    var places: [String] = []
    var files: [String: String] = [:]
    var commands: [ChildCommand] = []
    var results: [ChildResult] = []
  }

  private let state = Mutex(State())

  init(_ replies: Reply..., files: [String: String] = [:]) {
    state.withLock {
      $0.replies = replies
      $0.files = files
    }
  }

  func then(_ replies: Reply...) { state.withLock { $0.replies += replies } }
  func result(_ results: ChildResult...) { state.withLock { $0.results += results } }
  func pass(_ time: Duration) { state.withLock { $0.now = $0.now + time } }
  func write(_ path: String, _ text: String?) { state.withLock { $0.files[path] = text } }

  var requests: [HTTPRequest] { state.withLock { $0.requests } }
  var commands: [ChildCommand] { state.withLock { $0.commands } }
  /// Where it was connected to, and whom it was to be signed by.
  var places: [String] { state.withLock { $0.places } }
  /// Conversations that were not closed.
  var open: Int { state.withLock { $0.open } }
  /// Answers that nobody asked for.
  var left: Int { state.withLock { $0.replies.count } }
  var soon: Tick { state.withLock { $0.now + .seconds(5) } }

  /// Method, path and body of each request.
  var lines: [String] {
    requests.map { request in
      let body = String(decoding: request.body, as: UTF8.self)
      return body.isEmpty
        ? "\(request.method) \(request.target)" : "\(request.method) \(request.target) \(body)"
    }
  }

  var environment: ClientEnvironment {
    ClientEnvironment(
      variables: ["PATH": "/usr/bin"], now: { self.state.withLock { $0.now } },
      read: { path, _, _ throws(ClientFault) in
        guard let text = self.state.withLock({ $0.files[path] }) else {
          throw ClientFault("\(path): No such file or directory")
        }
        return Array(text.utf8)
      },
      isProgram: { _ in true },
      connect: { place, tls throws(HTTPSettingsError) in
        self.state.withLock { state in
          state.open += 1
          state.places.append("\(place) \(place.usesTLS ? "\(tls.trustRoots)" : "plain")")
        }
        return Line(program: self)
      },
      run: { command, _ in
        self.state.withLock { state in
          state.commands.append(command)
          return state.results.isEmpty ? .failed("no result") : state.results.removeFirst()
        }
      })
  }

  private struct Line: ClientConnection {
    let program: ScriptedProgram

    func close() async { program.state.withLock { $0.open -= 1 } }

    func exchange(
      _ request: HTTPRequest, within deadlines: HTTPDeadlines
    ) async throws(TransportError) -> HTTPAnswer {
      let reply: Reply? = program.state.withLock { state in
        state.requests.append(request)
        return state.replies.isEmpty ? nil : state.replies.removeFirst()
      }
      func fault(_ code: TransportError.Code) -> TransportError {
        TransportError(code, "POST at 127.0.0.1:1", "\(code)", mayHaveBeenSent: true)
      }
      switch reply {
      case nil:
        Issue.record("\(request) was not expected")
        throw fault(.refused)
      case .answer(let status, let body, let headers):
        return HTTPAnswer(
          status: status, headers: headers, body: HTTPBody(bytes: Array(body.utf8)))
      case .fails(let code):
        throw fault(code)
      case .late(let time, let body):
        program.pass(min(time, deadlines.total ?? time))
        guard time < deadlines.total ?? .zero else { throw fault(.timedOut) }
        return HTTPAnswer(status: 200, body: HTTPBody(bytes: Array(body.utf8)))
      }
    }
  }

  // MARK: Clients of it

  func clients(
    _ program: ClientSettings.Program, path: String = ""
  ) throws -> [any StackClient] {
    let url: ServiceURL = try #require(ServiceURL("http://127.0.0.1:1\(path)"))
    return try ClientSettings(name: "it", program: program, url: url)
      .clients(in: environment).map(\.1)
  }

  func client(
    _ program: ClientSettings.Program, path: String = ""
  ) throws -> any StackClient {
    try #require(try clients(program, path: path).first)
  }

  /// What a look comes to, in words.
  func look(_ client: any StackClient, until deadline: Tick? = nil) async -> String {
    do throws(ClientFault) {
      let state = try await client.look(until: deadline ?? soon)
      return "runs \(state.running.sorted()) rests \(state.idle.sorted())"
    } catch {
      return error.description
    }
  }

  /// What a pause comes to: `taken`, or the fault.
  func pause(_ client: any StackClient, _ units: Set<String>) async -> String {
    do throws(ClientFault) {
      try await client.pause(units, until: soon)
      return "taken"
    } catch {
      return error.description
    }
  }

  /// What a resume comes to.
  func resume(_ client: any StackClient, _ units: Set<String>) async -> String {
    do throws(ClientFault) {
      try await client.resume(units, until: soon)
      return "taken"
    } catch {
      return error.description
    }
  }
}
