import HTTPTransport
import MountHealthCore
import Pacing

/// Anything that can be asked, paused and resumed by a request each.
struct HTTPStepsClient: StackClient {
  let name: String
  let steps: ClientSettings.HTTPSteps
  let authorityFile: String?
  let environment: ClientEnvironment
  private let authorization: SecretReader?

  init(
    _ name: String, _ steps: ClientSettings.HTTPSteps, authorityFile: String?,
    in environment: ClientEnvironment
  ) {
    self.name = name
    self.steps = steps
    self.authorityFile = authorityFile
    self.environment = environment
    authorization = steps.authorizationFile.map { SecretReader(.file($0), in: environment) }
  }

  func look(until deadline: Tick) async throws(ClientFault) -> TargetState {
    let answer = try await ask(steps.look, until: deadline)
    return .whole(runs: Self.runs(answer, by: steps.runningText))
  }

  static func runs(_ answer: ClientAnswer, by text: String) -> Bool {
    answer.body.range(of: text) != nil
  }

  func pause(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    guard units.contains(TargetState.whole) else { return }
    _ = try await ask(steps.pause, until: deadline)
  }

  func resume(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    guard units.contains(TargetState.whole) else { return }
    _ = try await ask(steps.resume, until: deadline)
  }

  private func ask(
    _ step: ClientSettings.HTTPSteps.Step, until deadline: Tick
  ) async throws(ClientFault) -> ClientAnswer {
    var headers: HTTPHeaders = [:]
    for (name, value) in step.headers.sorted(by: { $0.key < $1.key }) { headers[name] = value }
    var secret: String?
    do throws(ClientFault) {
      secret = try await authorization?.read(until: deadline)
    } catch {
      throw ClientFault("\(name): \(error)")
    }
    if let secret { headers["Authorization"] = secret }
    let request = HTTPRequest(
      step.method, step.url.target, headers: headers, body: Array(step.body.utf8))
    let place = ClientPlace(
      name: name, program: "\(step.url.host):\(step.url.port)", url: step.url,
      authorityFile: authorityFile, environment: environment)
    return try await place.converse(until: deadline, hiding: secret.map { [$0] } ?? []) {
      (conversation) async throws(ClientFault) in
      let answer = try await conversation.ask(request)
      if let fault = answer.refusal(of: "\(request) at \(place.program)") { throw fault }
      return answer
    }
  }
}
