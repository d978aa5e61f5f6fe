import NIOCore
import Synchronization
import Testing

@testable import HTTPTransport

extension HTTPDeadlines {
  /// For tests in which nothing is late: longer than a loaded machine takes.
  static let ample = HTTPDeadlines(
    connect: .seconds(30), silence: .seconds(30), total: .seconds(60))

  /// For tests in which the server says nothing.
  static func silence(_ silence: Duration) -> HTTPDeadlines {
    HTTPDeadlines(connect: .seconds(30), silence: silence, total: nil)
  }
}

extension HTTPClient {
  /// A client that is shut down after `body`.
  static func with<Result>(
    _ endpoint: HTTPEndpoint, tls: TLSSettings = TLSSettings(), limits: HTTPLimits = HTTPLimits(),
    _ body: (HTTPClient) async throws -> Result
  ) async throws -> Result {
    let client = try HTTPClient(to: endpoint, tls: tls, limits: limits)
    do {
      let result = try await body(client)
      await client.shutdown()
      return result
    } catch {
      await client.shutdown()
      throw error
    }
  }

  /// Status and body of an answer.
  func text(
    _ method: String = "GET", _ target: String = "/", body: [UInt8] = [],
    within deadlines: HTTPDeadlines = .ample
  ) async throws -> String {
    let answer = try await exchange(HTTPRequest(method, target, body: body), within: deadlines)
    let bytes = try await answer.body.collect(upTo: 1 << 20)
    return "\(answer.status) \(String(decoding: bytes, as: UTF8.self))"
  }
}

/// Expects an answer: its status and its body.
func expect(
  _ client: HTTPClient, _ expected: String, to method: String = "GET", _ target: String = "/",
  sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let text = try await client.text(method, target)
  #expect(text == expected, sourceLocation: sourceLocation)
}

/// The error of a request that has to fail.
func failure(
  sourceLocation: SourceLocation = #_sourceLocation,
  of body: () async throws -> some Any
) async throws -> TransportError {
  do {
    let got = try await body()
    Issue.record("no error, but \(got)", sourceLocation: sourceLocation)
  } catch let error as TransportError {
    return error
  }
  throw NoFailure()
}

struct NoFailure: Error {}

/// Waits until something is so; in vain for 20 s at most.
func eventually(
  sourceLocation: SourceLocation = #_sourceLocation, _ isSo: () -> Bool
) async throws {
  for _ in 0..<4000 {
    if isSo() { return }
    try await Task.sleep(for: .milliseconds(5))
  }
  Issue.record("did not come true in time", sourceLocation: sourceLocation)
}

/// A short answer of known length.
func answer(_ body: String, status: String = "200 OK", _ fields: String = "") -> Step {
  .send("HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
}
