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
    let line = SharedProgress()
    let picture = try program.settle(
      place, log, atMost: command.duration("--timeout") ?? Self.patience
    ) { picture in line.show(picture.progress) }
    line.clear()
    let document = VolSyncDocument(picture: picture, isDryRun: isDryRun, time: WallClock.now())
    let text =
      command.value("--output") == "json"
      ? document.json.text(.pretty) + "\n"
      : VolSyncTable(isColored: program.isColored, width: Terminal.columns).text(document.json)
    return Terminal.answer(text, document.result.exitCode, orElse: VolSyncProgram.failed)
  }
}

/// How far things are, told by tasks of their own.
final class SharedProgress: Sendable {
  private let line = Mutex(ProgressLine(isShown: Terminal.showsProgress))

  /// Shows a text in place of the one before.
  func show(_ text: String) {
    let update = line.withLock { $0.show(text, columns: Terminal.errorColumns) }
    if let update { Terminal.complain(update) }
  }

  /// Takes it away.
  func clear() {
    if let update = line.withLock({ $0.clear() }) { Terminal.complain(update) }
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
