import HTTPTransport
import MountHealthCore
import Pacing

/// Where a client of the stack is, and how it is spoken to: the one place that sends and receives.
struct ClientPlace: Sendable {
  /// The client's name and that of its program, for messages.
  let name: String
  let program: String
  let url: ServiceURL
  let authorityFile: String?
  let environment: ClientEnvironment

  /// The most bytes of a file with certificates.
  static let authorityLimit = 1 << 20

  /// Holds one conversation, on a connection of its own: they are seldom.
  ///
  /// - Parameters:
  ///   - deadline: When it is of no use any more.
  ///   - secrets: What must not be in the words of a fault.
  ///   - talk: Asks and judges.
  /// - Returns: What the talk comes to.
  /// - Throws: What went wrong, with the name of the client before it.
  func converse<Value: Sendable>(
    until deadline: Tick, hiding secrets: [String] = [],
    _ talk: (Conversation) async throws(ClientFault) -> Value
  ) async throws(ClientFault) -> Value {
    do throws(ClientFault) {
      let connection = try await connect(until: deadline)
      let result: Result<Value, ClientFault>
      do throws(ClientFault) {
        result = .success(
          try await talk(
            Conversation(
              connection: connection, deadline: deadline, now: environment.now, program: program)))
      } catch {
        result = .failure(error)
      }
      await connection.close()
      return try result.get()
    } catch {
      throw ClientFault("\(name): \(error.description.hiding(secrets))")
    }
  }

  private func connect(until deadline: Tick) async throws(ClientFault) -> any ClientConnection {
    var tls = TLSSettings()
    if let authorityFile {
      let bytes = try await environment.read(authorityFile, Self.authorityLimit, deadline)
      tls.trustRoots = .pem(bytes)
    }
    do throws(HTTPSettingsError) {
      let place: HTTPEndpoint =
        url.scheme == .https
        ? try .tls(url.host, port: url.port) : try .tcp(url.host, port: url.port)
      return try environment.connect(place, tls)
    } catch {
      let what = authorityFile.map { "with caFile \($0): " } ?? ""
      throw ClientFault("\(program) cannot be connected to: \(what)\(error)")
    }
  }

  /// What to ask for: the program's own path, below the prefix that the URL has, which may as well
  /// hold a part of it, or all.
  func path(_ own: String) -> String {
    var prefix = url.target.prefix { $0 != "?" }
    while prefix.last == "/" { prefix.removeLast() }
    var head = own[...]
    while !head.isEmpty {
      if prefix.hasSuffix(head) { return String(prefix) + own[head.endIndex...] }
      head = head[..<(head.lastIndex(of: "/") ?? head.startIndex)]
    }
    return String(prefix) + own
  }

  /// The scheme and the host, as a browser would name where it comes from.
  var origin: String {
    let host = url.host.contains(":") ? "[\(url.host)]" : url.host
    return "\(url.scheme.rawValue)://\(host):\(url.port)"
  }
}

/// A run of exchanges with one deadline.
struct Conversation: Sendable {
  fileprivate let connection: any ClientConnection
  let deadline: Tick
  let now: @Sendable () -> Tick
  let program: String

  /// Sends a request and reads the whole answer, of whatever status.
  func ask(_ request: HTTPRequest) async throws(ClientFault) -> ClientAnswer {
    let rest = deadline - now()
    guard rest > .zero else {
      throw ClientFault("\(program) was not asked for \(request): no time was left")
    }
    do throws(TransportError) {
      let answer = try await connection.exchange(
        request, within: HTTPDeadlines(connect: rest, silence: rest, total: rest))
      return ClientAnswer(
        status: answer.status, headers: answer.headers,
        body: try await answer.body.collect(upTo: ClientAnswer.bodyLimit))
    } catch {
      throw ClientFault("\(program) did not answer: \(error)")
    }
  }
}
