import Glibc
import MountHealthCore
import Pacing
import Synchronization
public import TimeText

extension StateFolder {
  static let lockName = "lock"

  /// Takes the folder for this process, until it ends or this object goes.
  ///
  /// The kernel holds the lock (flock(2)), so that none is left behind by a process that was killed.
  /// The file stays: who removed it would let in a second holder. It says who holds the lock, for
  /// people.
  ///
  /// - Parameter now: The present, by date.
  /// - Throws: `StateFault` with the code `held`, which says by whom and since when; others for
  ///   failed calls. That it is held by this object already is no fault.
  public func lock(at now: Timestamp) throws(StateFault) {
    guard !isLocked else { return }
    let holder: String?
    do throws(ErrorNumber) {
      holder = try takeLock(at: now)
    } catch {
      throw fault(
        error, Self.lockName,
        error.rawValue == ELOOP ? "is a link, expected a file: move it away" : "cannot be locked")
    }
    if let holder {
      throw StateFault(
        .held, "\(path)/\(Self.lockName)",
        "held by \(holder): one monitor works with a state folder; ask that one, stop it, or set "
          + "stateDirectory")
    }
    let shown = ShownWords(reading: calls.content(of: Self.shownName, limit: 256) ?? [])
    state.withLock { $0.shown = shown }
    sweep()
    makeReserve()
  }

  /// - Returns: Who else holds it; `nil` where it is taken.
  private func takeLock(at now: Timestamp) throws(ErrorNumber) -> String? {
    let file = try calls.open(Self.lockName, O_RDWR | O_CREAT, mode: 0o600)
    guard try file.status().isFile else { throw ErrorNumber(rawValue: EISDIR) }
    while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      guard errno == EWOULDBLOCK else { throw ErrorNumber(rawValue: errno) }
      return Self.holder(in: (try? file.read(limit: 128)) ?? [])
    }
    // For people only: a full disk must not keep a monitor from starting.
    let text = "pid \(getpid()) since \(now.rfc3339())\n"
    try? calls.cut(file, Self.lockName, to: 0)
    try? calls.write(Array(text.utf8), to: file, Self.lockName)
    let descriptor = file.release()
    state.withLock { $0.lock = descriptor }
    return nil
  }

  /// Whether this object holds the lock.
  public var isLocked: Bool { state.withLock { $0.lock != nil } }

  /// Who holds the lock, in the words of the file; anything could stand there.
  static func holder(in bytes: [UInt8]) -> String {
    let words = String(decoding: bytes.prefix(128), as: UTF8.self).split { $0.isWhitespace }
    guard words.count == 4, words[0] == "pid", let number = Int32(words[1]), words[2] == "since",
      let since = try? Timestamp(rfc3339: String(words[3]))
    else { return "another process" }
    return "the process \(number) since \(since)"
  }

  func requireLock(for name: String) throws(StateFault) {
    guard isLocked else {
      throw StateFault(
        .failed, "\(path)/\(name)", "is not written by who does not hold the lock")
    }
  }

  /// Removes what a process that was killed left half written.
  private func sweep() {
    for name in [Self.ledgerName, Self.previousName, Self.shownName] + StateWords.names {
      try? calls.remove(StateCalls.temporary(name))
    }
    twin?.sweep()
  }
}
