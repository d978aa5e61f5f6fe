import HTTPTransport
import JSONValue
import Pacing
import Synchronization

@testable import K8sClient

/// An API server for one test: it answers as it is told, in order, and keeps what it was asked. Its
/// clock stands still, and jumps when somebody waits.
final class FakeServer: Transport {
  typealias Outcome = Result<HTTPAnswer, TransportError>

  struct State {
    var outcomes: [Outcome]
    var requests: [HTTPRequest] = []
    var deadlines: [HTTPDeadlines] = []
    var endpoints: [HTTPEndpoint] = []
    var tls: [TLSSettings] = []
    var shutdowns = 0
    var dialFault = false
    var now = Tick.zero
    var pauses: [Duration] = []
  }

  let state: Mutex<State>

  init(_ outcomes: Outcome...) { state = Mutex(State(outcomes: outcomes)) }

  func exchange(
    _ request: HTTPRequest, within deadlines: HTTPDeadlines
  ) async throws(TransportError) -> HTTPAnswer {
    let outcome: Outcome? = state.withLock { state in
      state.requests.append(request)
      state.deadlines.append(deadlines)
      return state.outcomes.isEmpty ? nil : state.outcomes.removeFirst()
    }
    guard let outcome else {
      throw TransportError(.invalidRequest, "test", "nothing more is told", mayHaveBeenSent: false)
    }
    return try outcome.get()
  }

  func tell(_ outcomes: Outcome...) { state.withLock { $0.outcomes += outcomes } }

  var requests: [HTTPRequest] { state.withLock { $0.requests } }
  var tokens: [String?] { requests.map { $0.headers["Authorization"] } }
  var pauses: [Duration] { state.withLock { $0.pauses } }
  var shutdowns: Int { state.withLock { $0.shutdowns } }
  var tls: [TLSSettings] { state.withLock { $0.tls } }
  var endpoints: [HTTPEndpoint] { state.withLock { $0.endpoints } }
  var deadlines: [HTTPDeadlines] { state.withLock { $0.deadlines } }

  func advance(_ duration: Duration) { state.withLock { $0.now = $0.now + duration } }

  var dialer: ClusterDialer {
    ClusterDialer { endpoint, tls throws(HTTPSettingsError) in
      // The real thing refuses what it cannot use; so does this one.
      _ = try HTTPClient(to: endpoint, tls: TLSSettings())
      self.state.withLock { state in
        state.endpoints.append(endpoint)
        state.tls.append(tls)
      }
      return ClusterConnection(self) { self.state.withLock { $0.shutdowns += 1 } }
    }
  }

  var clock: TickClock {
    TickClock(
      now: { self.state.withLock { $0.now } },
      sleep: { tick in
        // What is raced against it has an answer already, and needs but a moment to give it.
        try await Task.sleep(for: .milliseconds(20))
        self.state.withLock { state in
          state.pauses.append(tick - state.now)
          state.now = max(state.now, tick)
        }
      })
  }

  /// A cluster that this server is.
  func cluster(
    _ url: String = "https://10.0.0.1", credentials: (any CredentialSource)? = nil,
    trust: ServerTrust = .system, settings: ClusterSettings = ClusterSettings(),
    in fake: FakeSurroundings = FakeSurroundings()
  ) throws -> Cluster {
    Cluster(
      ClusterAccess(server: try ServerEndpoint(url: url), trust: trust), settings: settings,
      credentials: credentials ?? FixedCredential(ClientCredential(token: Secret("t0"))),
      in: fake.surroundings, dialer: dialer, clock: clock)
  }
}

extension Result where Success == HTTPAnswer, Failure == TransportError {
  /// An answer with a body.
  static func answer(
    _ status: Int, _ body: String = "", headers: HTTPHeaders = [:]
  ) -> Self {
    .success(HTTPAnswer(status: status, headers: headers, body: HTTPBody(bytes: Array(body.utf8))))
  }

  /// A Status.
  static func status(
    _ code: Int, _ reason: String? = nil, headers: HTTPHeaders = [:]
  ) -> Self {
    let reason = reason.map { ",\"reason\":\"\($0)\"" } ?? ""
    return .answer(
      code,
      "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"no\""
        + "\(reason),\"code\":\(code)}", headers: headers)
  }

  /// No answer.
  static func broken(_ code: TransportError.Code, sent: Bool) -> Self {
    .failure(TransportError(code, "connect", "no", mayHaveBeenSent: sent))
  }
}

/// A source whose tokens are `t0`, `t1`, …: another one after each refusal.
actor CountingCredential: CredentialSource {
  private var count = 0

  func credential() throws(AccessError) -> ClientCredential {
    ClientCredential(token: Secret("t\(count)"))
  }

  func refused(_ credential: ClientCredential) {
    if credential.token == Secret("t\(count)") { count += 1 }
  }
}

let read = APIRequest(operation: "read", method: "GET", path: "/api/v1/x", isRepeatable: true)
let change = APIRequest(
  operation: "change", method: "POST", path: "/api/v1/x", body: ["a": 1], isRepeatable: false)

/// A value that tasks share.
final class Guarded<Value: Sendable>: Sendable {
  private let mutex: Mutex<Value>
  init(_ value: Value) { mutex = Mutex(value) }
  var value: Value { mutex.withLock { $0 } }
  func change(_ body: @Sendable (inout Value) -> Void) { mutex.withLock { body(&$0) } }
}
