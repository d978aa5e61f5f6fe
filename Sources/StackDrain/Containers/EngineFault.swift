import HTTPTransport

/// Why the container engine could not be asked, or what it said instead of doing it.
public struct EngineFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of fault.
  public enum Kind: Hashable, Sendable {
    /// There is no such container; the engine said so.
    case gone
    /// The engine refuses.
    case refused
    /// The engine does not speak this version of its API.
    case version
    /// Nobody listens, this process may not ask, or the connection broke.
    case unreachable
    /// The engine has the request, or may have it, and does not answer.
    case silent
    /// What it says cannot be made sense of.
    case strange
  }

  /// What kind it is.
  public var kind: Kind
  /// What failed, on what, why, and what to do: a line for people.
  public var description: String

  /// A fault.
  ///
  /// - Parameters:
  ///   - kind: What kind it is.
  ///   - description: What failed, on what, why, and what to do.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// The same with more words.
  func adding(_ words: String) -> EngineFault { EngineFault(kind, "\(description); \(words)") }
}

extension EngineFault {
  /// No answer came, or not all of it.
  init(_ error: TransportError, to call: EngineCall, at socket: String) {
    let start = "\(call.words): the container engine at \(socket)"
    switch error.code {
    case .refused:
      self.init(
        .unreachable,
        "\(start) does not run: \(error.reason); start it (systemctl start docker), or set its "
          + "socket in the configuration")
    case .unreachable where error.reason.holds("permission denied"):
      self.init(
        .unreachable,
        "\(start) may not be asked: \(error.reason); run as root, or in the group that owns the "
          + "socket")
    case .unreachable, .unresolved:
      self.init(.unreachable, "\(start) cannot be reached: \(error.reason)")
    case .timedOut:
      self.init(
        .silent,
        "\(start) does not answer: \(error.reason); look at its service (systemctl status docker) "
          + "and its log")
    case .cut, .closed, .cancelled:
      self.init(
        .unreachable,
        "\(start) broke off: \(error.reason); it may have been done all the same")
    case .busy:
      self.init(.silent, "\(start) has too many requests of ours: \(error.reason)")
    default:
      self.init(.strange, "\(start) answered what cannot be read: \(error.reason)")
    }
  }

  /// What the engine answered instead of doing it; `nil` where the answer is a good one: it is so, or
  /// was so already.
  ///
  /// - Parameters:
  ///   - call: What was asked.
  ///   - status: The status of its answer.
  ///   - body: The answer.
  ///   - socket: Where it is.
  init?(to call: EngineCall, status: Int, body: [UInt8], at socket: String) {
    if (200..<300).contains(status) { return nil }
    let said = EngineText.message(of: body)
    let lower = said.lowercased()
    switch (status, call) {
    case (304, .stop), (304, .start), (304, .kill):
      return nil
    case (409, .kill) where lower.holds("is not running"),
      (500, .kill) where lower.holds("can only kill running"):
      // Docker says it the one way, Podman the other.
      return nil
    default:
      break
    }
    let words = said.isEmpty ? "status \(status), and no word why" : "\(said) (status \(status))"
    switch status {
    case 404 where lower.holds("no such container"):
      self.init(.gone, "\(call.words): \(words)")
    case 400 where lower.holds("client version") && lower.holds("too "):
      self.init(.version, "\(call.words): the container engine at \(socket) says: \(words)")
    case 401, 403:
      self.init(
        .refused,
        "\(call.words): the container engine at \(socket) refuses: \(words); something between "
          + "it and us (a socket proxy, an authorization plugin) has to allow this call")
    default:
      self.init(.refused, "\(call.words): the container engine at \(socket) says: \(words)")
    }
  }
}
