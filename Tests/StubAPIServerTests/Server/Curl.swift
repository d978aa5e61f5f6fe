import Foundation
import JSONValue
import StubAPIServer

/// The command of that name: a client that is not ours.
struct Curl {
  let server: StubAPIServer
  var token: String?
  private let authority: URL
  /// The administrator's certificate with its key.
  private let identity: URL

  init(_ server: StubAPIServer, token: String? = nil) throws {
    self.server = server
    self.token = token ?? server.administratorToken
    authority = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).pem")
    try Data(server.certificates.authorityPEM.utf8).write(to: authority)
    identity = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).pem")
    let both = server.certificates.clientPEM + server.certificates.clientKeyPEM
    try Data(both.utf8).write(to: identity)
  }

  /// Sends exactly these headers and this body.
  func callAsFunction(sending request: StubRequest) async throws -> Answer {
    var arguments = [
      "curl", "-sS", "-i", "--http1.1", "--cacert", authority.path, "-X", request.method,
      "--max-time", "20", "-H", "Expect:", "-H", "Content-Type:", "-H", "Accept:",
    ]
    for header in request.headers { arguments += ["-H", "\(header.name): \(header.value)"] }
    if request.certificate != nil { arguments += ["--cert", identity.path] }
    let body = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: body) }
    if !request.body.isEmpty || request.method == "POST" {
      try Data(request.body).write(to: body)
      arguments += ["--data-binary", "@\(body.path)"]
    }
    return try await answer(of: arguments + [server.url + request.target])
  }

  struct Answer {
    var status: Int
    var head: String
    var body: String
    /// What curl itself said: 0 is well, 56 a cut connection, 28 a timeout.
    var exitCode: Int32

    var json: JSONValue? { try? JSONValue(parsing: body) }
  }

  func callAsFunction(
    _ method: String, _ path: String, body: String? = nil, timeout: Int = 20,
    headers: [String] = [], more: [String] = []
  ) async throws -> Answer {
    var arguments = [
      "curl", "-sS", "-i", "--http1.1", "--cacert", authority.path, "-X", method, "--max-time",
      String(timeout), "-A", "curl-test/1", "-H", "Accept: application/json",
    ]
    if let token { arguments += ["-H", "Authorization: Bearer \(token)"] }
    if let body {
      arguments += ["-d", body]
      if !headers.contains(where: { $0.hasPrefix("Content-Type") }) {
        arguments += ["-H", "Content-Type: application/json"]
      }
    }
    for header in headers { arguments += ["-H", header] }
    let whole = arguments + more + [server.url + path]
    return try await answer(of: whole)
  }

  private func answer(of arguments: [String]) async throws -> Answer {
    let (data, exitCode) = try await Self.run(arguments)
    let text = String(decoding: data, as: UTF8.self)
    let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
    let head = String(parts.first ?? "")
    let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return Answer(
      status: status, head: head, body: parts.count > 1 ? String(parts[1]) : "",
      exitCode: exitCode)
  }

  /// Runs a command on a thread of its own: waiting for it may not hold up the tests.
  static func run(_ arguments: [String]) async throws -> (Data, Int32) {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do {
          try process.run()
        } catch {
          return continuation.resume(throwing: error)
        }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        continuation.resume(returning: (data, process.terminationStatus))
      }
    }
  }
}
