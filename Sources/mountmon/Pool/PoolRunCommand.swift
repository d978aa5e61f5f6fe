import MountHealthCore

/// `mountmon pool run`: builds the live values, runs them, and takes them down.
struct PoolRunCommand {
  private let program: PoolProgram
  private let flags: [String: String]

  init(_ program: PoolProgram) {
    self.program = program
    var flags: [String: String] = [:]
    flags["httpPort"] = program.command.value("--http-port")
    flags["httpAddress"] = program.command.value("--http-address")
    flags["logLevel"] = program.command.value("--log-level")
    flags["logFormat"] = program.command.value("--log-format")
    self.flags = flags
  }

  /// Runs until a signal ends it.
  func run() throws(PoolExit) -> Int32 {
    let path = program.command.value("--config")
    let setup: PoolSetup
    do {
      setup = try program.host.load(path, flags)
    } catch {
      throw PoolExit(lines: error.lines.map { "configuration error: \($0)" }, code: 1)
    }
    let (log, writer) = Log.service(LogLevel(setup.logLevel), setup.logFormat)
    defer { writer.flush(within: .milliseconds(200)) }
    let room = try program.open(setup, log, orLeaveWith: 1)
    do {
      let service = try PoolService(room, log) {
        [host = program.host, flags] () throws(ConfigurationFaults) in
        try host.load(path, flags)
      }
      let code = try service.run()
      if code == 0 { log.info("shutdown complete") }
      return code
    } catch {
      log.error("could not start", ["error": .string("\(error)")])
      return 1
    }
  }
}
