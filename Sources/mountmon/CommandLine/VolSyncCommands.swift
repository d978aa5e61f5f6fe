/// The commands about backups that fail on a lock.
enum VolSyncCommands {
  static let volsync = CommandDeclaration(
    name: "volsync",
    summary: "Find backups that fail on a dead restic lock; remove that lock.",
    discussion: [
      "Looks for movers of VolSync that failed on the lock of a repository, proves the holder of "
        + "the lock dead, removes that lock and no other, and looks again.",
      "Without a command, or with an option in its place, run is meant.",
    ],
    subcommands: [run, explain],
    impliedByOptions: run.name,
    aliases: ["": run.name],
    examples: [
      .init(purpose: "What would be done now, and why?", line: "mountmon volsync --dry-run"),
      .init(
        purpose: "Why does this backup fail?",
        line: "mountmon volsync explain downloads/prowlarr-nfs"),
    ],
    exitCodes: [.init(code: 3, meaning: "no such command")], usageExitCode: run.usageExitCode)

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
      SharedOptions.output("table", "json"), SharedOptions.color,
    ] + place + KubernetesOptions.declarations
      + SharedOptions.http(port: "8080", address: "every address", when: ", with --watch")
      + SharedOptions.logging(
        level: "info with --watch, else warn", format: "json with --watch, else text")
      + older,
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
      .init(
        code: 2,
        meaning:
          "the cluster could not be reached, or not all of it could be read, or an answer of "
          + "0 could not be written; with --watch: could not start"),
      .init(code: 3, meaning: "bad configuration or bad usage"),
    ],
    usageExitCode: 3,
    environment: [
      .init(
        name: "POD_NAME, POD_NAMESPACE",
        meaning: "who this is among replicas, and its own namespace")
    ] + SharedOptions.colorVariables)

  static let explain = CommandDeclaration(
    name: "explain",
    summary: "Tell in words how a backup or restore stands, and what would be done. Does nothing.",
    options: [configuration, waiting, SharedOptions.output("table", "json"), SharedOptions.color]
      + place + KubernetesOptions.declarations,
    positionals: [
      PositionalDeclaration(
        value: ValueDeclaration("NAMESPACE/NAME", .text, such: "downloads/prowlarr-nfs"),
        count: .exactlyOne,
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
      .init(
        code: 2,
        meaning:
          "it is not there, or the cluster could not be read, or an answer of 0 could not be "
          + "written"),
      .init(code: 3, meaning: "bad configuration or bad usage"),
    ],
    usageExitCode: 3, environment: SharedOptions.colorVariables)
}

extension VolSyncCommands {
  private static let configuration = SharedOptions.configuration(
    "A VolSyncMonitor, or a List of them, as JSON.",
    fallback: "the VolSyncMonitor objects of its own namespace")

  private static let dryRun = OptionDeclaration(
    name: "--dry-run", summary: "Print what would be done, and do nothing.")

  private static let waiting = OptionDeclaration(
    name: "--timeout", value: ValueDeclaration("DURATION", .duration),
    summary: "Wait no longer than this for the cluster.", fallback: "1m")

  private static let older = [
    OptionDeclaration(
      name: "--metrics-bind-address", value: ValueDeclaration("ADDRESS:PORT", .text, such: ":8081"),
      summary: "The older controller's; means --watch. 0 serves nothing there.",
      group: "Older flags"),
    OptionDeclaration(
      name: "--health-probe-bind-address",
      value: ValueDeclaration("ADDRESS:PORT", .text, such: ":8081"),
      summary: "The older controller's; means --watch. 0 serves nothing there.",
      group: "Older flags"),
    OptionDeclaration(
      name: "--leader-elect",
      summary: "The older controller's; means --watch, which always elects.",
      group: "Older flags"),
  ]

  private static let place = [
    OptionDeclaration(
      name: "--namespace", short: "n",
      value: ValueDeclaration("NAMESPACE", .text, such: "downloads"),
      summary: "Where its Leases and VolSyncMonitor objects are.",
      fallback: "POD_NAMESPACE, else the pod's own",
      group: "Kubernetes", emptyMeansAbsent: true),
    OptionDeclaration(
      name: "--only-namespace", value: ValueDeclaration("NAMESPACE", .text, such: "downloads"),
      summary: "Read this namespace and no other; may be repeated. Movers elsewhere are not seen.",
      fallback: "all", group: "Kubernetes", repeats: true),
  ]
}
