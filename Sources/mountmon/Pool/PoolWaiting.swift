import JSONValue
import MountHealthCore
import Pacing
import TimeText

/// Waits for what becomes of a command; shows a person how far it is, and a pipe nothing.
struct PoolWaiting {
  /// How a command stands.
  enum News: Hashable {
    /// It goes on; how far it is.
    case waiting(String?)
    case done(String)
    case incomplete(String)
    case refused(String)

    /// Reads what the monitor tells of a command.
    init(_ document: JSONValue) {
      let words = document["words"]?.stringValue ?? ""
      switch document["state"]?.stringValue {
      case "done": self = .done(words)
      case "incomplete": self = .incomplete(words)
      case "refused": self = .refused(words)
      default: self = .waiting(document["progress"]?.stringValue)
      }
    }
  }

  private let program: PoolProgram
  private let start = Tick.now()
  private var line: ProgressLine
  /// What becomes of a command that nobody waits for any more.
  var afterwards = "the monitor goes on with it"

  init(_ program: PoolProgram) {
    self.program = program
    line = ProgressLine(isShown: program.host.showsProgress)
  }

  /// Asks again and again until it is over, or `--timeout` has passed.
  ///
  /// - Returns: The exit code: 0 done, 1 something is left over, 2 refused, 4 not over in time.
  mutating func follow(_ ask: () throws(PoolExit) -> News) throws(PoolExit) -> Int32 {
    let limit = program.command.duration("--timeout").map { start + $0 }
    while true {
      let news = try ask()
      switch news {
      case .waiting(let progress):
        guard limit.map({ Tick.now() < $0 }) ?? true else {
          wipe()
          throw PoolExit(
            lines: ["not over in time\(progress.map { ": \($0)" } ?? ""); \(afterwards)"], code: 4)
        }
        show(progress)
        pause(atMost: PoolActCommand.interval) { false }
      case .done(let words):
        wipe()
        // It is done, whoever hears of it.
        if program.host.isOutputTerminal { _ = program.host.print("\(words)\n") }
        return 0
      case .incomplete(let words):
        wipe()
        throw PoolExit(lines: ["something is left over: \(words)"], code: 1)
      case .refused(let words):
        wipe()
        throw PoolExit(lines: ["refused: \(words)"], code: 2)
      }
    }
  }

  /// Waits until something is so, and no longer than `duration`.
  func pause(atMost duration: Duration, until isSo: () -> Bool) {
    let limit = Tick.now() + duration
    guard let alarm = try? Alarm() else { return }
    while !isSo(), Tick.now() < limit {
      alarm.wait(atMost: min(limit - Tick.now(), .milliseconds(50)))
    }
  }

  private mutating func show(_ progress: String?) {
    let seconds = (Tick.now() - start).rounded(to: .seconds(1)).text
    let words = "waiting \(seconds)\(progress.map { ": \($0)" } ?? "")"
    if let update = line.show(words, columns: Terminal.errorColumns) {
      program.host.complain(update)
    }
  }

  private mutating func wipe() {
    if let update = line.clear() { program.host.complain(update) }
  }
}
