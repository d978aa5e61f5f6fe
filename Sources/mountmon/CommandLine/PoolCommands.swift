/// The commands about a drive pool.
enum PoolCommands {
  static let pool = CommandDeclaration(
    name: "pool",
    summary: "Watch a drive pool; take its stack off in order when it goes.",
    discussion: [
      "When a drive or the union itself goes, download clients are paused and containers stopped, "
        + "in order, and exactly that is brought back when the pool is well again. run does so; "
        + "the others look, or ask it to act.",
      "For those who come from the older monitor: --daemon (-d), --check (-c) and --status (-s) "
        + "stand for run, check and status; so does nothing at all for status.",
    ],
    subcommands: [run, check, status, plan, drain, resume, hold, choose, forget],
    aliases: [
      "--daemon": run.name, "-d": run.name, "--check": check.name, "-c": check.name,
      "--status": status.name, "-s": status.name, "": status.name,
    ],
    examples: [
      .init(purpose: "How are the pool and its stack?", line: "mountmon pool status"),
      .init(
        purpose: "Pull the drives in peace, and have all back afterwards.",
        line: "mountmon pool drain && pull-the-drives && mountmon pool resume"),
    ],
    exitCodes: [.init(code: 2, meaning: "no such command")])

  static let run = CommandDeclaration(
    name: "run",
    summary: "Watch the pool until told to stop; drain and bring back its stack.",
    discussion: [
      "When the pool goes, download clients are paused and containers stopped, in order; when it "
        + "is back, exactly what was paused is resumed and what was stopped is started.",
      "SIGTERM and SIGINT end it and undo nothing: the next start goes on where this one ended. "
        + "SIGHUP reads the configuration again. One runs at a time.",
    ],
    options: [configuration]
      + SharedOptions.http(port: "as configured", address: "as configured")
      + SharedOptions.logging(format: "text"),
    examples: [
      .init(
        purpose: "Watch, and log for a person to read.",
        line: "mountmon pool run -c /etc/mountmon/pool.json --log-format text")
    ],
    exitCodes: [
      .init(code: 0, meaning: "ended by a signal"),
      .init(
        code: 1,
        meaning:
          "bad configuration, another one runs, could not start, or could not watch any more"),
      .init(code: 2, meaning: "bad usage"),
    ],
    environment: [
      .init(
        name: "POLL_INTERVAL", meaning: "seconds between two looks, as the older monitor had it"),
      .init(
        name: "AUTO_UPGRADE_ON_RECOVERY",
        meaning: "false: the stack is not brought back unasked"),
      .init(name: "NOTIFY_SOCKET, WATCHDOG_USEC", meaning: "set by systemd, for Type=notify"),
    ])

  static let check = CommandDeclaration(
    name: "check",
    summary: "Look at the pool once, print a clear answer, leave with an exit code.",
    discussion: ["Nothing is written, paused or stopped, whatever is found."],
    options: [configuration, SharedOptions.output("table", "json", "nagios"), SharedOptions.color],
    examples: [
      .init(purpose: "Is the pool well?", line: "mountmon pool check"),
      .init(
        purpose: "Answer a monitoring system such as Nagios or Icinga.",
        line: "mountmon pool check --output nagios"),
    ],
    exitCodes: [
      .init(code: 0, meaning: "healthy"),
      .init(code: 1, meaning: "degraded"),
      .init(code: 2, meaning: "stale or unmounted"),
      .init(code: 3, meaning: SharedOptions.undecided),
    ],
    usageExitCode: 3, environment: SharedOptions.colorVariables)

  static let status = CommandDeclaration(
    name: "status",
    summary: "Show the pool, its drives, the stack, what is owed, and the last events.",
    discussion: [
      "Asks the running monitor, over HTTP (no rights are needed) or its socket. Where none runs, "
        + "shows what the state directory holds, and says how old that is."
    ],
    options: [configuration, SharedOptions.output("table", "json"), SharedOptions.color],
    examples: [
      .init(purpose: "How are the pool and its stack?", line: "mountmon pool status"),
      .init(purpose: "The same for a program.", line: "mountmon pool status --output json"),
    ],
    exitCodes: [
      .init(code: 0, meaning: "shown, whatever it is"),
      .init(
        code: 3,
        meaning: "could not tell: no monitor and no readable state, an answer that could not be "
          + "written, bad configuration or bad usage"),
    ],
    usageExitCode: 3, environment: SharedOptions.colorVariables)

