import CLinux
import ChildProcess
import Glibc
import TimeText

extension Surroundings {
  /// This process's own environment, files and clocks.
  ///
  /// - Returns: The surroundings, with the environment as it is now.
  public static func live() -> Surroundings {
    Surroundings(
      environment: liveEnvironment(), files: .live,
      now: TickClock.continuous.now,
      wallTime: { Timestamp(seconds: 0, nanoseconds: clinux_wall_time()) },
      run: { command in await command.run() })
  }

  private static func liveEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let line = entry.pointee {
      let text = String(cString: line)
      if let sign = text.firstIndex(of: "=") {
        variables[String(text[..<sign])] = String(text[text.index(after: sign)...])
      }
      entry += 1
    }
    return variables
  }
}

extension Files {
  /// The file system.
  ///
  /// Reads block: this is for the small files of credentials, which are in memory in a pod and on a
  /// local disk elsewhere.
  public static var live: Files {
    Files(
      read: { path, limit throws(FileError) in try readFile(path, limit: limit) },
      stamp: { path in
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let modified = Timestamp(
          seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
        return FileStamp(
          inode: UInt64(status.st_ino), size: Int64(status.st_size), modified: modified)
      },
      isExecutable: { path in
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
          && access(path, X_OK) == 0
      })
  }

  private static func readFile(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    // Without O_NONBLOCK a pipe at that path would hold this thread for ever.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw fileError(errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw fileError(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .other("it is no regular file") }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw fileError(errno) }
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
    }
  }

  private static func fileError(_ number: Int32) -> FileError {
    switch number {
    case ENOENT, ENOTDIR: .absent
    case EACCES, EPERM: .denied
    default: .other(errorWords(number))
    }
  }
}

/// The words of the C library for an errno.
func errorWords(_ number: Int32) -> String {
  strerror(number).map { String(cString: $0) } ?? "error \(number)"
}
