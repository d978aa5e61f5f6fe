/// The commands about backups that fail on a lock.
enum VolSyncCommands {
  static let volsync = CommandDeclaration(
    name: "volsync",
    summary: "Find backups that fail on a dead restic lock, and remove that lock.",
    discussion: [
      "Looks for movers of VolSync that failed on the lock of a repository, proves the holder of "
        + "the lock dead, removes that lock and no other, and looks again."
    ],
    subcommands: [run, explain],
    impliedByOptions: run.name,
    aliases: ["": run.name],
    examples: [
      .init(purpose: "What would be done now, and why?", line: "mountmon volsync --dry-run"),
      .init(
        purpose: "Why does this backup fail?",
        line: "mountmon volsync explain downloads/prowlarr-nfs"),
    ])

  static let run = CommandDeclaration(
    name: "run",
    summary: "Heal what can be healed, once; or watch, and heal until told to stop.",
    discussion: [
      "What is to be done is said by the VolSyncMonitor objects of its own namespace, or by a file of "
        + "the same shape. Once, it ends when nothing is under way any more: a lock that may still be "
        + "held is left, and named.",
      "With --watch, one of several replicas leads, by a Lease; SIGTERM and SIGINT end it, and the "
        + "next goes on where it ended. No Secret is ever read.",
    ],
    options: [
      OptionDeclaration(
        name: "--watch", short: "w", summary: "Watch until told to stop, as a controller does."),
      dryRun,
      configuration,
      OptionDeclaration(
        name: "--timeout", value: ValueDeclaration("DURATION", .duration),
        summary: "Once: wait no longer than this; what was begun goes on.", fallback: "15m"),
      output, color,
    ] + place + [
      OptionDeclaration(
        name: "--http-port", value: ValueDeclaration("PORT", .wholeNumber(1...65535)),
        summary: "Port to serve on, with --watch.", fallback: "8080", group: "HTTP"),
      OptionDeclaration(
        name: "--http-address", value: ValueDeclaration("ADDRESS", .text),
        summary: "Address to serve on.", fallback: "every address", group: "HTTP"),
      OptionDeclaration(
        name: "--metrics-bind-address", value: ValueDeclaration("ADDRESS:PORT", .text),
        summary: "The older controller's; means --watch.", group: "Older flags"),
      OptionDeclaration(
        name: "--health-probe-bind-address", value: ValueDeclaration("ADDRESS:PORT", .text),
        summary: "The older controller's; means --watch.", group: "Older flags"),
      OptionDeclaration(
        name: "--leader-elect",
        summary: "The older controller's; means --watch, which always elects.",
        group: "Older flags"),
      OptionDeclaration(
        name: "--log-level",
        value: ValueDeclaration("LEVEL", .oneOf(["debug", "info", "warn", "error"])),
        summary: "Least level to log: debug, info, warn or error.",
        fallback: "info with --watch, else warn", group: "Logging", emptyMeansAbsent: true),
      OptionDeclaration(
        name: "--log-format", value: ValueDeclaration("FORMAT", .oneOf(["json", "text"])),
        summary: "json for machines, text for people.",
        fallback: "json with --watch, else text", group: "Logging", emptyMeansAbsent: true),
    ] + KubernetesOptions.declarations,
    examples: [
      .init(purpose: "Heal once, as a CronJob does.", line: "mountmon volsync"),
      .init(
        purpose: "Show what would be done, for a program.",
        line: "mountmon volsync --dry-run --output json"),
      .init(purpose: "Watch, as a Deployment does.", line: "mountmon volsync --watch"),
    ],
    exitCodes: [
      .init(code: 0, meaning: "nothing to do, or all healed; with --watch: ended by a signal"),
      .init(code: 1, meaning: "a lock remains, or something is still under way"),
      .init(code: 2, meaning: "the cluster could not be reached, or not all of it could be read"),
      .init(code: 3, meaning: "bad configuration or bad usage"),
    ],
    usageExitCode: 3,
    environment: [
      .init(
        name: "POD_NAME, POD_NAMESPACE",
        meaning: "who this is among replicas, and its own namespace"),
      noColor,
    ])

  static let explain = CommandDeclaration(
    name: "explain",
    summary: "Tell in words how a backup or restore stands, and what would be done. Does nothing.",
    options: [configuration, waiting, output, color] + place + KubernetesOptions.declarations,
    positionals: [
      PositionalDeclaration(
        value: ValueDeclaration("NAMESPACE/NAME", .text), count: .exactlyOne,
        summary: "A ReplicationSource or ReplicationDestination.")
    ],
    examples: [
      .init(
        purpose: "Why does this backup fail?",
        line: "mountmon volsync explain downloads/prowlarr-nfs")
    ],
    exitCodes: [
      .init(code: 0, meaning: "no lock is in its way"),
      .init(code: 1, meaning: "a lock is in its way"),
      .init(code: 2, meaning: "it is not there, or the cluster could not be read"),
      .init(code: 3, meaning: "bad configuration or bad usage"),
    ],
    usageExitCode: 3, environment: [noColor])
}

extension VolSyncCommands {
  private static let configuration = OptionDeclaration(
    name: "--config", short: "c", value: ValueDeclaration("FILE", .file),
    summary: "A VolSyncMonitor, or a List of them, as JSON.",
    fallback: "the VolSyncMonitor objects of its own namespace", emptyMeansAbsent: true)

  private static let dryRun = OptionDeclaration(
    name: "--dry-run", summary: "Print what would be done, and do nothing.")

  private static let waiting = OptionDeclaration(
    name: "--timeout", value: ValueDeclaration("DURATION", .duration),
    summary: "Wait no longer than this for the cluster.", fallback: "1m")

  private static let output = OptionDeclaration(
    name: "--output", value: ValueDeclaration("FORMAT", .oneOf(["table", "json"])),
    summary: "table for people, json for programs.", fallback: "table", group: "Output")

  private static let color = OptionDeclaration(
    name: "--color", value: ValueDeclaration("WHEN", .oneOf(["auto", "always", "never"])),
    summary: "Use colors: auto does on a terminal.", fallback: "auto", group: "Output")

  private static let place = [
    OptionDeclaration(
      name: "--namespace", short: "n", value: ValueDeclaration("NAMESPACE", .text),
      summary: "Where its Leases and VolSyncMonitor objects are.",
      fallback: "POD_NAMESPACE, else the pod's own",
      group: "Kubernetes", emptyMeansAbsent: true),
    OptionDeclaration(
      name: "--only-namespace", value: ValueDeclaration("NAMESPACE", .text),
      summary: "Read this namespace and no other; may be repeated. Movers elsewhere are not seen.",
      fallback: "all", group: "Kubernetes", repeats: true),
  ]

  private static let noColor = CommandDeclaration.Variable(
    name: "NO_COLOR", meaning: "when set, --color auto means never")
}
