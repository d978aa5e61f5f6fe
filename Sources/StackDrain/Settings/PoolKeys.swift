public import MountHealthCore

/// The keys of a pool's configuration, declared once: the reader, the JSON Schema and the reference
/// in `docs/` all come from here.
public enum PoolKeys {
  /// What the names of all variables begin with.
  static let environmentPrefix = "MOUNTMON_POOL"
  /// The most branches, clients, projects or names in a list.
  static let maximumCount = 256

  static let path = ConfigurationKey(
    "path", .absolutePath, isRequired: true, "Where the pool is mounted.")
  static let requireMount = ConfigurationKey(
    "requireMount", .requirement, default: "true",
    "What has to be mounted there: true (some mount), or an object with fsType, source or both. An "
      + "empty folder never counts as the pool.")
  static let branches = ConfigurationKey(
    "branches", .pathsOrObjects(branchKeys, count: 0...maximumCount),
    "The drives that the pool is made of. A path stands for an object with that path.")
  static let minBranches = ConfigurationKey(
    "minBranches", .integer(1...maximumCount), default: "3",
    "How many usable branches make the pool healthy. Where it is not given and there are fewer than "
      + "3 branches: all of them.")
  static let minFreeBytes = ConfigurationKey(
    "minFreeBytes", .bytes, default: "0",
    "How many bytes must be free on the pool: a number, or a text such as 10GiB; 0: not asked.")
  static let allowMisdirected = ConfigurationKey(
    "allowMisdirected", .flag, default: "false",
    "Whether a branch that is not mounted, and whose files then go to the disk below it, is only "
      + "reported. Otherwise it makes the pool degraded.")

  static let pollInterval = ConfigurationKey(
    "pollInterval", .duration(.seconds(1)...(.seconds(3600))), default: "10s",
    "How often the pool is looked at, where nothing else makes a look due.")
  static let readTimeout = ConfigurationKey(
    "readTimeout", .duration(.milliseconds(100)...(.seconds(600))), default: "5s",
    "How long a look may take before what is looked at counts as hung; less than pollInterval. Where "
      + "it is not given and pollInterval is below 10s, half of pollInterval.")
  static let slowAfter = ConfigurationKey(
    "slowAfter", .duration(.milliseconds(1)...(.seconds(600))),
    "How long a look may take before the pool counts as slow; less than readTimeout. Not given: "
      + "never.")
  static let canaryFile = ConfigurationKey(
    "canaryFile", .canary,
    "A file below the pool that is read. Not given: the pool's folder is listed, and must hold "
      + "something.")
  static let expect = ConfigurationKey(
    "expect", .text(maximum: 4096),
    "What the canary has to hold; line breaks at the end do not count.")
  static let write = ConfigurationKey(
    "write", .flag, default: "false",
    "Whether to write, sync and remove a small file on the pool.")
  static let branchCanaryFile = ConfigurationKey(
    "branchCanaryFile", .canary,
    "A file below each branch that is read. Not given: the branch's folder is asked for.")
  static let labelDirectory = ConfigurationKey(
    "labelDirectory", .absolutePath, default: "\"/dev/disk/by-label\"",
    "Where links to drives by file system label are.")

  static let drainAfter = ConfigurationKey(
    "drainAfter", .object(drainKeys),
    "How long each kind of fault must last before the stack is drained.")
  static let upgradeAfter = ConfigurationKey(
    "upgradeAfter", .duration(.zero ... .seconds(86400)), default: "15s",
    "How long the pool must have been healthy without a break before the stack is brought back.")
  static let upgradeCoolDown = ConfigurationKey(
    "upgradeCoolDown", .duration(.zero ... .seconds(86400)), default: "1m",
    "The least time between the beginnings of two upgrades.")
  static let upgradesPerHour = ConfigurationKey(
    "upgradesPerHour", .integer(1...60), default: "6", "The most upgrades within an hour.")
  static let autoUpgrade = ConfigurationKey(
    "autoUpgrade", .flag, default: "true",
    "Whether the stack is brought back without being told. The variable AUTO_UPGRADE_ON_RECOVERY "
      + "says the same.")
  static let lookAgainAfter = ConfigurationKey(
    "lookAgainAfter", .duration(.seconds(1)...(.seconds(3600))), default: "10s",
    "How often a drained stack is looked at again, for what was started in the meantime.")
  static let lookAgainMax = ConfigurationKey(
    "lookAgainMax", .duration(.seconds(1)...(.seconds(86400))), default: "5m",
    "How long that wait grows to where a look or a plan failed; not less than lookAgainAfter.")

  static let deadlines = ConfigurationKey(
    "deadlines", .object(deadlineKeys), "How long the steps of a plan may take.")
  static let clients = ConfigurationKey(
    "clients", .objects(clientKeys, count: 0...maximumCount), "The programs that are paused.")
  static let engine = ConfigurationKey(
    "engine", .object(engineKeys),
    "The container engine, and which of its containers use the pool.")
  static let portableProjects = ConfigurationKey(
    "portableProjects", .objects(projectKeys, count: 0...maximumCount),
    "Projects that are started once the stack is drained, and stopped before it comes back.")
  static let fullProjects = ConfigurationKey(
    "fullProjects", .objects(projectKeys, count: 0...maximumCount),
    "Projects that are started when the mode goes from local to full.")

  static let stateDirectory = ConfigurationKey(
    "stateDirectory", .absolutePath, default: "\"/var/lib/mountmon\"",
    "Where the ledger and the state files are. Never on the pool or a branch.")
  static let compatibilityDirectory = ConfigurationKey(
    "compatibilityDirectory", .absolutePath,
    "A second folder for the state files, for programs that read them there, such as "
      + "/tmp/media-stack. Not given: none.")

  static let httpEnabled = ConfigurationKey(
    "httpEnabled", .flag, default: "true", "Whether there are HTTP endpoints.")
  static let httpPort = ConfigurationKey(
    "httpPort", .integer(1...65535), default: "9130", "The port of the HTTP endpoints.")
  static let httpAddress = ConfigurationKey(
    "httpAddress", .text(maximum: 255), default: "\"127.0.0.1\"",
    "The IP address that they listen on; empty: all.")
  static let logLevel = ConfigurationKey(
    "logLevel", .choice(Configuration.LogThreshold.allCases.map(\.rawValue)), default: "\"info\"",
    "The least level that is logged.")
  static let logFormat = ConfigurationKey(
    "logFormat", .choice(Configuration.LogForm.allCases.map(\.rawValue)), default: "\"text\"",
    "The form of a log line.")

  /// The keys of the whole.
  public static let topKeys: [ConfigurationKey] = [
    path, requireMount, branches, minBranches, minFreeBytes, allowMisdirected, pollInterval,
    readTimeout, slowAfter, canaryFile, expect, write, branchCanaryFile, labelDirectory, drainAfter,
    upgradeAfter, upgradeCoolDown, upgradesPerHour, autoUpgrade, lookAgainAfter, lookAgainMax,
    deadlines, clients, engine, portableProjects, fullProjects, stateDirectory,
    compatibilityDirectory, httpEnabled, httpPort, httpAddress, logLevel, logFormat,
  ]
}
