import CLinux
import Glibc
import Synchronization

/// A process that was started with nothing but its three descriptors.
///
/// Foundation's `Process` learns of an end by a socket, which a process that is started at the same
/// time may inherit and keep open. Here the kernel is asked.
final class SpawnedProcess: Sendable {
  let pid: pid_t
  private let status = Mutex<Int32?>(nil)

  /// Starts a program found on the PATH, in `/`, in a session of its own.
  init(_ words: [String], input: Int32, output: Int32, errors: Int32) throws {
    var arguments = (["env"] + words).map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    let error = clinux_spawn(
      &pid, "/usr/bin/env", &arguments, environ, input, output, errors)
    guard error == 0 else { throw KitError("starting \(words): errno \(error)") }
    self.pid = pid
  }

  deinit {
    // No zombie stays behind.
    _ = ending
  }

  var isRunning: Bool { ending == nil }

  /// How it ended, if it has.
  var ending: Child.Ending? {
    let status = status.withLock { known in
      var status: Int32 = 0
      if known == nil, waitpid(pid, &status, WNOHANG) == pid { known = status }
      return known
    }
    return status.map { $0 & 0x7F == 0 ? .exited(($0 >> 8) & 0xFF) : .signalled($0 & 0x7F) }
  }
}
