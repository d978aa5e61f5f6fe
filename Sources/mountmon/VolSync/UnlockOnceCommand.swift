import JSONValue
import MountHealthCore
import Pacing
import Synchronization
import TimeText

/// `mountmon volsync`: one pass, until nothing is under way any more; with `--dry-run`, none of it is
/// done.
struct UnlockOnceCommand {
  private let program: VolSyncProgram

  /// How long a pass may take.
  static let patience = Duration.seconds(15 * 60)

  init(_ program: VolSyncProgram) { self.program = program }

  /// Runs to the end.
  ///
  /// - Returns: The exit code.
  func run() throws(VolSyncProgram.Exit) -> Int32 {
    let command = program.command
    let isDryRun = command.flag("--dry-run")
    let log = program.quietLog()
    let place = try program.place(log, isDryRun: isDryRun)
    let line = ProgressLine()
    let picture = try program.settle(
      place, log, atMost: command.duration("--timeout") ?? Self.patience
    ) { picture in line.show(picture.progress) }
    line.clear()
    let document = VolSyncDocument(picture: picture, isDryRun: isDryRun, time: WallClock.now())
    if command.value("--output") == "json" {
      Terminal.write(document.json.text(.pretty) + "\n")
    } else {
      Terminal.write(
        VolSyncTable(isColored: program.isColored, width: Terminal.columns).text(document.json))
    }
    return document.result.exitCode
  }
}

/// How far things are, on a terminal; nothing elsewhere.
final class ProgressLine: Sendable {
  private let isTerminal = Terminal.isError
  private let last = Mutex("")

  /// Shows a text in place of the one before.
  func show(_ text: String) {
    guard isTerminal else { return }
    let isNew = last.withLock { last in
      defer { last = text }
      return last != text
    }
    if isNew { Terminal.complain("\r\u{1B}[K\(text.onOneLine)") }
  }

  /// Takes it away.
  func clear() {
    guard isTerminal, last.withLock({ !$0.isEmpty }) else { return }
    Terminal.complain("\r\u{1B}[K")
  }
}

extension UnlockPicture {
  /// How far a pass is, in one line.
  fileprivate var progress: String {
    guard isSynced else { return "reading the cluster" }
    let acting = repositories.filter { $0.state.word == "acting" }
    if let first = acting.first {
      return acting.count == 1
        ? "\(first.name): \(first.state.detail ?? "under way")"
        : "\(acting.count) unlocks are under way"
    }
    return isSettled ? "done" : "looking at failed movers"
  }
}
