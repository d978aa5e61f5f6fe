import NIOCore
import NIOPosix
import Synchronization

/// Serves on the thread that calls `run`, which needs no other. Every other method may be called
/// from any thread.
final class HTTPServer: Sendable {
  private enum Stage {
    /// Nobody has called `run`. Leads to `starting`, or to `stopped`.
    case new
    /// Binding. Leads to `running`, or to `stopped`.
    case starting
    /// Leads to `stopping`, or, when the socket is lost, to `stopped`.
    case running(HTTPListener)
    /// Leads to `stopped`.
    case stopping(HTTPListener)
    /// Final.
    case stopped
  }

  let address: ListenAddress
  let service: HTTPService
  private let stage = Mutex(Stage.new)

  init(at address: ListenAddress, serving service: HTTPService) {
    self.address = address
    self.service = service
  }

  /// Listens, calls `ready` with the port on this thread, and serves until `stop`. For one call.
  ///
  /// - Throws: When the address cannot be had, or the listening socket is lost. Not an error: `stop`
  ///   came first; then nothing is served and `ready` is not called.
  func run(ready: @escaping (Int) -> Void) throws(ServerError) {
    switch begin() {
    case .new: break
    case .stopped: return
    case .starting, .running, .stopping: throw .alreadyRunning(address)
    }
    var failure: ServerError?
    MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { loop in
      HTTPListener.bind(to: self.address, serving: self.service, on: loop)
        .assumeIsolated().whenComplete { result in
          switch result {
          case .failure(let error):
            failure = error as? ServerError ?? .bindFailed(self.address, error)
            self.end(loop)
          case .success(let listener):
            self.serve(listener, on: loop, ready: ready) { failure = .listenerLost(self.address) }
          }
        }
    }
    if let failure { throw failure }
  }

  /// Ends `run`: idle clients are dropped, begun requests are answered, and `patience` later at most
  /// everything is closed. May be called before `run`, and again: the shorter patience wins.
  func stop(within patience: Duration) {
    stage.withLock { stage in
      switch stage {
      case .new, .starting: stage = .stopped
      case .running(let listener):
        stage = .stopping(listener)
        listener.close(within: patience)
      // Under the lock, so that the loop cannot have ended: see `end`.
      case .stopping(let listener): listener.close(within: patience)
      case .stopped: break
      }
    }
  }

  private func serve(
    _ listener: HTTPListener, on loop: any EventLoop, ready: (Int) -> Void,
    lost: @escaping () -> Void
  ) {
    listener.closed.assumeIsolated().whenComplete { _ in
      if self.isRunning {
        lost()
        listener.close(within: .zero)
      }
      listener.emptied().assumeIsolated().whenComplete { _ in self.end(loop) }
    }
    if enter(listener) {
      ready(listener.port)
    } else {
      listener.close(within: .zero)
    }
  }

  private var isRunning: Bool {
    stage.withLock { if case .running = $0 { true } else { false } }
  }

  /// - Returns: The stage before.
  private func begin() -> Stage {
    stage.withLock { stage in
      let before = stage
      if case .new = stage { stage = .starting }
      return before
    }
  }

  /// - Returns: False when `stop` was called while the address was being bound.
  private func enter(_ listener: HTTPListener) -> Bool {
    stage.withLock { stage in
      guard case .starting = stage else { return false }
      stage = .running(listener)
      return true
    }
  }

  private func end(_ loop: any EventLoop) {
    stage.withLock { $0 = .stopped }
    loop.shutdownGracefully { _ in }
  }
}
