/// The command line of this program.
enum MountmonCommands {
  static let root = CommandDeclaration(
    name: "mountmon",
    summary: "Watch storage mounts, and tell the truth about them.",
    discussion: [
      "A mount that hangs, has lost its server or has silently become an empty directory is seen "
        + "before its users see it.",
      "Where an option stands in place of a command, sidecar is meant.",
    ],
    subcommands: [
      sidecar, check, PoolCommands.pool, VolSyncCommands.volsync, completions, manual, version,
      probeWorker,
    ],
    impliedByOptions: sidecar.name,
    examples: [
      .init(
        purpose: "Look at two mounts once.",
        line: "mountmon check /mnt/movies /mnt/series"),
      .init(
        purpose: "Watch the mounts of a configuration file until told to stop.",
        line: "mountmon sidecar --config config.json"),
    ],
    exitCodes: [.init(code: 2, meaning: "no such command")])

  static let sidecar = CommandDeclaration(
    name: "sidecar",
    summary: "Watch mounts beside an application and answer health probes.",
    discussion: [
      "Probes every mount of the configuration file at a steady interval, and serves "
        + "/healthz/live, /healthz/ready, /healthz/status, /metrics and /version over HTTP.",
      "An option wins over the file. SIGTERM and SIGINT stop it cleanly.",
    ],
    options: [
      SharedOptions.configuration(
        fallback: "config.json in the working directory, if there is one"),
      OptionDeclaration(
        name: "--init-container-mode",
        summary: "Probe every mount once and leave: 0 when all are ok, 1 when one is not."),
    ] + SharedOptions.http(port: "8080", address: "every address")
      + SharedOptions.logging(format: "json") + KubernetesOptions.declarations,
    examples: [
      .init(
        purpose: "Watch, and log for a person to read.",
        line: "mountmon sidecar -c config.json --log-level debug --log-format text"),
      .init(
        purpose: "Let an init container hold a pod back while a mount is bad.",
        line: "mountmon sidecar -c config.json --init-container-mode"),
    ],
    exitCodes: [
      .init(code: 0, meaning: "stopped cleanly, or every mount was ok"),
      .init(code: 1, meaning: "bad configuration, could not start, or a mount was not ok"),
      .init(code: 2, meaning: "bad usage"),
      .init(code: 86, meaning: "the watchdog's strategy is exit, and a mount is confirmed bad"),
    ],
    environment: [
      .init(
        name: "MOUNTMON_KEY",
        meaning: "overrides KEY of the file: MOUNTMON_HTTP_PORT for httpPort"),
      .init(
        name: "POD_NAME, POD_NAMESPACE, POD_UID",
        meaning: "the watchdog's own pod, by the downward API"),
    ])

  static let check = CommandDeclaration(
    name: "check",
    summary: "Probe mounts once, print a clear answer, leave with an exit code.",
    discussion: [
      "Probes the mounts of the configuration file, or those named by PATH. A mount that hangs "
        + "costs no more than the timeout."
    ],
    options: [
      SharedOptions.configuration(
        fallback: "config.json in the working directory, if there is one and no PATH is given"),
      OptionDeclaration(
        name: "--type", value: ValueDeclaration("TYPE", .oneOf(["canary", "directory"])),
        summary: "How to probe a PATH: canary reads a file in it, directory looks at the "
          + "directory itself.",
        fallback: "canary with --canary, else directory"),
      OptionDeclaration(
        name: "--canary", value: ValueDeclaration("NAME", .text, such: ".health-check"),
        summary: "The file to read, as a path inside the mount.", fallback: ".health-check"),
      OptionDeclaration(
        name: "--require-mount",
        summary: "Call a PATH that is not a mount point absent, whatever is in it."),
      OptionDeclaration(
        name: "--timeout", value: ValueDeclaration("DURATION", .duration),
        summary: "How long one probe may take before the mount counts as hung.",
        fallback: "5s", group: "Time"),
      OptionDeclaration(
        name: "--wait", value: ValueDeclaration("DURATION", .duration),
        summary: "Keep probing until every mount is ok, and give up after this time.",
        fallback: "look once", group: "Time"),
      SharedOptions.output("table", "json", "nagios"),
      OptionDeclaration(
        name: "--explain",
        summary: "Say for every mount what was seen, what it means and what to do.",
        group: "Output"),
      SharedOptions.color,
    ],
    positionals: [
      PositionalDeclaration(
        value: ValueDeclaration("PATH", .directory), count: .anyNumber,
        summary: "A mount to probe.")
    ],
    examples: [
      .init(purpose: "Is this mount alive?", line: "mountmon check /mnt/movies"),
      .init(
        purpose: "Wait up to two minutes for the mounts, then start what needs them.",
        line: "mountmon check -c config.json --wait 2m && start-player"),
      .init(
        purpose: "Answer a monitoring system such as Nagios or Icinga.",
        line: "mountmon check --output nagios --timeout 3s /mnt/movies"),
    ],
    exitCodes: [
      .init(code: 0, meaning: "every mount is ok"),
      .init(code: 1, meaning: "a mount is degraded (slow, full, inaccessible), none is bad"),
      .init(code: 2, meaning: "a mount is bad"),
      .init(code: 3, meaning: SharedOptions.undecided),
    ],
    usageExitCode: 3,
    environment: SharedOptions.colorVariables)

