import Foundation
import Testing
import TimeText

@testable import StackDrain

@Suite struct `What stands in the state files` {
  private static let shown = ShownWords([ShownChoice(mode: .full, method: .autostart)])

  @Test(arguments: [
    ("full", "autostart", nil, false), (nil, nil, nil, false), ("full", nil, nil, false),
    ("local", "autostart", PoolCommand.choose(.local, .manual), false),
    ("local", "manual", .choose(.local, .manual), false),
    ("local", nil, .choose(.local, .manual), false),
    ("local", "garbage", .choose(.local, .manual), true),
    ("full", "manual", .choose(.full, .manual), false),
    (nil, "manual", .choose(.full, .manual), false),
    ("none", "auto-upgrade", .choose(.none, .autoUpgrade), false),
    ("pool-degraded", "autostart", .choose(.poolDegraded, .autostart), false),
    ("", "autostart", nil, true), ("everything", "manual", nil, true), ("full", "me", nil, true),
  ])
  func `and was written by somebody is told`(
    mode: String?, method: String?, command: PoolCommand?, isOdd: Bool
  ) {
    let choice = ForeignChoice(
      FoundWords(mode: mode, method: method), shown: Self.shown,
      current: ShownChoice(mode: .full, method: .autostart))
    #expect(choice.command == command)
    #expect((choice.warning != nil) == isOdd)
  }

  @Test func `with the word of before on who chose it, by a script that wrote both`() {
    for (method, isFresh, expected) in [
      ("autostart", true, StartMethod.autostart), ("autostart", false, .manual),
      ("manual", false, .manual),
    ] {
      let choice = ForeignChoice(
        FoundWords(mode: "local", method: method, isMethodFresh: isFresh), shown: Self.shown,
        current: ShownChoice(mode: .full, method: .autostart))
      #expect(choice.command == .choose(.local, expected))
    }
  }

  /// Says that a file was changed an hour ago.
  private func age(_ name: String, in folder: String) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: folder + "/" + name)
  }

  @Test func `by a boot script is its choice, not a person's`() throws {
    let room = try StateRoom()
    let folder = try room.locked(twin: room.twin)
    _ = folder.show(StateWords(mode: .full, method: .autostart, pool: .healthy))
    for name in StateWords.names.prefix(2) { try age(name, in: room.twin) }
    #expect(folder.foreignChoice(mode: .full, method: .autostart).command == nil)
    try room.write("local\n", "stack-mode", in: room.twin)
    try room.write("autostart\n", "start-method", in: room.twin)
    #expect(
      folder.foreignChoice(mode: .full, method: .autostart).command
        == .choose(.local, .autostart))
  }

  @Test func `is what the ledger says, in the seed's words`() throws {
    let room = try StateRoom()
    let folder = try room.locked(twin: room.twin)
    #expect(folder.warnings == [])
    let words = StateWords(
      mode: .poolDegraded, method: .autoUpgrade, pool: .unmounted,
      started: Timestamp(seconds: 1_767_557_000, nanoseconds: 5), degraded: StateRoom.now)
    #expect(folder.show(words) == [])
    for place in [room.path, room.twin] {
      #expect(room.text("stack-mode", in: place) == "pool-degraded\n")
      #expect(room.text("start-method", in: place) == "auto-upgrade\n")
      #expect(room.text("pool-state", in: place) == "unmounted\n")
      #expect(room.text("stack-started", in: place) == "1767557000\n")
      #expect(room.text("pool-degraded", in: place) == "1767557040\n")
    }
    #expect(room.mode("stack-mode", in: room.twin) == 0o644)
    #expect(room.mode("twin", in: room.base) == 0o755)
    #expect(folder.foreignChoice(mode: .poolDegraded, method: .autoUpgrade).command == nil)
  }

  @Test func `is written only where it changes`() throws {
    let room = try StateRoom()
    let log = CallLog()
    let folder = try room.locked(gate: log.gate)
    let words = StateWords(mode: .full, method: .autostart, pool: .healthy)
    _ = folder.show(words)
    log.clear()
    #expect(folder.show(words) == [])
    #expect(log.all == [])
  }

  @Test(arguments: ["state", "twin"])
  func `by a person is told once, and stays until it was told`(place: String) throws {
    let room = try StateRoom()
    let folder = try room.locked(twin: room.twin)
    _ = folder.show(StateWords(mode: .full, method: .autostart, pool: .healthy))
    #expect(folder.foreignChoice(mode: .full, method: .autostart).command == nil)
    try age("start-method", in: "\(room.base)/\(place)")
    try room.write("local", "stack-mode", in: "\(room.base)/\(place)")
    // Something else changes before anybody looked.
    #expect(folder.show(StateWords(mode: .full, method: .autostart, pool: .degraded)) == [])
    #expect(room.text("stack-mode", in: "\(room.base)/\(place)") == "local")
    let told = folder.foreignChoice(mode: .full, method: .autostart)
    #expect(told.command == .choose(.local, .manual))
    #expect(folder.foreignChoice(mode: .full, method: .autostart).command == nil)
    #expect(folder.show(StateWords(mode: .local, method: .manual, pool: .degraded)) == [])
    for folder in [room.path, room.twin] {
      #expect(room.text("stack-mode", in: folder) == "local\n")
      #expect(room.text("start-method", in: folder) == "manual\n")
    }
    #expect(folder.foreignChoice(mode: .local, method: .manual).command == nil)
  }

  /// A person asks for the mode that was the last but one.
  @Test func `by a person is told where it was ours before`() throws {
    let room = try StateRoom()
    let folder = try room.locked()
    _ = folder.show(StateWords(mode: .full, method: .autostart, pool: .healthy))
    _ = folder.show(StateWords(mode: .poolDegraded, method: .autostart, pool: .stale))
    #expect(folder.foreignChoice(mode: .poolDegraded, method: .autostart).command == nil)
    try age("start-method", in: room.path)
    try room.write("full", "stack-mode")
    #expect(
      folder.foreignChoice(mode: .poolDegraded, method: .autostart).command
        == .choose(.full, .manual))
  }

  @Test func `by a kill between the ledger and the files is nobody's choice`() throws {
    for count in 0... {
      let room = try StateRoom()
      _ = try room.locked().show(StateWords(mode: .full, method: .autostart, pool: .healthy))
      let log = CallLog { $0 < count ? 0 : EIO }
      do {
        let folder = try? room.locked(gate: log.gate)
        _ = folder?.show(StateWords(mode: .poolDegraded, method: .manual, pool: .stale))
      }
      let next = try room.locked()
      let choice = next.foreignChoice(mode: .poolDegraded, method: .manual)
      #expect(choice.command == nil && choice.warnings == [], "killed at call \(count)")
      #expect(next.show(StateWords(mode: .poolDegraded, method: .manual, pool: .stale)) == [])
      #expect(room.text("stack-mode") == "pool-degraded\n")
      if log.all.count <= count { break }
    }
  }

  @Test func `by a boot script before the first start is taken`() throws {
    let room = try StateRoom()
    _ = try room.open()
    try room.write("local\n", "stack-mode")
    try room.write("autostart\n", "start-method")
    let folder = try room.locked()
    #expect(
      folder.foreignChoice(mode: .none, method: .autostart).command == .choose(.local, .autostart))
  }

  @Test func `and may be anything is passed over with a word`() throws {
    let room = try StateRoom()
    let folder = try room.locked(twin: room.twin)
    _ = folder.show(StateWords(mode: .full, method: .autostart, pool: .healthy))
    try room.write("\u{1B}[31m" + String(repeating: "x", count: 100_000), "stack-mode")
    let choice = folder.foreignChoice(mode: .full, method: .autostart)
    #expect(choice.command == nil && choice.warnings.count == 1)
    #expect(choice.warnings.first?.contains("\u{1B}") == false)
    #expect(folder.show(StateWords(mode: .full, method: .autostart, pool: .healthy)) == [])
    #expect(room.text("stack-mode") == "full\n")
  }

  @Test func `is written anew where somebody cleaned up`() throws {
    let room = try StateRoom()
    let folder = try room.locked(twin: room.twin)
    let words = StateWords(mode: .full, method: .autostart, pool: .healthy)
    _ = folder.show(words)
    try FileManager.default.removeItem(atPath: room.twin)
    #expect(folder.show(words) == [])
    #expect(room.text("stack-mode", in: room.twin) == "full\n")
  }

  @Test func `in a second folder that others may write to is a warning`() throws {
    let room = try StateRoom()
    try FileManager.default.createDirectory(atPath: room.twin, withIntermediateDirectories: false)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: room.twin)
    let folder = try room.locked(twin: room.twin)
    #expect(folder.warnings.count == 1)
    #expect(folder.warnings.first?.hasSuffix("; the state files are not written there") == true)
    #expect(folder.show(StateWords(mode: .full, method: .manual, pool: .stale)) == [])
  }
}

