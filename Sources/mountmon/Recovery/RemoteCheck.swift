import ChildProcess
import HTTPTransport
import JSONValue
import K8sClient
import MountHealthCore
import Pacing

/// Asks the provider of the mounts for a sign of life, and asks others to repair a mount. Each time on
/// a connection of its own: it happens seldom.
struct RemoteCheck: Sendable {
  /// Where files and programs are reached.
  let surroundings: Surroundings

  /// The most bytes of an answer that are read.
  static let answerLimit = 64 << 10

  // MARK: The provider

  func isUp(_ upstream: WatchdogSettings.Upstream) async -> RestartAnswer {
    let client: HTTPClient
    do {
      client = try self.client(
        for: upstream.url, authorityFile: upstream.authorityFile,
        verification: upstream.authorityFile == nil ? .none : .full)
    } catch {
      return .upstream(isUp: false, detail: "\(error)")
    }
    let answer = await ask(client, upstream)
    await client.shutdown()
    return answer
  }

  private func ask(
    _ client: HTTPClient, _ upstream: WatchdogSettings.Upstream
  ) async -> RestartAnswer {
    do throws(TransportError) {
      guard upstream.url.scheme != .tcp else {
        try await client.reach(within: upstream.timeout)
        return .upstream(isUp: true, detail: "it takes connections")
      }
      let answer = try await client.exchange(
        HTTPRequest("GET", upstream.url.target, headers: Self.headers),
        within: HTTPDeadlines(
          connect: upstream.timeout, silence: upstream.timeout, total: upstream.timeout))
      return .upstream(
        isUp: WatchdogSettings.Upstream.isUp(status: answer.status),
        detail: "\(upstream.url) answered with status \(answer.status)")
    } catch {
      return .upstream(isUp: false, detail: "\(error)")
    }
  }

  // MARK: Repairs

  func repair(_ mount: Mount, by repair: WatchdogSettings.Repair) async -> RestartAnswer {
    switch repair.action {
    case .http(let call): await send(call, for: mount, within: repair.timeout)
    case .command(let words): await run(words, for: mount, within: repair.timeout)
    }
  }

  private func send(
    _ call: WatchdogSettings.Repair.Call, for mount: Mount, within limit: Duration
  ) async -> RestartAnswer {
    let client: HTTPClient
    let request: HTTPRequest
    do {
      client = try self.client(
        for: call.url, authorityFile: call.authorityFile, verification: .full)
      request = try self.request(call, for: mount)
    } catch {
      return .repaired(false, detail: "\(error)")
    }
    let answer: RestartAnswer
    do throws(TransportError) {
      let reply = try await client.exchange(
        request, within: HTTPDeadlines(connect: limit, silence: limit, total: limit))
      let detail = "\(call.method) \(call.url) answered with status \(reply.status)"
      answer = .repaired(WatchdogSettings.Repair.isDone(status: reply.status), detail: detail)
    } catch {
      answer = .repaired(false, detail: "\(error)")
    }
    await client.shutdown()
    return answer
  }

  private func request(
    _ call: WatchdogSettings.Repair.Call, for mount: Mount
  ) throws -> HTTPRequest {
    var headers = Self.headers
    for header in call.headers { headers[header.name] = header.value }
    if let file = call.authorizationFile {
      let bytes: [UInt8]
      do {
        bytes = try surroundings.files.read(file, 16 << 10)
      } catch {
        throw RepairFault("authorizationFile \(file): \(error)")
      }
      let text = String(decoding: bytes, as: UTF8.self)
      headers["Authorization"] = String(
        text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
    return HTTPRequest(
      call.method, call.url.target, headers: headers,
      body: Array(mount.filled(in: call.body, escaped: true).utf8))
  }

  private func run(
    _ words: [String], for mount: Mount, within limit: Duration
  ) async -> RestartAnswer {
    let filled = words.map { mount.filled(in: $0, escaped: false) }
    let program = filled.first ?? ""
    let result = await surroundings.run(
      ChildCommand(
        path: program, arguments: Array(filled.dropFirst()), environment: surroundings.environment,
        deadline: limit, outputLimit: Self.answerLimit))
    switch result {
    case .exited(let code, _, let complaint):
      let isDone = WatchdogSettings.Repair.isDone(exitCode: code)
      let words = isDone ? "" : complaint.lastLine
      return .repaired(isDone, detail: "\(program) ended with exit code \(code)\(words)")
    case .signalled(let signal, let complaint):
      return .repaired(
        false, detail: "\(program) was killed by signal \(signal)\(complaint.lastLine)")
    case .timedOut: return .repaired(false, detail: "\(program) took too long and was killed")
    case .tooMuchOutput:
      return .repaired(false, detail: "\(program) wrote more than it may and was killed")
    case .failed(let words): return .repaired(false, detail: "\(program): \(words)")
    }
  }

  // MARK: Both

  private static let headers: HTTPHeaders = ["User-Agent": "mountmon/\(Version.current)"]

  private func client(
    for url: ServiceURL, authorityFile: String?, verification: TLSSettings.Verification
  ) throws -> HTTPClient {
    var tls = TLSSettings(verification: verification)
    if let authorityFile {
      do {
        tls.trustRoots = .pem(try surroundings.files.read(authorityFile, 1 << 20))
      } catch {
        throw RepairFault("caFile \(authorityFile): \(error)")
      }
    }
    var limits = HTTPLimits()
    limits.maximumConnections = 1
    let endpoint: HTTPEndpoint =
      switch url.scheme {
      case .tcp, .http: try .tcp(url.host, port: url.port)
      case .https: try .tls(url.host, port: url.port)
      }
    return try HTTPClient(to: endpoint, tls: tls, limits: limits)
  }
}

/// Why a request could not even be made.
private struct RepairFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

extension Mount {
  /// A text in which `{path}` and `{name}` stand for those of this mount.
  func filled(in text: String, escaped: Bool) -> String {
    var filled = ""
    var rest = text[...]
    while let brace = rest.firstIndex(of: "{") {
      filled += rest[..<brace]
      rest = rest[brace...]
      if rest.hasPrefix("{path}") {
        filled += escaped ? path.description.escapedInJSON : path.description
        rest = rest.dropFirst(6)
      } else if rest.hasPrefix("{name}") {
        filled += escaped ? label.escapedInJSON : label
        rest = rest.dropFirst(6)
      } else {
        filled.append("{")
        rest = rest.dropFirst()
      }
    }
    return filled + rest
  }
}

extension String {
  /// As it stands between the quotation marks of a JSON text.
  fileprivate var escapedInJSON: String {
    String(JSONValue.string(self).text().dropFirst().dropLast())
  }

  /// The last line of what a program complained about, to follow a sentence; empty where there is none.
  fileprivate var lastLine: String {
    guard let line = split(whereSeparator: \.isNewline).last(where: { !$0.isEmpty }) else {
      return ""
    }
    let plain = line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.suffix(200)
    return ": " + String(String.UnicodeScalarView(plain))
  }
}
