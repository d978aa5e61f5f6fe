import HTTPTransport
import JSONValue
import MountHealthCore

/// Asks a running monitor: over its socket, or over HTTP.
struct MonitorClient: Sendable {
  /// What came of asking.
  enum Reply: Sendable {
    /// It answered, with this status and this document.
    case answered(Int, JSONValue)
    /// Nobody listens there: no monitor runs.
    case nobody
    /// It could not be asked; why.
    case fault(String)
    /// This user may not ask it.
    case denied(String)
    /// It was asked and has not answered: what was asked for may happen all the same.
    case late(String)
  }

  private let endpoint: HTTPEndpoint

  /// The most that is read of an answer.
  static let maximumBytes = 4 << 20
  private static let deadlines = HTTPDeadlines(
    connect: .seconds(2), silence: .seconds(3), total: .seconds(5))

  /// - Parameter socket: The path of the control socket.
  /// - Throws: Where that is too long for a socket.
  init(socket: String) throws(HTTPSettingsError) { endpoint = try .unix(socket) }

  /// - Parameters:
  ///   - address: Where HTTP is served; empty, `0.0.0.0` and `::` are everywhere, so here as well.
  ///   - port: The port.
  /// - Throws: Where that is no address.
  init(address: String, port: Int) throws(HTTPSettingsError) {
    let isEverywhere = address.isEmpty || address == "0.0.0.0" || address == "::"
    endpoint = try .tcp(isEverywhere ? "127.0.0.1" : address, port: port)
  }

  /// Sends one request and reads the answer.
  func ask(_ method: String, _ target: String) -> Reply {
    do {
      return try Blocking.wait { await exchange(method, target) }
    } catch {
      return .fault("cannot ask: \(error)")
    }
  }

  static func reply(_ error: TransportError) -> Reply {
    if error.code == .refused { return .nobody }
    // EACCES and EPERM, in the transport's words and in those of the system.
    let denials = ["permission denied", "Operation not permitted"]
    if denials.contains(where: { error.reason.utf8.starts(with: $0.utf8) }) {
      return .denied(error.description)
    }
    return error.mayHaveBeenSent ? .late(error.description) : .fault(error.description)
  }

  private func exchange(_ method: String, _ target: String) async -> Reply {
    let client: HTTPClient
    do {
      client = try HTTPClient(to: endpoint)
    } catch {
      return .fault("\(error)")
    }
    let reply: Reply
    do throws(TransportError) {
      let answer = try await client.exchange(
        HTTPRequest(method, target, headers: ["User-Agent": "mountmon/\(Version.current)"]),
        within: Self.deadlines)
      let bytes = try await answer.body.collect(upTo: Self.maximumBytes)
      // What is no JSON is not a monitor's; it has a status all the same.
      let document = (try? JSONValue(parsing: bytes, options: .init(maximumDepth: 32))) ?? .null
      reply = .answered(answer.status, document)
    } catch {
      reply = Self.reply(error)
    }
    await client.shutdown()
    return reply
  }
}
