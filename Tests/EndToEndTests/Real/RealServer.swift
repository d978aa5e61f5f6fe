import Foundation
import Glibc

/// A program of others that serves or mounts, kept in the foreground.
final class RealDaemon {
  private let words: [String]
  private(set) var child: Child

  init(_ words: String...) throws {
    self.words = words
    child = try Child(words)
  }

  func stop() { kill(child.pid, SIGSTOP) }
  func resume() { kill(child.pid, SIGCONT) }

  /// Kills it and waits until it is gone.
  func end() async throws {
    child.kill()
    _ = try await child.finish()
  }

  /// Starts it anew with the same words.
  func restart() throws { child = try Child(words) }

  /// Frees it of all and ends it.
  func tearDown() async {
    resume()
    child.kill()
    let process = ProcessView(pid: child.pid)
    _ = await Task { await eventually(within: .seconds(5)) { !process.isAlive } }.value
  }
}

/// Waits until something is mounted at a path, without touching it.
func waitUntilMounted(_ path: String, by daemon: RealDaemon) async throws {
  let came = await eventually(within: .seconds(15)) {
    let table = try? KernelFile.mounts
    return table?.contains(" \(path) ") == true || !daemon.child.isRunning
  }
  guard came, daemon.child.isRunning else {
    throw KitError("\(path) is not mounted: \(daemon.child.errorsSoFar)")
  }
}

/// The program, which scripts/packages.txt names.
func requireProgram(_ name: String) async throws {
  guard try await Child("sh", "-c", "command -v \(name)").finish().ending == .exited(0) else {
    throw KitError("\(name) is missing: `make setup` installs it")
  }
}