@Suite struct `The log of a state folder` {
  @Test func `has the seed's form`() throws {
    let room = try StateRoom()
    let folder = try room.locked(twin: room.twin)
    #expect(folder.note(.info, "Pool state changed: healthy -> stale", at: StateRoom.now) == nil)
    #expect(folder.note(.warn, "two\nlines\u{1B}[2J\u{9B}", at: StateRoom.now) == nil)
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyy-MM-dd HH:mm:ss"
    let time = formatter.string(from: Date(timeIntervalSince1970: Double(StateRoom.now.seconds)))
    let text =
      "[\(time)] [INFO] Pool state changed: healthy -> stale\n[\(time)] [WARN] two lines [2J \n"
    #expect(room.text("pool-health.log") == text)
    #expect(room.text("pool-health.log", in: room.twin) == text)
  }

  @Test func `is bounded, with one older generation`() throws {
    let room = try StateRoom()
    let folder = try room.locked()
    let words = String(repeating: "é", count: 4000)
    for _ in 0..<700 { folder.note(.error, words, at: StateRoom.now) }
    let sizes = ["pool-health.log", "pool-health.log.1"].compactMap { room.text($0)?.utf8.count }
    #expect(sizes.count == 2)
    #expect(sizes.allSatisfy { $0 <= StateFolder.maximumLogBytes })
    #expect(sizes[1] > StateFolder.maximumLogBytes - 5000)
    #expect(
      room.text("pool-health.log")?.split(separator: "\n").allSatisfy { $0.utf8.count < 4096 }
        == true)
  }
}

@Suite struct `The clock of a state folder` {
  @Test func `names the boot, and goes on`() throws {
    let clock = try StateClock()
    let file = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    #expect(clock.boot + "\n" == file)
    let first = clock.now()
    let second = clock.now()
    #expect(second.age(at: first) == .zero && first.age(at: second) >= .zero)
    #expect(first.boot == clock.boot)
    #expect(abs(Double(first.wall.seconds) - Date().timeIntervalSince1970) < 3600)
  }
}
