import Foundation
import Synchronization

@testable import mountmon

/// A server on a thread of its own, as the executable runs it on the main thread.
final class RunningServer: Sendable {
  let server: HTTPServer
  private let portBox = Mutex<Int?>(nil)
  private let resultBox = Mutex<Result<Void, ServerError>?>(nil)

  init(
    host: String = "127.0.0.1", port: Int = 0, routes: Routes = .example,
    limits: ServerLimits = ServerLimits(), wallClock: (@Sendable () -> Int64)? = nil
  ) throws {
    server = HTTPServer(
      at: try ListenAddress(host: host, port: port),
      serving: HTTPService(routes, limits: limits, wallClock: wallClock))
    let thread = Thread { [self] in
      do throws(ServerError) {
        try server.run { [self] port in portBox.withLock { $0 = port } }
        resultBox.withLock { $0 = .success(()) }
      } catch {
        resultBox.withLock { $0 = .failure(error) }
      }
    }
    thread.start()
    _ = eventually { portBox.withLock { $0 != nil } || resultBox.withLock { $0 != nil } }
    if case .failure(let error) = result { throw error }
  }

  var port: Int { portBox.withLock { $0 ?? 0 } }
  var result: Result<Void, ServerError>? { resultBox.withLock { $0 } }
  var statistics: ServerStatistics.Snapshot { server.service.statistics.snapshot }

  func client(receiveBuffer: CInt? = nil) throws -> RawClient {
    try RawClient(port: port, receiveBuffer: receiveBuffer)
  }

  /// Stops the server and waits until `run` has returned.
  ///
  /// - Returns: The seconds it took, or nothing if it did not return within ten.
  @discardableResult
  func stop(within patience: Duration = .zero) -> Double? {
    let start = now()
    server.stop(within: patience)
    return eventually { result != nil } ? now() - start : nil
  }
}

extension Routes {
  static let large = HTTPAnswer.text(.ok, String(repeating: "a line of metrics\n", count: 20_000))

  static let example = Routes([
    "/healthz/live": { _ in .text(.ok, "alive\n") },
    "/healthz/ready": { _ in .json(.unavailable, "{}\n") },
    "/large": { _ in large },
    "/echo": { question in .text(.ok, "\(question.path) \(question.query ?? "-")") },
  ])
}

/// Runs `body` with a server, and stops it afterwards.
func withServer(
  limits: ServerLimits = ServerLimits(), wallClock: (@Sendable () -> Int64)? = nil,
  _ body: (RunningServer) throws -> Void
) throws {
  let server = try RunningServer(limits: limits, wallClock: wallClock)
  defer { server.stop() }
  try body(server)
}
