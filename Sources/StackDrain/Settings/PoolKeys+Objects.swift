public import MountHealthCore

extension PoolKeys {
  static let branchPath = ConfigurationKey(
    "path", .absolutePath, isRequired: true, "Where the drive is mounted; unique.")
  static let branchLabel = ConfigurationKey(
    "label", .name,
    "Its file system label; unique. Not given: the last part of the path.")
  /// The keys of an object in `branches`.
  public static let branchKeys: [ConfigurationKey] = [branchPath, branchLabel]

  private static let delays = Duration.zero...Duration.seconds(86400)
  static let drainLost = ConfigurationKey(
    "lost", .duration(delays), default: "0s",
    "Nothing is behind the path: unmounted, dead, a union of nothing. Writes go to the root disk or "
      + "nowhere.")
  static let drainUnresponsive = ConfigurationKey(
    "unresponsive", .durationOrNever(delays), default: "30s",
    "The pool does not answer, or not with its content. Drives need seconds to spin up.")
  static let drainScarce = ConfigurationKey(
    "scarce", .durationOrNever(delays), default: "1m",
    "There are too few branches, or nothing can be written.")
  static let drainSlow = ConfigurationKey(
    "slow", .durationOrNever(delays), default: "5m", "Answers are late.")
  static let drainLimited = ConfigurationKey(
    "limited", .durationOrNever(delays), default: "\"never\"",
    "One branch of many is gone, or little space is left.")
  /// The keys of `drainAfter`.
  public static let drainKeys: [ConfigurationKey] = [
    drainLost, drainUnresponsive, drainScarce, drainSlow, drainLimited,
  ]

  private static let limits = Duration.milliseconds(100)...Duration.seconds(3600)
  private static let graces = Duration.seconds(1)...Duration.seconds(3600)
  static let clientDeadline = ConfigurationKey(
    "client", .duration(limits), default: "5s", "For a client to be paused or resumed.")
  static let fenceDeadline = ConfigurationKey(
    "fence", .duration(limits), default: "2s",
    "The same when the pool is gone: until it has answered, its container runs on.")
  static let returnDeadline = ConfigurationKey(
    "return", .duration(limits), default: "1m",
    "For a client to answer after its container was started.")
  static let settleDeadline = ConfigurationKey(
    "settle", .duration(limits), default: "10s",
    "For what is being written, before containers are stopped.")
  static let lookDeadline = ConfigurationKey(
    "look", .duration(limits), default: "5s", "For one look at a client, a container, a project.")
  static let stopGrace = ConfigurationKey(
    "stopGrace", .duration(graces), default: "30s",
    "For a container to end by itself before the engine kills it.")
  static let fenceGrace = ConfigurationKey(
    "fenceGrace", .duration(graces), default: "10s", "The same when the pool is gone.")
  static let engineMargin = ConfigurationKey(
    "engineMargin", .duration(graces), default: "20s",
    "What the engine needs beyond the grace to say that a container has ended.")
  static let killDeadline = ConfigurationKey(
    "kill", .duration(graces), default: "15s", "For a container to be killed.")
  static let startDeadline = ConfigurationKey(
    "start", .duration(graces), default: "1m", "For a container to be started.")
  static let projectDeadline = ConfigurationKey(
    "project", .duration(graces), default: "2m", "For a project to be started or stopped.")
  /// The keys of `deadlines`.
  public static let deadlineKeys: [ConfigurationKey] = [
    clientDeadline, fenceDeadline, returnDeadline, settleDeadline, lookDeadline, stopGrace,
    fenceGrace, engineMargin, killDeadline, startDeadline, projectDeadline,
  ]

  static let engineEnabled = ConfigurationKey(
    "enabled", .flag, default: "true", "Whether there is one.")
  static let engineSocket = ConfigurationKey(
    "socket", .absolutePath, default: "\"/var/run/docker.sock\"",
    "The Unix socket of the Docker Engine API, of Docker or of Podman.")
  static let engineLabels = ConfigurationKey(
    "labels", .texts(count: 0...maximumCount),
    "Labels that make a container a user of the pool: key, or key=value.")
  static let engineProjects = ConfigurationKey(
    "projects", .texts(count: 0...maximumCount),
    "Compose projects whose containers all use the pool.")
  static let engineExceptions = ConfigurationKey(
    "exceptions", .texts(count: 0...maximumCount),
    "Names of containers that are left alone, whatever they mount.")
  /// The keys of `engine`.
  public static let engineKeys: [ConfigurationKey] = [
    engineEnabled, engineSocket, engineLabels, engineProjects, engineExceptions,
  ]

  static let projectName = ConfigurationKey(
    "name", .name, isRequired: true, "Its name, as compose knows it; unique.")
  static let projectFiles = ConfigurationKey(
    "files", .texts(count: 1...16),
    "Its compose files. mountmon then runs `docker compose -p NAME -f FILE up -d`, and `stop` in "
      + "place of `up -d`.")
  static let projectStart = ConfigurationKey(
    "start", .texts(count: 1...64),
    "The command that starts it: a program and its arguments, no shell. In place of files.")
  static let projectStop = ConfigurationKey(
    "stop", .texts(count: 1...64),
    "The command that stops it and removes nothing. In place of files.")
  static let projectFolder = ConfigurationKey(
    "directory", .absolutePath, default: "\"/\"",
    "The folder that both commands run in. Not given: that of the first of its files, else /.")
  static let projectServices = ConfigurationKey(
    "services", .texts(count: 0...maximumCount),
    "Services that must run for it to count as started. Not given: all that it has.")
  /// The keys of an object in `portableProjects` and `fullProjects`.
  public static let projectKeys: [ConfigurationKey] = [
    projectName, projectFiles, projectStart, projectStop, projectFolder, projectServices,
  ]
}
