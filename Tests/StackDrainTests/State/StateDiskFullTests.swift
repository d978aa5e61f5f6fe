import Foundation
import Testing

@testable import StackDrain

@Suite struct `A full disk` {
  @Test func `does not keep the ledger from being written, as long as there is a reserve`() throws {
    let room = try StateRoom(diskOfKiB: 64)
    let folder = try room.locked(reserve: 16 << 10)
    try folder.keep(StateRoom.ledger(1))
    #expect(folder.reservedBytes == 16 << 10)
    fill(room)
    for count in 2...20 {
      try folder.keep(StateRoom.ledger(count))
      #expect(try folder.readLedger(at: StateRoom.now).ledger == StateRoom.ledger(count))
      fill(room)
    }
    try FileManager.default.removeItem(atPath: room.base + "/filler")
    try folder.keep(StateRoom.ledger(21))
    #expect(folder.reservedBytes == 16 << 10)
    #expect(room.names.contains("reserve"))
  }

  @Test func `is told, and leaves what was kept last, where the reserve is gone`() throws {
    let room = try StateRoom(diskOfKiB: 64)
    let folder = try room.locked(reserve: 0)
    try folder.keep(StateRoom.ledger(1))
    fill(room)
    let fault = #expect(throws: StateFault.self) { try folder.keep(StateRoom.ledger(50)) }
    #expect(fault?.code == .full)
    #expect(
      fault?.description
        == "\(room.path)/ledger.json: the ledger cannot be kept: No space left on device (ENOSPC): make "
        + "room on its disk")
    #expect(try folder.readLedger(at: StateRoom.now).ledger == StateRoom.ledger(1))
    #expect(folder.show(StateWords(mode: .full, method: .manual, pool: .stale)).count >= 1)
    #expect(
      folder.note(.error, String(repeating: "x", count: 9000), at: StateRoom.now)?.code == .full)
    #expect(!room.names.contains { $0.hasSuffix(".new") })
    try FileManager.default.removeItem(atPath: room.base + "/filler")
    try folder.keep(StateRoom.ledger(2))
    #expect(folder.show(StateWords(mode: .full, method: .manual, pool: .stale)) == [])
  }

  @Test func `does not keep a monitor from starting`() throws {
    let room = try StateRoom(diskOfKiB: 64)
    try room.locked(reserve: 16 << 10).keep(StateRoom.ledger(1))
    fill(room)
    let folder = try room.locked(reserve: 16 << 10)
    #expect(folder.reservedBytes == 16 << 10)
    #expect(try folder.readLedger(at: StateRoom.now).ledger == StateRoom.ledger(1))
    try folder.keep(StateRoom.ledger(2))
  }

  /// Takes all the space that is left.
  private func fill(_ room: StateRoom) {
    let file = room.base + "/filler"
    if !FileManager.default.fileExists(atPath: file) {
      _ = FileManager.default.createFile(atPath: file, contents: nil)
    }
    guard let handle = FileHandle(forWritingAtPath: file) else { return }
    defer { try? handle.close() }
    _ = try? handle.seekToEnd()
    for size in [4096, 512, 1] {
      while (try? handle.write(contentsOf: Data(repeating: 1, count: size))) != nil {}
    }
  }
}
