import Glibc
import MountHealthCore
public import TimeText

extension StateFolder {
  static let ledgerName = "ledger.json"
  static let previousName = "ledger.json.previous"

  /// Reads the ledger.
  ///
  /// One that cannot be used (garbage, a newer version's, a link, another user's) is set aside under
  /// a name of its own, `ledger.json.unreadable-…`, where the lock is held, and the one that was kept
  /// before it is used; where that cannot be used either, a new one.
  ///
  /// - Parameter now: The present, by date, for the name.
  /// - Returns: The ledger, and a line for each thing that was odd.
  /// - Throws: `StateFault` where it could not be read, which does not say that it is no good.
  public func readLedger(
    at now: Timestamp
  ) throws(StateFault) -> (ledger: Ledger, warnings: [String]) {
    var warnings: [String] = []
    let current = try readLedger(Self.ledgerName)
    switch current {
    case .good(let ledger): return (ledger, warnings)
    case .missing: break
    case .bad(let why):
      warnings.append("\(path)/\(Self.ledgerName): \(why)" + setAside(at: now))
    }
    switch try readLedger(Self.previousName) {
    case .good(let ledger):
      warnings.append(
        "\(path)/\(Self.previousName): is used in place of \(Self.ledgerName), which "
          + (current.isMissing ? "is missing" : "is no good")
          + "; the last thing that was done is not in it, and is found by looking")
      return (ledger, warnings)
    case .bad(let why):
      warnings.append("\(path)/\(Self.previousName): \(why)")
    case .missing:
      break
    }
    if !warnings.isEmpty {
      warnings.append(
        "\(path): begins with a new ledger: what was paused or stopped before has to be brought back "
          + "by hand")
    }
    return (Ledger(), warnings)
  }

  /// Keeps a ledger, so that it is there after a kill and after a power cut.
  ///
  /// Where the disk is full the reserve is given up for it.
  ///
  /// - Parameter ledger: The whole ledger.
  /// - Throws: `StateFault`; then the ledger that was kept last is still there.
  public func keep(_ ledger: Ledger) throws(StateFault) {
    try requireLock(for: Self.ledgerName)
    let bytes = ledger.bytes
    do throws(ErrorNumber) {
      do throws(ErrorNumber) {
        try keep(bytes)
      } catch {
        guard error.rawValue == ENOSPC || error.rawValue == EDQUOT, giveUpReserve() else {
          throw error
        }
        try keep(bytes)
      }
    } catch {
      throw fault(error, Self.ledgerName, "the ledger cannot be kept")
    }
    makeReserve()
  }

  private func keep(_ bytes: [UInt8]) throws(ErrorNumber) {
    let temporary = StateCalls.temporary(Self.ledgerName)
    do throws(ErrorNumber) {
      let file = try calls.create(temporary, mode: 0o600)
      try calls.write(bytes, to: file, temporary)
      try calls.sync(file, temporary)
    } catch {
      try? calls.remove(temporary)
      throw error
    }
    // A second name for the old one, so that there is a ledger under its own name all the time.
    let previous = StateCalls.temporary(Self.previousName)
    if (try? calls.remove(previous)) != nil, (try? calls.link(Self.ledgerName, previous)) != nil {
      try? calls.rename(previous, Self.previousName)
      // Renaming one name of a file to another of the same file does nothing.
      try? calls.remove(previous)
    }
    try calls.rename(temporary, Self.ledgerName)
    try calls.syncFolder()
  }

  private enum Reading {
    case good(Ledger)
    case missing
    case bad(String)

    var isMissing: Bool { if case .missing = self { true } else { false } }
  }

  private func readLedger(_ name: String) throws(StateFault) -> Reading {
    do throws(ErrorNumber) {
      guard let status = try calls.status(of: name) else { return .missing }
      guard status.isFile else { return .bad("is no ordinary file") }
      let file = try calls.open(name, O_RDONLY)
      let own = try file.status()
      if let why = own.unsafety, try isReachable(by: own) { return .bad(why) }
      let bytes = try file.read(limit: Ledger.maximumBytes)
      do throws(LedgerError) {
        return .good(try Ledger(reading: bytes))
      } catch {
        return .bad(error.description)
      }
    } catch {
      throw fault(error, name, "the ledger cannot be read")
    }
  }

  /// Whether others than the owner could have changed the file: they cannot where they cannot get
  /// into the folder.
  private func isReachable(by file: stat) throws(ErrorNumber) -> Bool {
    guard file.st_uid == geteuid() || file.st_uid == 0 else { return true }
    var folder = stat()
    guard fstat(calls.folder, &folder) == 0 else { throw ErrorNumber(rawValue: errno) }
    return folder.st_mode & (S_IXGRP | S_IXOTH) != 0
  }

  /// Moves the ledger out of the way.
  ///
  /// - Returns: How that went, to go on a line.
  private func setAside(at now: Timestamp) -> String {
    guard isLocked else { return "" }
    let time = now.rfc3339().filter { $0 != "-" && $0 != ":" }
    let stem = "\(Self.ledgerName).unreadable-\(time)"
    let names = [stem] + (2...9).map { "\(stem)-\($0)" }
    let name = names.first { !calls.has($0) } ?? stem
    do throws(ErrorNumber) {
      try calls.rename(Self.ledgerName, name)
      try calls.syncFolder()
    } catch {
      return "; it cannot be set aside: \(error)"
    }
    return "; it is set aside as \(name)"
  }
}
