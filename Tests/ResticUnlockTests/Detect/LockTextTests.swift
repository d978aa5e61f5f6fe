import Testing
import TimeText

@testable import ResticUnlock

@Suite struct `The words of a lock` {
  private func words(_ line: String) -> LockWords? { LockWords.found(in: Array(line.utf8)[...]) }

  @Test(arguments: [
    ("repo already locked, waiting up to 0s for the lock", LockWords.alreadyLocked),
    (
      "unable to create lock in backend: repository is already locked by PID 1 on a by  (UID 0, "
        + "GID 0)", .alreadyLocked
    ),
    ("Fatal: unable to create lock in backend: repository is already locked", .alreadyLocked),
    ("Fatal: invalid lock file: Decrypt failed", .invalidLock),
    ("Fatal: failed to refresh lock in time", .lostLock),
    ("ERROR: failure locking repository", .lockFailed),
    ("Failed to create lock: timeout", .lockFailed),
    ("could not create lock", .lockFailed),
    ("repository locked by another process", .lockFailed),
    ("Repository 5f2c is locked", .lockFailed),
    ("the lock file already exists", .lockFailed),
    ("TIMEOUT while waiting for the lock", .lockFailed),
  ])
  func `are known`(_ line: String, _ expected: LockWords) {
    #expect(words(line) == expected)
  }

  @Test(arguments: [
    "Repository unlocked successfully", "repository 5f2c unlocked", "block device already exists",
    "successfully removed 2 locks", "the clock already exists", "timeout waiting for clock",
    "the `unlock` command can be used to remove stale locks", "repository is not locked",
    "ERROR: failure unlocking repository", "unlock backup", "", "clock", "lock", "=== Locking ===",
    "ERROR: failure connecting to repository, incorrect password", "unable to create locksmith",
    "Warning: at least one source file could not be read",
  ])
  func `are not found in harmless lines`(_ line: String) {
    #expect(words(line) == nil)
  }

  @Test func `count with the exit codes that may mean a lock`() {
    #expect(Logs.sign(11, "")?.source == .exitCode)
    #expect(Logs.sign(nil, "") == nil)
    #expect(Logs.sign(3, Logs.head) == nil)
    #expect(Logs.sign(3, Logs.exclusive)?.source == .words(.alreadyLocked))
    #expect(Logs.sign(1, Logs.exclusive)?.lock?.isExclusive == true)
    #expect(Logs.sign(nil, Logs.shared)?.lock?.isExclusive == false)
    for code in [0, 10, 12] { #expect(Logs.sign(code, Logs.exclusive) == nil) }
  }

  @Test func `of an invalid lock weigh more than those of one that is in the way`() {
    let text = "Fatal: invalid lock file: Decrypt failed\nERROR: failure locking repository\n"
    #expect(Logs.sign(1, text)?.source == .words(.invalidLock))
    #expect(Logs.sign(1, text)?.line == "Fatal: invalid lock file: Decrypt failed")
  }

  @Test func `of a user add to what is built in`() {
    #expect(Logs.sign(1, "Sperre im Weg", ["sperre.*weg"])?.source == .pattern("sperre.*weg"))
    #expect(Logs.sign(1, "Sperre im Weg", ["schloss"]) == nil)
    #expect(Logs.sign(1, Logs.exclusive, ["sperre"])?.source == .words(.alreadyLocked))
    #expect(Logs.sign(1, "repository unlocked", ["repository.*locked"]) == nil)
    #expect(Logs.sign(1, "block device already exists", ["lock.*already.*exists"]) == nil)
    #expect(Logs.sign(1, "unlocked", [".*locked"]) == nil)
  }

  @Test func `are found in messages in JSON, which also say what to do`() {
    let end = "\\nthe `unlock` command can be used to remove stale locks\"}"
    for (text, words) in [
      ("Fatal: invalid lock file: ciphertext verification failed", LockWords.invalidLock),
      ("unable to create lock in backend: no space", .alreadyLocked),
      ("failed to refresh lock in time", .lostLock),
    ] {
      let line = #"{"message_type":"exit_error","code":1,"message":""# + text + end
      #expect(Logs.sign(1, line)?.source == .words(words), "\(line)")
    }
  }
}

@Suite struct `A lock in a log` {
  @Test func `is read in whole`() {
    var lock = ReportedLock()
    lock.isExclusive = true
    lock.pid = 25781
    lock.host = "volsync-src-app-aaaaa"
    lock.user = "root"
    lock.uid = 0
    lock.gid = 0
    lock.created = "2026-11-21 01:41:55"
    lock.age = .seconds(31) + .nanoseconds(58_432_930)
    lock.storageID = "1a12470f"
    #expect(Logs.lock(Logs.exclusive) == lock)
    lock.isExclusive = false
    #expect(Logs.lock(Logs.shared) == lock)
  }

