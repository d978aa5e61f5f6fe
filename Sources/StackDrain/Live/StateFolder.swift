import Glibc
import MountHealthCore
import Synchronization

/// The folder in which a monitor keeps what must survive it: the ledger, and the state files that
/// others read.
///
/// Every call is synchronous and may block for as long as the disk does: make them on a thread that
/// may. They may be made from any thread; one waits for another. The folder is meant to lie on the
/// host's own disk, never on what is watched.
///
/// Files are written beside their place, synced, and renamed into it; then the folder is synced. So
/// a file holds its old content or its new one whenever the process or the machine stops. No link is
/// followed, in the folder or in place of it.
public final class StateFolder: Sendable {
  /// Where it is.
  public let path: String
  let calls: StateCalls
  /// The second folder for the state files, where there is one.
  let twin: StateTwin?
  /// What was odd and could be dealt with, a line each.
  public let warnings: [String]
  let reserveBytes: Int
  let state: Mutex<State>

  /// What changes while it is open.
  struct State: Sendable {
    /// The descriptor that holds the lock.
    var lock: Int32?
    var reserved = 0
    var shown = ShownWords()
    /// What was told of foreign changes, so that it is told once.
    var told: [FoundWords?] = [nil, nil]
  }

  /// How much space is kept for the ledger of a full disk, unless told otherwise.
  public static let defaultReserveBytes = 1 << 20

  /// Opens the folder, and makes it (0700) where there is none.
  ///
  /// - Parameters:
  ///   - path: Where it is. The folder above has to be there.
  ///   - compatibility: A second folder for the state files (made with 0755, its files with 0644);
  ///     what is wrong with it is a warning. `nil`: none, and none for who only reads.
  ///   - reserveBytes: How much space is kept for the time when the disk is full.
  ///   - creates: Whether it is made where there is none; who only reads has no need of that.
  /// - Returns: The folder; ``lock(at:)`` it before anything is written.
  /// - Throws: `StateFault`: not a folder, a link, another's, writable by others, or a failed call.
  public static func open(
    _ path: String, compatibility: String? = nil, reserveBytes: Int = defaultReserveBytes,
    creates: Bool = true
  ) throws(StateFault) -> StateFolder {
    try open(
      path, compatibility: compatibility, reserveBytes: reserveBytes, creates: creates, gate: nil)
  }

  static func open(
    _ path: String, compatibility: String? = nil, reserveBytes: Int = defaultReserveBytes,
    creates: Bool = true, gate: (@Sendable (StateCall) -> Int32)?
  ) throws(StateFault) -> StateFolder {
    let folder = try descriptor(of: path, mode: creates ? 0o700 : nil, key: "stateDirectory")
    var warnings: [String] = []
    var twin: StateTwin?
    // Who only reads writes nothing there, and so makes no folder.
    if let compatibility, creates {
      do throws(StateFault) {
        twin = try StateTwin(compatibility)
      } catch {
        warnings.append("\(error); the state files are not written there")
      }
    }
    return StateFolder(
      path: path, calls: StateCalls(folder: folder, gate: gate), twin: twin,
      reserveBytes: reserveBytes, warnings: warnings)
  }

  private init(
    path: String, calls: StateCalls, twin: StateTwin?, reserveBytes: Int, warnings: [String]
  ) {
    self.path = path
    self.calls = calls
    self.twin = twin
    self.reserveBytes = reserveBytes
    self.warnings = warnings
    state = Mutex(State())
  }

  deinit {
    if let lock = state.withLock({ $0.lock }) { close(lock) }
    close(calls.folder)
  }

  /// Opens a folder that nobody else can have changed.
  ///
  /// - Parameters:
  ///   - path: Where it is.
  ///   - mode: The mode with which it is made where there is none; `nil` makes none.
  ///   - key: The key of the configuration that names it.
  /// - Returns: Its descriptor; whoever asked closes it.
  /// - Throws: `StateFault`.
  static func descriptor(
    of path: String, mode: UInt32?, key: String
  ) throws(StateFault) -> Int32 {
    var path = path
    while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
    let isMade = mode.map { mkdir(path, $0) == 0 } ?? false
    let error = ErrorNumber(rawValue: errno)
    if mode != nil, !isMade, error.rawValue != EEXIST {
      throw StateFault(
        error.rawValue == ENOSPC ? .full : .failed, path,
        error.rawValue == ENOENT
          ? "cannot be made, as the folder above it does not exist: make that one, or set "
            + key : "cannot be made: \(error)")
    }
    let descriptor: Int32
    let why: String?
    do throws(ErrorNumber) {
      let file = try StateFile(
        Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK))
      // What umask took away.
      if isMade, let mode, fchmod(file.descriptor, mode) != 0 {
        throw ErrorNumber(rawValue: errno)
      }
      why = try file.status().unsafety
      descriptor = file.release()
    } catch {
      throw StateFault(
        .failed, path,
        error.rawValue == ENOTDIR || error.rawValue == ELOOP
          ? "is no folder, or a link, expected a folder: move it away, or set \(key)"
          : "cannot be opened: \(error)")
    }
    if let why {
      close(descriptor)
      throw StateFault(
        .unsafe, path,
        "\(why): make it this user's without the right of others to write, or set \(key)")
    }
    return descriptor
  }

  /// A fault of a call on one of the files.
  func fault(_ error: ErrorNumber, _ name: String, _ what: String) -> StateFault {
    let isFull = error.rawValue == ENOSPC || error.rawValue == EDQUOT
    return StateFault(
      isFull ? .full : .failed, "\(path)/\(name)",
      "\(what): \(error)" + (isFull ? ": make room on its disk" : ""))
  }
}

extension StateCalls {
  /// The name under which a file is written before it gets its own.
  static func temporary(_ name: String) -> String { name + ".new" }

  /// Replaces the content of a file, all at once. The folder is not synced.
  func replace(_ name: String, with bytes: [UInt8], mode: UInt32) throws(ErrorNumber) {
    let temporary = Self.temporary(name)
    do throws(ErrorNumber) {
      let file = try create(temporary, mode: mode)
      // What umask took away.
      if mode != 0o600, fchmod(file.descriptor, mode) != 0 { throw ErrorNumber(rawValue: errno) }
      try write(bytes, to: file, temporary)
      try sync(file, temporary)
    } catch {
      try? remove(temporary)
      throw error
    }
    try rename(temporary, name)
  }
}
