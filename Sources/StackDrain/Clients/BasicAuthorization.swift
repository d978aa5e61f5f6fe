import Pacing
import Synchronization

/// A login that goes along with each request.
///
/// Transmission locks everybody out after a hundred refused logins. So one that was refused is not
/// tried again for a while, unless it is another one by then.
final class BasicAuthorization: Sendable {
  /// What goes along, and what of it is secret.
  struct Value: Hashable {
    var field: String
    var secrets: [String]
  }

  private let user: String
  private let password: SecretReader
  private let now: @Sendable () -> Tick
  private let refused = Mutex<(field: String, until: Tick)?>(nil)

  private static let pause = Duration.seconds(600)

  init(_ login: ClientSettings.Login, in environment: ClientEnvironment) {
    user = login.user
    password = SecretReader(login.password, in: environment)
    now = environment.now
  }

  /// The login, where it may be tried.
  func read(until deadline: Tick) async throws(ClientFault) -> Value {
    let password = try await password.read(until: deadline)
    let text = "\(user):\(password)".base64
    let field = "Basic \(text)"
    let isRefused = refused.withLock { $0?.field == field && now() < ($0?.until ?? .zero) }
    guard !isRefused else {
      throw ClientFault(
        "the login was refused, and is tried again after 10 minutes, or when it is another one:"
          + " check user and password")
    }
    return Value(field: field, secrets: [text, password])
  }

  /// An answer has come to a request with it.
  func judge(_ answer: ClientAnswer, to value: Value) {
    if answer.status == 401 {
      refused.withLock { $0 = (value.field, now() + Self.pause) }
    } else {
      refused.withLock { $0 = nil }
    }
  }
}
