import Glibc
import MountHealthCore
import Synchronization

extension StateFolder {
  static let reserveName = "reserve"

  /// How much space is kept for the time when the disk is full: less than was asked for while there
  /// is no more.
  public var reservedBytes: Int { state.withLock { $0.reserved } }

  /// Gives the kept space up.
  ///
  /// - Returns: Whether there was any.
  func giveUpReserve() -> Bool {
    state.withLock { $0.reserved = 0 }
    guard let status = try? calls.status(of: Self.reserveName), status.isFile, status.st_blocks > 0
    else {
      return false
    }
    do throws(ErrorNumber) {
      // Cut first: that frees the space even where another name of it is left.
      let file = try calls.open(Self.reserveName, O_WRONLY)
      try calls.cut(file, Self.reserveName, to: 0)
      try calls.remove(Self.reserveName)
      return true
    } catch {
      return false
    }
  }

  /// Keeps as much space as there is, up to what was asked for. That there is none is no fault.
  func makeReserve() {
    guard reservedBytes < reserveBytes else { return }
    do throws(ErrorNumber) {
      if let status = try calls.status(of: Self.reserveName), !status.isFile {
        try calls.remove(Self.reserveName)
      }
      let file = try calls.open(Self.reserveName, O_WRONLY | O_CREAT, mode: 0o600)
      var size = reserveBytes
      // Less is better than none; a file system may also keep a part of what it then refuses.
      while size >= Self.leastReserve, (try? calls.allocate(file, Self.reserveName, size)) == nil {
        size /= 2
      }
      let kept = min(Int(try file.status().st_blocks) * 512, reserveBytes)
      state.withLock { $0.reserved = kept }
    } catch {
      return
    }
  }

  /// What is not worth a try: less than any ledger takes.
  private static let leastReserve = 4096
}
