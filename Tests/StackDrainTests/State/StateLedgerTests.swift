import Foundation
import Synchronization
import Testing

@testable import StackDrain

@Suite struct `A kept ledger` {
  @Test func `is read as it was written, with the one before it beside it`() throws {
    let room = try StateRoom()
    let folder = try room.locked()
    #expect(try folder.readLedger(at: StateRoom.now).ledger.isNew)
    for count in 1...3 { try folder.keep(StateRoom.ledger(count)) }
    let read = try folder.readLedger(at: StateRoom.now)
    #expect(read.ledger == StateRoom.ledger(3) && read.warnings == [])
    #expect(
      room.text("ledger.json.previous")
        == String(decoding: StateRoom.ledger(2).bytes, as: UTF8.self))
    #expect(room.names == ["ledger.json", "ledger.json.previous", "lock"])
  }

  @Test(arguments: [
    "", "\0", "not JSON", "{}", "[]", #"{"version":99}"#, #"{"version":1,"lastNumber":-1}"#,
    String(repeating: "[", count: 100_000),
  ])
  func `that is garbage is set aside, and the one before it used`(garbage: String) throws {
    let room = try StateRoom()
    do {
      let folder = try room.locked()
      try folder.keep(StateRoom.ledger(1))
      try folder.keep(StateRoom.ledger(2))
    }
    try room.write(garbage, "ledger.json")
    let read = try room.ledger()
    #expect(read.ledger == StateRoom.ledger(1))
    #expect(read.warnings.count == 2)
    #expect(read.warnings.first?.hasPrefix("\(room.path)/ledger.json: ledger: ") == true)
    #expect(
      read.warnings.first?.hasSuffix("; it is set aside as ledger.json.unreadable-20260104T200400Z")
        == true)
    #expect(room.text("ledger.json.unreadable-20260104T200400Z") == garbage)
    #expect(!room.names.contains("ledger.json"))
    try room.write(garbage, "ledger.json")
    _ = try room.ledger()
    #expect(room.names.contains("ledger.json.unreadable-20260104T200400Z-2"))
    // Both are no good: it goes on with a new one, and says what that means.
    try room.write(garbage, "ledger.json.previous")
    let last = try room.ledger()
    #expect(last.ledger.isNew && last.warnings.count == 2)
    #expect(last.warnings.last?.contains("has to be brought back by hand") == true)
  }

  @Test func `that is a folder or a pipe is set aside`() throws {
    let room = try StateRoom()
    let folder = try room.locked()
    try FileManager.default.createDirectory(
      atPath: room.path + "/ledger.json", withIntermediateDirectories: false)
    #expect(try folder.readLedger(at: StateRoom.now).warnings.count == 2)
    try StateRoom.run("/usr/bin/mkfifo", room.path + "/ledger.json")
    #expect(try folder.readLedger(at: StateRoom.now).warnings.count == 2)
    try folder.keep(StateRoom.ledger(1))
    #expect(try folder.readLedger(at: StateRoom.now).ledger == StateRoom.ledger(1))
  }

  @Test func `is left where it is by who does not hold the lock`() throws {
    let room = try StateRoom()
    _ = try room.open()
    try room.write("garbage", "ledger.json")
    let read = try room.open().readLedger(at: StateRoom.now)
    #expect(read.ledger.isNew && read.warnings.count == 2)
    #expect(room.names == ["ledger.json"])
  }

  @Test func `that others could have changed is set aside`() throws {
    let room = try StateRoom()
    let folder = try room.locked()
    try folder.keep(StateRoom.ledger(1))
    let file = room.path + "/ledger.json"
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: file)
    // Nobody gets into the folder.
    #expect(try folder.readLedger(at: StateRoom.now).ledger == StateRoom.ledger(1))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: room.path)
    #expect(try folder.readLedger(at: StateRoom.now).ledger.isNew)
    #expect(room.names.contains("ledger.json.unreadable-20260104T200400Z"))
  }
}

