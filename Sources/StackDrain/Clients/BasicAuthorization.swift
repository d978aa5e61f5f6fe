import Pacing

/// A login that goes along with each request.
struct BasicAuthorization: Sendable {
  private let user: String
  private let password: SecretReader

  init(_ login: ClientSettings.Login, in environment: ClientEnvironment) {
    user = login.user
    password = SecretReader(login.password, in: environment)
  }

  /// The field's value, and what of it is secret.
  func read(until deadline: Tick) async throws(ClientFault) -> (field: String, secrets: [String]) {
    let password = try await password.read(until: deadline)
    let text = "\(user):\(password)".base64
    return ("Basic \(text)", [text, password])
  }
}
