import HTTPTransport
import TimeText

extension KubernetesError: CustomStringConvertible {
  /// For a person, in one line: what failed, why, and what to do where that is known.
  public var description: String {
    var parts = ["\(operation): \(why)"]
    if mayHaveHappened {
      parts.append("it may have happened all the same, so look before trying again")
    }
    if let hint { parts.append(hint) }
    return parts.joined(separator: "; ")
  }

  private var why: String {
    if let transport { return transport.description }
    if let detail { return detail }
    guard let status else { return code.description }
    var text = status.message.isEmpty ? "" : status.message
    if code == .invalid || code == .tooManyRequests || code == .conflict {
      // The message of many a Status names its causes, that of a few does not.
      for cause in status.causes.prefix(3) {
        guard let said = cause.message, !text.holds(said) else { continue }
        text += text.isEmpty ? said : " (\(cause.field.map { "\($0): " } ?? "")\(said))"
      }
    }
    let label = status.reason ?? Self.phrase(of: status.code)
    guard !text.isEmpty else { return "\(status.code) \(label), without a word of why" }
    return "\(status.code) \(label): \(text)"
  }

  private var hint: String? {
    switch code {
    case .unauthorized where status != nil:
      "the server does not know the credentials: has the token expired, was its ServiceAccount "
        + "made anew, is this the right cluster?"
    case .forbidden: forbiddenHint
    case .notFound where status?.reason == nil:
      "the server has no such API: is the CRD installed, in this version?"
    case .expired: "list again"
    case .tooManyRequests where !isBlockedByDisruptionBudget: retryHint
    case .unavailable, .serverFailed: retryHint
    case .tooManyRequests:
      "wait until the other pods of the budget are ready, or look at it: "
        + "kubectl get poddisruptionbudgets"
    case .timeout where status?.isResourceVersionTooLarge == true:
      "the server is behind, or was restored from a backup: list again"
    case .unreachable where transport?.code == .handshakeFailed:
      "is this the right certificate authority, and the right address?"
    case .unreachable where transport?.code == .unresolved:
      "is the name right, and does the cluster's DNS answer?"
    case .unreachable where transport?.code == .closed: nil
    case .unreachable:
      "does the API server run, and does a NetworkPolicy or a firewall let this pod reach it?"
    default: nil
    }
  }

  private var retryHint: String? {
    status?.retryAfter.map { "the server wants to be left alone for \($0.text)" }
  }

  /// What would allow it. Other answers of 403 are no matter of RBAC: quota, admission, a namespace
  /// that is going. They say themselves what is wrong.
  private var forbiddenHint: String? {
    guard let status else { return nil }
    if status.isNamespaceTerminating { return "the namespace is being deleted" }
    guard let denial = Denial(status.message) else { return nil }
    if denial.user == "system:anonymous" {
      return "no credentials were sent: is the ServiceAccount's token mounted?"
    }
    guard let resource = denial.resource else { return nil }
    let place = denial.namespace.map { "a Role in \($0)" } ?? "a ClusterRole"
    let group = denial.group.isEmpty ? "" : " of \(denial.group)"
    return "RBAC: \(place), bound to this account, must allow \"\(denial.verb)\" on "
      + "\"\(resource)\"\(group)"
  }

  private static func phrase(of code: Int) -> String {
    switch code {
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    default: "(no reason given)"
    }
  }
}