@Suite struct `Keeping a ledger` {
  @Test func `makes these calls in this order`() throws {
    let room = try StateRoom()
    let log = CallLog()
    let folder = try room.locked(gate: log.gate)
    try folder.keep(StateRoom.ledger(1))
    log.clear()
    try folder.keep(StateRoom.ledger(2))
    #expect(
      log.all.map(\.description) == [
        "create ledger.json.new", "write ledger.json.new", "sync ledger.json.new",
        "link ledger.json ledger.json.previous.new",
        "rename ledger.json.previous.new ledger.json.previous",
        "rename ledger.json.new ledger.json",
        "sync folder",
      ])
  }

  /// A process that is killed makes the calls up to some number, and none after.
  @Test func `may be cut short by a kill at any call`() throws {
    for count in 0... {
      let room = try StateRoom()
      do {
        let folder = try room.locked(reserve: 4096)
        try folder.keep(StateRoom.ledger(1))
        try folder.keep(StateRoom.ledger(2))
      }
      let log = CallLog { $0 < count ? 0 : EIO }
      let isKept: Bool
      do {
        let folder = try room.locked(reserve: 8192, gate: log.gate)
        try folder.keep(StateRoom.ledger(3))
        isKept = true
      } catch {
        isKept = false
      }
      let read = try room.ledger()
      #expect(read.warnings == [], "killed at call \(count)")
      #expect([2, 3].map(StateRoom.ledger).contains(read.ledger), "killed at call \(count)")
      if isKept { #expect(read.ledger == StateRoom.ledger(3)) }
      #expect(!room.names.contains { $0.hasSuffix(".new") }, "killed at call \(count)")
      let next = try room.locked(reserve: 4096)
      try next.keep(StateRoom.ledger(4))
      #expect(try next.readLedger(at: StateRoom.now).ledger == StateRoom.ledger(4))
      if log.all.count <= count { break }
    }
  }

  @Test(arguments: [EIO, ENOSPC, EROFS, EDQUOT, EACCES])
  func `may fail at any call, once or for ever`(number: Int32) throws {
    for isForEver in [false, true] {
      for count in 0... {
        let room = try StateRoom()
        try room.locked().keep(StateRoom.ledger(1))
        let isArmed = Mutex(false)
        let log = CallLog {
          isArmed.withLock { $0 } && ($0 == count || (isForEver && $0 > count)) ? number : 0
        }
        let folder = try room.locked(reserve: 4096, gate: log.gate)
        log.clear()
        isArmed.withLock { $0 = true }
        do {
          try folder.keep(StateRoom.ledger(2))
          #expect(try folder.readLedger(at: StateRoom.now).ledger == StateRoom.ledger(2))
        } catch {
          let isFull = number == ENOSPC || number == EDQUOT
          #expect(error.code == (isFull ? .full : .failed))
          let read = try room.open().readLedger(at: StateRoom.now)
          #expect([1, 2].map(StateRoom.ledger).contains(read.ledger) && read.warnings == [])
        }
        let calls = log.all.count
        if !isForEver {
          isArmed.withLock { $0 = false }
          try folder.keep(StateRoom.ledger(3))
          #expect(try folder.readLedger(at: StateRoom.now).ledger == StateRoom.ledger(3))
        }
        if calls <= count { break }
      }
    }
  }

  /// After a power cut the folder is as it was when it was synced last, or at any call since; of a
  /// file there is what was synced, and of what was not there may be anything.
  @Test func `survives a power cut at any call`() throws {
    let room = try StateRoom()
    let log = CallLog()
    let folder = try room.locked(reserve: 4096, gate: log.gate)
    for count in 1...4 { try folder.keep(StateRoom.ledger(count)) }
    var disk = CutDisk()
    for call in log.all {
      disk.make(call)
      for content in disk.afterPowerCut(of: "ledger.json") {
        #expect(content.isSynced, "after \(call)")
      }
    }
    #expect(disk.afterPowerCut(of: "ledger.json").count == 1)
  }
}

/// What a power cut may leave of some calls.
struct CutDisk {
  struct Content: Hashable {
    var number: Int
    var isSynced = false
  }

  private var contents: [Content] = []
  private var names: [String: Int] = [:]
  /// The names at the last sync of the folder, and after each call since.
  private var past: [[String: Int]] = [[:]]

  mutating func make(_ call: StateCall) {
    switch call {
    case .create(let name) where names[name] == nil:
      names[name] = contents.count
      contents.append(Content(number: contents.count))
    case .create: break
    case .allocate(let name), .write(let name), .cut(let name):
      if let number = names[name] { contents[number].isSynced = false }
    case .sync(let name):
      if let number = names[name] { contents[number].isSynced = true }
    case .link(let old, let new): names[new] = names[old]
    case .rename(let old, let new):
      guard names[old] != names[new] else { break }
      names[new] = names[old]
      names[old] = nil
    case .remove(let name): names[name] = nil
    case .syncFolder: past = []
    }
    past.append(names)
  }

  func afterPowerCut(of name: String) -> Set<Content> {
    Set(past.compactMap { $0[name] }.map { contents[$0] })
  }
}
