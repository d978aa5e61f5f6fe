import MountHealthCore
import Pacing
import Synchronization

/// The HTTP endpoints of who watches. Where the port cannot be had it is tried again, ever more
/// seldom: watching does not stop for that.
final class HTTPFront: Sendable {
  private struct State {
    var server: HTTPServer?
    var isStopped = false
  }

  private let address: ListenAddress
  private let service: HTTPService
  private let log: Log
  private let backoff: Backoff
  private let alarm: Alarm
  private let state = Mutex(State())

  /// - Throws: The errno, where there is no descriptor left.
  init(
    at address: ListenAddress, serving service: HTTPService, _ log: Log,
    backoff: Backoff = Backoff(initial: .seconds(1), maximum: .seconds(60))
  ) throws(ErrorNumber) {
    self.address = address
    self.service = service
    self.log = log
    self.backoff = backoff
    alarm = try Alarm()
  }

  /// Serves on this thread until `stop`.
  func run() {
    var random = SystemRandomNumberGenerator()
    var failures = 0
    while let server = next() {
      do throws(ServerError) {
        try server.run { [log] port in
          failures = 0
          log.info("http server started", ["port": .int(port)])
        }
        return
      } catch {
        failures += 1
        let pause = backoff.pause(after: failures, using: &random)
        log.error(
          "no HTTP is served, watching goes on",
          ["error": .string("\(error)"), "againIn": .duration(pause)])
        rest(pause)
      }
    }
  }

  /// Ends `run`. May be called before it, and again.
  func stop(within patience: Duration) {
    let server = state.withLock { state in
      state.isStopped = true
      return state.server
    }
    server?.stop(within: patience)
    alarm.ring()
  }

  private var isStopped: Bool { state.withLock { $0.isStopped } }

  private func next() -> HTTPServer? {
    state.withLock { state in
      guard !state.isStopped else { return nil }
      let server = HTTPServer(at: address, serving: service)
      state.server = server
      return server
    }
  }

  private func rest(_ pause: Duration) {
    let end = Tick.now() + pause
    while !isStopped, Tick.now() < end { alarm.wait(atMost: end - Tick.now()) }
  }
}
