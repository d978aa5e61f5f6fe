import MountHealthCore
import StackDrain

/// Where the commands of the pool get a configuration and its world from.
struct PoolHost: Sendable {
  /// Reads the configuration: the file asked for, if one was, and flags by the key they override.
  var load:
    @Sendable (_ path: String?, _ flags: [String: String]) throws(ConfigurationFaults) -> PoolSetup
  /// Makes doors to the world; opens nothing that a look does not need.
  var open: @Sendable (PoolSetup, Log) throws(PoolFault) -> PoolRoom
  /// Prints to people and programs, and says whether all was written.
  var print: @Sendable (String) -> Bool = { Terminal.write($0) }
  /// Tells what is wrong, or how far things are.
  var complain: @Sendable (String) -> Void = { Terminal.complain($0) }
  /// Whether a person looks at what is printed, and at how far things are.
  var isOutputTerminal = Terminal.isOutput
  var showsProgress = Terminal.showsProgress
}

/// A command that cannot go on: what is said, and the code to leave with.
struct PoolExit: Error, Hashable {
  var lines: [String]
  var code: Int32
}

/// `mountmon pool COMMAND`.
struct PoolProgram {
  let command: ParsedCommand
  let host: PoolHost

  /// Could not tell, as `check` and `status` leave.
  static let undecided: Int32 = 3

  /// Runs the command to its end.
  ///
  /// - Returns: The exit code.
  func run() -> Int32 {
    do throws(PoolExit) {
      switch command.path.last {
      case PoolCommands.run.name: return try PoolRunCommand(self).run()
      case PoolCommands.check.name: return try PoolCheckCommand(self).run()
      case PoolCommands.status.name: return try PoolStatusCommand(self).run()
      case PoolCommands.plan.name: return try PoolPlanCommand(self).run()
      default: return try PoolActCommand(self).run()
      }
    } catch {
      for line in error.lines {
        host.complain("\(command.name): \(line)\n")
      }
      return error.code
    }
  }

  /// - Parameter code: What to leave with where it cannot be read.
  /// - Returns: The configuration.
  /// - Throws: What is wrong with it.
  func load(orLeaveWith code: Int32) throws(PoolExit) -> PoolSetup {
    do {
      return try host.load(command.value("--config"), [:])
    } catch {
      throw PoolExit(lines: error.lines.map { "configuration error: \($0)" }, code: code)
    }
  }

  /// - Parameters:
  ///   - setup: The configuration.
  ///   - log: Where the world tells what it does.
  ///   - code: What to leave with where it cannot be reached.
  /// - Returns: The configuration, with doors to its world.
  /// - Throws: What is missing.
  func open(_ setup: PoolSetup, _ log: Log, orLeaveWith code: Int32) throws(PoolExit) -> PoolRoom {
    do {
      return try host.open(setup, log)
    } catch {
      throw PoolExit(lines: [error.description], code: code)
    }
  }

  /// Waits for a task; see `Blocking`.
  func wait<Value: Sendable>(
    orLeaveWith code: Int32, _ work: @escaping @Sendable () async -> Value
  ) throws(PoolExit) -> Value {
    do {
      return try Blocking.wait(work)
    } catch {
      throw PoolExit(lines: ["cannot start: \(error)"], code: code)
    }
  }

  /// Prints the answer of a command that looks.
  ///
  /// - Returns: The code to leave with: `code`, and `undecided` in place of 0 where nothing is told.
  func answer(_ text: String, _ code: Int32) -> Int32 {
    let isTold = host.print(text)
    return code == 0 && !isTold ? Self.undecided : code
  }

  /// A log for commands: what deserves a word goes to standard error, unless nobody is to be disturbed.
  var quietLog: Log {
    Log(level: .error, format: .standard(.text), clock: LogTime.now) { [host] bytes in
      host.complain(String(decoding: bytes, as: UTF8.self))
    }
  }

  var isColored: Bool {
    HelpStyle(command, isTerminal: host.isOutputTerminal, environment: ProcessSetup.environment)
      == .bold
  }
}
