import CLinux
import Glibc

/// A program that mounts or unmounts for who is not root.
struct MountHelper {
  let pid: pid_t

  /// Finds the program on the PATH.
  static func run(_ arguments: [String]) throws(Errno) -> MountHelper {
    var words = arguments.map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    var pid: pid_t = 0
    let error = clinux_spawn_helper(&pid, words[0], words)
    guard error == 0 else { throw Errno(error) }
    return MountHelper(pid: pid)
  }

  /// Its exit status, or the negative of the signal that ended it.
  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : -signal
  }
}
