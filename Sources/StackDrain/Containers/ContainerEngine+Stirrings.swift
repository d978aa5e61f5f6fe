import HTTPTransport
import MountHealthCore
import Pacing

extension ContainerEngine {
  /// What happens to containers, told by the engine: that something did, and no more. Whoever hears of
  /// it looks for themselves, so nothing is lost where one is not heard.
  ///
  /// At most one waits to be heard, and two come no closer than `stirPause`. The stream has no end:
  /// an engine that is away is asked again and again, ever more seldom, and its return is told as
  /// well. It ends when its reader does.
  public func stirrings() -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let task = Task { await self.follow { continuation.yield() } }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// The least time between two signs.
  static let stirPause = Duration.milliseconds(500)
  /// How long the engine may have nothing to tell before it is asked anew.
  static let quietTime = Duration.seconds(3600)
  /// How soon an engine that is away is asked again.
  static let comeback = Backoff(initial: .milliseconds(500), maximum: .seconds(30))

  private func follow(_ tell: @Sendable () -> Void) async {
    var random = SystemRandomNumberGenerator()
    var failures = 0
    while !Task.isCancelled {
      do {
        let body = try await open(
          .events,
          within: HTTPDeadlines(connect: .seconds(5), silence: Self.quietTime, total: nil),
          versionBy: Tick.now() + .seconds(10))
        // What happened before the engine listened to us is not told by it.
        failures = 0
        tell()
        for try await _ in body {
          tell()
          // Nobody reads meanwhile: what comes is one sign more.
          try await Task.sleep(for: Self.stirPause)
        }
      } catch {
        if Task.isCancelled { return }
      }
      failures += 1
      let pause = Self.comeback.pause(after: failures, using: &random)
      guard (try? await Task.sleep(for: pause)) != nil else { return }
    }
  }
}
