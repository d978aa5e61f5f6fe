import Glibc
import MountHealthCore
import Synchronization

extension StateFolder {
  static let reserveName = "reserve"

  /// Whether space is kept for the time when the disk is full.
  public var hasReserve: Bool { state.withLock { $0.hasReserve } }

  /// Gives the kept space up.
  ///
  /// - Returns: Whether there was any.
  func giveUpReserve() -> Bool {
    state.withLock { $0.hasReserve = false }
    guard let status = try? calls.status(of: Self.reserveName), status.st_size > 0 else {
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

  /// Keeps space, where there is some and none is kept yet. That there is none is no fault.
  func makeReserve() {
    guard reserveBytes > 0, !hasReserve else { return }
    let temporary = StateCalls.temporary(Self.reserveName)
    if let status = try? calls.status(of: Self.reserveName), status.isFile,
      status.st_size >= reserveBytes, status.st_blocks * 512 >= reserveBytes
    {
      state.withLock { $0.hasReserve = true }
      return
    }
    do throws(ErrorNumber) {
      let file = try calls.create(temporary, mode: 0o600)
      try calls.allocate(file, temporary, reserveBytes)
      try calls.rename(temporary, Self.reserveName)
      state.withLock { $0.hasReserve = true }
    } catch {
      try? calls.remove(temporary)
    }
  }
}
