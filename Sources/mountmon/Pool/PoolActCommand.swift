import HTTPTransport
import JSONValue
import MountHealthCore
import Pacing
import StackDrain
import TimeText

/// `mountmon pool drain | resume | hold | forget | choose`: asks a running monitor; where none runs,
/// takes its lock and does the same with the same engine.
struct PoolActCommand {
  private let program: PoolProgram

  /// How often a running monitor is asked how far it is.
  static let interval = Duration.milliseconds(250)
  /// How long beyond a probe's timeout the pool's first judgement is waited for, where no monitor
  /// runs: a worker has to start, too.
  static let firstLook = Duration.seconds(2)

  init(_ program: PoolProgram) { self.program = program }

  /// Acts, tells what came of it, and says with which code to leave.
  func run() throws(PoolExit) -> Int32 {
    let command = try wanted()
    if program.command.declaration.option(named: "--dry-run") != nil,
      program.command.flag("--dry-run")
    {
      return try PoolPlanCommand(program).run(command == .drain ? .drain : .resume, isByHand: true)
    }
    let setup = try program.load(orLeaveWith: 2)
    let room = try program.open(setup, program.quietLog, orLeaveWith: 2)
    var waiting = PoolWaiting(program)
    switch try ask(room, command) {
    case .told(let client, let id):
      if program.command.flag("--no-wait") { return 0 }
      return try waiting.follow { () throws(PoolExit) in try Self.outcome(client, id) }
    case .nobody:
      return try actAlone(room, command, &waiting)
    }
  }

  private enum Asked {
    case told(MonitorClient, id: String)
    case nobody
  }

  private func wanted() throws(PoolExit) -> PoolCommand {
    let command = program.command
    func fault(_ words: String) -> PoolExit { PoolExit(lines: [words], code: 2) }
    switch command.path.last {
    case PoolCommands.drain.name: return .drain
    case PoolCommands.resume.name: return .resume
    case PoolCommands.hold.name:
      let length = command.duration("--for")
      if command.flag("--release") {
        guard length == nil else { throw fault("--for and --release exclude each other") }
        return .release
      }
      guard let length else { throw fault("expected --for DURATION, or --release") }
      guard length >= .seconds(1), length <= PoolCommand.longestHold else {
        throw fault("--for: \(length.text) is not allowed, expected 1s to a year")
      }
      return .hold(length)
    case PoolCommands.forget.name:
      let text = command.arguments.first ?? ""
      guard let target = Target(text: text) else {
        throw fault("\(text.quoted) is no target, expected one such as client:sabnzbd")
      }
      return .forget(target)
    default:
      let mode = command.arguments.first.flatMap(StackMode.init(rawValue:))
      guard let mode else { throw fault("expected a mode") }
      return .choose(mode, .manual)
    }
  }

  // MARK: A monitor runs

  private func ask(_ room: PoolRoom, _ command: PoolCommand) throws(PoolExit) -> Asked {
    let client: MonitorClient
    do {
      client = try MonitorClient(socket: room.records.socketPath)
    } catch {
      throw PoolExit(lines: [error.description], code: 2)
    }
    switch client.ask("POST", command.requestTarget) {
    case .answered(200, let document):
      guard let id = document["id"]?.stringValue else {
        throw PoolExit(lines: ["the monitor's answer is not understood"], code: 2)
      }
      return .told(client, id: id)
    case .answered(let status, let document):
      let words = document["error"]?.stringValue ?? "status \(status)"
      throw PoolExit(lines: ["the monitor refuses: \(words)"], code: 2)
    case .nobody: return .nobody
    case .denied(let words):
      throw PoolExit(lines: ["\(words): commands need the rights of the monitor's user"], code: 2)
    case .late(let words):
      throw PoolExit(
        lines: ["\(words): the command may have been taken; see `mountmon pool status`"], code: 4)
    case .fault(let words): throw PoolExit(lines: [words], code: 2)
    }
  }

  private static func outcome(
    _ client: MonitorClient, _ id: String
  ) throws(PoolExit) -> PoolWaiting.News {
    switch client.ask("GET", "/v1/command?id=\(Query.encoded(id))") {
    case .answered(200, let document): return PoolWaiting.News(document)
    case .answered(404, _), .nobody:
      throw PoolExit(
        lines: ["the monitor has ended meanwhile: see `mountmon pool status`"], code: 2)
    case .answered(let status, _): return .waiting("the monitor answers with status \(status)")
    // It may be busy; what was asked for is on its way all the same.
    case .fault(let words), .denied(let words), .late(let words): return .waiting(words)
    }
  }

  // MARK: None runs

  private func actAlone(
    _ room: PoolRoom, _ command: PoolCommand, _ waiting: inout PoolWaiting
  ) throws(PoolExit) -> Int32 {
    let ledger: Ledger
    do {
      try room.records.lock()
      let kept = try room.records.read()
      for warning in kept.warnings { program.host.complain("mountmon pool: warning: \(warning)\n") }
      ledger = kept.ledger
    } catch {
      let lines =
        error.isLockHeld
        ? [error.description, "it takes no commands on \(room.records.socketPath)"]
        : [error.description]
      throw PoolExit(lines: lines, code: 2)
    }
    waiting.afterwards = "the next `mountmon pool run` goes on with it"
    PrivateSocket.beginPrivacy()
    let monitor: PoolMonitor
    do {
      monitor = try PoolMonitor(room, alone)
    } catch {
      throw PoolExit(lines: ["cannot start: \(error)"], code: 2)
    }
    let watches = command == .drain || command == .resume
    Task.detached { await monitor.run(from: ledger, watches: watches) }
    defer {
      monitor.stop()
      monitor.waitUntilEnded(atMost: PoolService.patience)
    }
    if watches {
      // What is told first is that nothing was seen yet.
      waiting.pause(atMost: room.setup.settings.probing.timeout + Self.firstLook) {
        monitor.view.picture.judgement.map { $0.state != .unknown } ?? false
      }
    }
    guard let id = monitor.command(command) else {
      throw PoolExit(lines: ["too many commands wait"], code: 2)
    }
    if program.command.flag("--no-wait") {
      program.host.complain(
        "mountmon pool: no monitor runs, so that this one waits: nobody else would go on\n")
    }
    return try waiting.follow { () throws(PoolExit) in
      guard let outcome = monitor.outcome(of: id) else { return .waiting(nil) }
      return PoolWaiting.News(.object(PoolDocument.json(of: outcome.entry, outcome.picture)))
    }
  }

  /// What the engine tells people while it runs here: what goes wrong, and steps on a terminal.
  private var alone: Log {
    Log(level: .warn, format: .standard(.text), clock: LogTime.now) { [host = program.host] bytes in
      host.complain(String(decoding: bytes, as: UTF8.self))
    }
  }
}