  @Test func `is read from messages in JSON`() throws {
    let lock = try #require(Logs.lock(Logs.json))
    #expect(lock.pid == 77 && lock.host == "desk" && lock.uid == 1000 && lock.gid == 1001)
    #expect(lock.age == .seconds(3723) && lock.storageID == "00ff00ff")
    #expect(lock.user == #"CORP\\me"#)
  }

  @Test func `may be of a user without a name`() {
    #expect(Logs.lock(Logs.block(user: ""))?.user == "")
    #expect(Logs.lock(Logs.block(user: "a by b on c"))?.user == "a by b on c")
  }

  @Test func `may come from a clock that is ahead`() {
    #expect(Logs.lock(Logs.block(age: "-5m3s"))?.age == .seconds(-303))
    #expect(Logs.lock(Logs.block(age: "soon"))?.age == nil)
  }

  @Test func `is the last of several`() {
    let text = Logs.block(id: "11111111") + Logs.block(pid: 5, id: "22222222")
    #expect(Logs.lock(text)?.storageID == "22222222")
    #expect(Logs.lock(text)?.pid == 5)
  }

  @Test func `is none where there is none`() {
    #expect(Logs.lock(Logs.head) == nil)
    #expect(Logs.lock("", isCut: true) == nil)
  }

  /// Whatever is missing, nothing is read that is not so.
  @Test func `is never read wrong from a log that is cut at both ends`() throws {
    for text in [Logs.exclusive, Logs.shared, Logs.json] {
      let whole = try #require(Logs.lock(text))
      let bytes = Array(text.utf8)
      for start in stride(from: 0, through: bytes.count, by: 1) {
        for end in [bytes.count, (start + bytes.count) / 2, bytes.count - 40, start + 25]
        where end >= start && end <= bytes.count {
          let cut = ReportedLock.last(in: LogTail(bytes[start..<end], isCut: true))
          guard let cut else { continue }
          let note = "\(String(decoding: bytes[start..<end], as: UTF8.self))"
          #expect(cut.isExclusive == nil || cut.isExclusive == whole.isExclusive, "\(note)")
          #expect(cut.pid == nil || cut.pid == whole.pid, "\(note)")
          #expect(cut.host == nil || cut.host == whole.host, "\(note)")
          #expect(cut.user == nil || cut.user == whole.user, "\(note)")
          #expect(cut.uid == nil || cut.uid == whole.uid, "\(note)")
          #expect(cut.gid == nil || cut.gid == whole.gid, "\(note)")
          #expect(cut.created == nil || cut.created == whole.created, "\(note)")
          #expect(cut.age == nil || cut.age == whole.age, "\(note)")
          #expect(cut.storageID == nil || cut.storageID == whole.storageID, "\(note)")
        }
      }
    }
  }

  @Test func `is whole in the last 1024 bytes that VolSync keeps`() {
    let text = String(repeating: "x", count: 5000) + "\n" + Logs.exclusive
    #expect(Logs.lock(String(text.suffix(1024)), isCut: true) == Logs.lock(Logs.exclusive))
  }
}
