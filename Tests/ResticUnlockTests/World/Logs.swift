import TimeText

@testable import ResticUnlock

/// Logs of movers, as VolSync and restic write them.
enum Logs {
  static func block(
    exclusively: Bool = false, pid: Int = 25781, host: String = "volsync-src-app-aaaaa",
    user: String = "root", uid: Int = 0, gid: Int = 0, created: String = "2026-11-21 01:41:55",
    age: String = "31.05843293s", id: String = "1a12470f"
  ) -> String {
    "unable to create lock in backend: repository is already locked "
      + "\(exclusively ? "exclusively " : "")by PID \(pid) on \(host) by \(user) "
      + "(UID \(uid), GID \(gid))\nlock was created at \(created) (\(age) ago)\n"
      + "storage ID \(id)\nthe `unlock` command can be used to remove stale locks\n"
  }

  static let head = """
    Starting container
    VolSync restic container version: v0.15.0
    backup
    restic 0.18.0 compiled with go1.24.1 on linux/amd64
    Testing mandatory env variables
    == Checking directory for content ===
    == Initialize Dir =======
    snapshot 5c4b3a29 saved

    """

  /// A lock of a forget that was killed: exit 3.
  static let exclusive =
    head + "repo already locked, waiting up to 0s for the lock\n"
    + block(exclusively: true) + "ERROR: failure locking repository\n"

  /// A lock of a backup that was killed: exit 11.
  static let shared = head + "repo already locked, waiting up to 0s for the lock\n" + block()

  static let json =
    #"{"message_type":"exit_error","code":11,"message":"unable to create lock in backend: "#
    + #"repository is already locked by PID 77 on desk by CORP\\me (UID 1000, GID 1001)\nlock was "#
    + #"created at 2026-11-21 01:41:55 (1h2m3s ago)\nstorage ID 00ff00ff\nthe `unlock` command"}"#

  static func lock(_ text: String, isCut: Bool = false) -> ReportedLock? {
    ReportedLock.last(in: LogTail(text, isCut: isCut))
  }

  static func sign(_ exit: Int?, _ text: String, _ patterns: [String] = []) -> LockSign? {
    LockSign.found(exitCode: exit, log: LogTail(text), patterns: LockPatterns(patterns))
  }
}