  static let completions = CommandDeclaration(
    name: "completions",
    summary: "Print a script that lets a shell complete this command line.",
    positionals: [
      PositionalDeclaration(
        value: ValueDeclaration("SHELL", .oneOf(CompletionShell.allCases.map(\.rawValue))),
        count: .exactlyOne, summary: "bash, zsh or fish.")
    ],
    examples: [
      .init(
        purpose: "Complete in bash, for this session.",
        line: "source <(mountmon completions bash)"),
      .init(
        purpose: "Complete in zsh, by a file in a directory of $fpath.",
        line: "mountmon completions zsh > ~/.zfunc/_mountmon"),
      .init(
        purpose: "Complete in fish.",
        line: "mountmon completions fish > ~/.config/fish/completions/mountmon.fish"),
    ],
    exitCodes: printed)

  static let manual = CommandDeclaration(
    name: "manual",
    summary: "Print the manual, or the page of one command.",
    options: [
      OptionDeclaration(name: "--list", summary: "Print the names of all pages instead.")
    ],
    positionals: [
      PositionalDeclaration(
        value: ValueDeclaration("PAGE", .oneOf(ManualPage.names(of: withoutManual) + [manualPage])),
        count: .atMostOne, summary: "As --list names it. Default: mountmon, which has everything.")
    ],
    examples: [
      .init(purpose: "Read the manual.", line: "mountmon manual | man -l -"),
      .init(
        purpose: "Read about one command.",
        line: "mountmon manual mountmon-pool-drain | man -l -"),
      .init(
        purpose: "Install the manual.",
        line: "mountmon manual > /usr/local/share/man/man8/mountmon.8"),
    ],
    exitCodes: printed)

  static let version = CommandDeclaration(
    name: "version",
    summary: "Show the version, the commit, and what it was built by and for.",
    options: [SharedOptions.output("text", "json")],
    examples: [
      .init(purpose: "Which commit is this?", line: "mountmon version --output json")
    ],
    exitCodes: printed)

  /// What there are pages of beside its own: the manual cannot be declared by itself.
  private static let withoutManual = CommandDeclaration(
    name: "mountmon", summary: "",
    subcommands: [
      sidecar, check, PoolCommands.pool, VolSyncCommands.volsync, completions, version,
    ])
  private static let manualPage = "mountmon-manual"

  private static let printed: [CommandDeclaration.ExitCode] = [
    .init(code: 0, meaning: "printed"),
    .init(code: 1, meaning: "could not be written to standard output"),
    .init(code: 2, meaning: "bad usage"),
  ]

  /// The child that touches the watched paths, started by the other commands.
  static let probeWorker = CommandDeclaration(
    name: "probe-worker",
    summary: "Probe mounts for the mountmon that started it. Not for people.",
    isHidden: true)
}

extension MountmonCommands {
  /// What this program is asked to do by the arguments that follow its name. Completions and the
  /// manual page are texts like help is, so they come as `.show`.
  static func decide(
    _ arguments: [String], build: BuildIdentity, style: HelpStyle
  ) -> CommandLineOutcome {
    let parser = CommandParser(root: root, version: build.text, style: style)
    let outcome = parser.decide(arguments)
    guard case .run(let command) = outcome else { return outcome }
    switch command.path {
    case [completions.name]:
      guard let shell = command.arguments.first.flatMap(CompletionShell.init) else {
        return outcome
      }
      return .show(shell.script(for: root))
    case [manual.name]:
      if command.flag("--list") {
        return .show(ManualPage.names(of: root).map { $0 + "\n" }.joined())
      }
      let name = command.arguments.first ?? root.name
      let page = CommandPath(root: root).shownTree.first { ManualPage.name(of: $0) == name }
      return page.map {
        .show(ManualPage(path: $0, version: build.version, section: 8).text)
      } ?? outcome
    case [version.name]:
      let isJSON = command.value("--output") == "json"
      return .show(isJSON ? build.document : build.text)
    default:
      return outcome
    }
  }
}