  static let plan = CommandDeclaration(
    name: "plan",
    summary: "Print what would be done now, step by step. Does nothing.",
    options: [
      configuration,
      OptionDeclaration(
        name: "--for", value: ValueDeclaration("RUN", .oneOf(["drain", "resume"])),
        summary: "What to plan: drain or resume.", fallback: "what the state of the pool asks for"),
      SharedOptions.output("table", "json"),
    ],
    examples: [
      .init(purpose: "What would a drain stop?", line: "mountmon pool plan --for drain")
    ],
    exitCodes: [
      .init(code: 0, meaning: "planned"),
      .init(
        code: 3,
        meaning: "could not tell: the stack did not answer, a plan that could not be written, bad "
          + "configuration or bad usage"),
    ],
    usageExitCode: 3)

  static let drain = CommandDeclaration(
    name: "drain",
    summary: "Take the stack off the pool, and leave it off until resumed.",
    discussion: [asksMonitor],
    options: [configuration] + waiting + [dryRun, SharedOptions.output("table", "json")],
    examples: [
      .init(purpose: "Before drives are pulled.", line: "mountmon pool drain --timeout 5m")
    ],
    exitCodes: (outcomes + [dryRunOutcome]).sorted { $0.code < $1.code })

  static let resume = CommandDeclaration(
    name: "resume",
    summary: "Bring back what was taken off the pool, if the pool is healthy.",
    discussion: [asksMonitor],
    options: [configuration] + waiting + [dryRun, SharedOptions.output("table", "json")],
    examples: [
      .init(purpose: "What would come back?", line: "mountmon pool resume --dry-run")
    ],
    exitCodes: (outcomes + [dryRunOutcome]).sorted { $0.code < $1.code })

  static let hold = CommandDeclaration(
    name: "hold",
    summary: "Have nothing done unasked for a time: maintenance.",
    discussion: ["Drain and resume by hand work all the same. \(asksMonitor)"],
    usage: ["--for DURATION [OPTION]...", "--release [OPTION]..."],
    options: [
      configuration,
      OptionDeclaration(
        name: "--for", value: ValueDeclaration("DURATION", .duration),
        summary: "How long, from now on: 1s to a year."),
      OptionDeclaration(name: "--release", summary: "End the hold."),
    ] + waiting,
    examples: [
      .init(purpose: "Two hours of peace.", line: "mountmon pool hold --for 2h"),
      .init(purpose: "Done earlier.", line: "mountmon pool hold --release"),
    ],
    exitCodes: outcomes)

  static let choose = CommandDeclaration(
    name: "choose",
    summary: "Say what of the stack is meant to run; local is then not upgraded.",
    options: [configuration] + waiting,
    positionals: [
      PositionalDeclaration(
        value: ValueDeclaration("MODE", .oneOf(["full", "local", "none"])), count: .exactlyOne,
        summary: "full, local (what needs no pool) or none.")
    ],
    examples: [
      .init(purpose: "Stay with what needs no pool.", line: "mountmon pool choose local")
    ],
    exitCodes: outcomes)

  static let forget = CommandDeclaration(
    name: "forget",
    summary: "Give up what is owed to a target: it is not brought back.",
    options: [configuration] + waiting,
    positionals: [
      PositionalDeclaration(
        value: ValueDeclaration("TARGET", .text, such: "client:sabnzbd"), count: .exactlyOne,
        summary: "As status shows it: client:sabnzbd, container:plex.")
    ],
    examples: [
      .init(
        purpose: "This container is gone for good.",
        line: "mountmon pool forget container:readarr")
    ],
    exitCodes: outcomes)
}

extension PoolCommands {
  private static let asksMonitor =
    "Asks the running monitor and waits for the outcome; where none runs, does the same itself."

  private static let configuration = SharedOptions.configuration(
    fallback: "pool.json in the working directory, else /etc/mountmon/pool.json")

  private static let waiting = [
    OptionDeclaration(
      name: "--timeout", value: ValueDeclaration("DURATION", .duration),
      summary: "Wait no longer than this; what was begun goes on.", fallback: "no limit",
      group: "Waiting"),
    OptionDeclaration(
      name: "--no-wait", summary: "Leave as soon as the monitor has the command.",
      group: "Waiting"),
  ]

  private static let dryRun = OptionDeclaration(
    name: "--dry-run", summary: "Print what would be done, and do nothing.", group: "Output")

  private static let outcomes: [CommandDeclaration.ExitCode] = [
    .init(code: 0, meaning: "done, and read back; with --no-wait: taken by the monitor"),
    .init(code: 1, meaning: "tried to the end, and something is left over"),
    .init(
      code: 2, meaning: "refused, could not be asked for, bad configuration or bad usage"),
    .init(code: 4, meaning: "not over within --timeout; it goes on where a monitor runs"),
  ]

  private static let dryRunOutcome = CommandDeclaration.ExitCode(
    code: 3, meaning: "with --dry-run: could not tell, or the plan could not be written")
}
