import MountHealthCore

/// The program: finds out what is asked for and hands over to it.
///
/// `main` is synchronous and no task is ever started: the sidecar serves on this thread, watches on
/// another, and the probe worker never loads what it does not need.
@main
struct Mountmon {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    // The worker is started for each sidecar and each check, and is to cost nothing.
    if arguments.first == MountmonCommands.probeWorker.name { ProbeWorker.main() }

    ProcessSetup.prepare()
    let outcome = MountmonCommands.decide(
      arguments, build: .current,
      style: HelpStyle(isTerminal: Terminal.isOutput, environment: ProcessSetup.environment))
    switch outcome {
    case .show(let text):
      ProcessSetup.leave(Terminal.write(text) ? 0 : 1)
    case .usage(let faults):
      Terminal.complain(faults.text)
      ProcessSetup.leave(faults.exitCode)
    case .run(let command):
      ProcessSetup.leave(run(command))
    }
  }

  private static func run(_ command: ParsedCommand) -> Int32 {
    switch command.path.first {
    case MountmonCommands.sidecar.name: SidecarCommand(command).run()
    case MountmonCommands.check.name: CheckCommand(command).run()
    case PoolCommands.pool.name: PoolProgram(command: command, host: .live).run()
    case VolSyncCommands.volsync.name: VolSyncProgram(command: command).run()
    default: 2
    }
  }
}
