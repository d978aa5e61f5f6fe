import CLinux
import Glibc
import Synchronization

/// A server program that a test starts, with a folder of its own; it ends with the test.
final class Daemon: Sendable {
  private struct State {
    var pid: pid_t = 0
  }

  let folder: Scratch
  private let words: [String]
  private let variables: [String: String]
  private let state = Mutex(State())

  init(_ words: [String], in folder: Scratch, variables: [String: String] = [:]) throws {
    self.words = words
    self.folder = folder
    self.variables = variables
    try start()
  }

  deinit { end() }

  /// Starts it (again).
  func start() throws {
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    let all = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": folder.path, "LANG": "C.UTF-8"]
      .merging(variables) { _, new in new }
    var environment = all.map { strdup("\($0)=\($1)") } + [nil]
    defer { for variable in environment { free(variable) } }
    let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
    let log = open("\(folder.path)/log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    defer {
      close(nothing)
      close(log)
    }
    guard access(words[0], X_OK) == 0 else {
      throw KitError("\(words[0]) is missing: run scripts/setup.sh")
    }
    var pid: pid_t = 0
    let error = clinux_spawn(&pid, words[0], &arguments, &environment, nothing, log, log)
    guard error == 0 else { throw KitError("starting \(words[0]): errno \(error)") }
    state.withLock { $0.pid = pid }
  }

  /// Stops it, and returns once none of its threads runs any more.
  func pause() {
    signal(SIGSTOP)
    let pid = state.withLock { $0.pid }
    for _ in 0..<2000 where !Self.isStopped(pid) { usleep(5000) }
  }

  private static func isStopped(_ pid: pid_t) -> Bool {
    Scratch.names(in: "/proc/\(pid)/task").allSatisfy { thread in
      let stat = String(decoding: Scratch.bytes("/proc/\(pid)/task/\(thread)/stat"), as: UTF8.self)
      let rest = stat.split(separator: ")").last ?? ""
      return rest.hasPrefix(" T")
    }
  }

  func proceed() { signal(SIGCONT) }

  private func signal(_ number: Int32) {
    // Not to zero: that would be the test's own group.
    let pid = state.withLock { $0.pid }
    if pid > 0 { Glibc.kill(pid, number) }
  }

  /// Asks it to end, and waits until it has.
  func stop() { end(SIGTERM) }
  /// Kills it with all that it started.
  func kill() { end(SIGKILL) }

  private func end(_ number: Int32 = SIGKILL) {
    let pid = state.withLock { state in
      defer { state.pid = 0 }
      return state.pid
    }
    guard pid > 0 else { return }
    Glibc.kill(number == SIGKILL ? -pid : pid, number)
    Glibc.kill(pid, SIGCONT)
    var status: Int32 = 0
    // A program that does not end is killed after 20 s.
    for _ in 0..<2000 where number != SIGKILL {
      if waitpid(pid, &status, WNOHANG) == pid { return }
      usleep(10_000)
    }
    Glibc.kill(-pid, SIGKILL)
    waitpid(pid, &status, 0)
  }

  /// The end of what it wrote.
  var log: String { String(decoding: folder.bytes("log").suffix(2000), as: UTF8.self) }
}

/// What is wrong with a test's surroundings.
struct KitError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// A folder that is gone afterwards.
final class Scratch: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/mountmon-stack-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw KitError("making a folder: errno \(errno)") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { Self.remove(path) }

  func folder(_ name: String) -> String {
    mkdir("\(path)/\(name)", 0o700)
    return "\(path)/\(name)"
  }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o600) throws -> String {
    let file = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard file >= 0 else { throw KitError("writing \(name): errno \(errno)") }
    defer { close(file) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      guard count > 0 else { throw KitError("writing \(name): errno \(errno)") }
      rest = rest.dropFirst(count)
    }
    return "\(path)/\(name)"
  }

  @discardableResult
  func write(_ name: String, _ text: String, mode: mode_t = 0o600) throws -> String {
    try write(name, Array(text.utf8), mode: mode)
  }

  func bytes(_ name: String) -> [UInt8] { Self.bytes("\(path)/\(name)") }

  /// What is in a file; nothing where it is not there.
  static func bytes(_ path: String) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while case let count = chunk.withUnsafeMutableBytes({ read(file, $0.baseAddress, $0.count) }),
      count > 0
    { bytes += chunk[..<count] }
    return bytes
  }

  /// What is in a folder.
  static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Without following links.
  private static func remove(_ path: String) {
    for name in names(in: path) {
      var status = stat()
      let child = "\(path)/\(name)"
      guard lstat(child, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR { remove(child) } else { unlink(child) }
    }
    rmdir(path)
  }
}
