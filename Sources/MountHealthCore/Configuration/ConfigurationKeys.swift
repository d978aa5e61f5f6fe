extension ConfigurationKey {
  static let checkInterval = ConfigurationKey(
    "checkInterval", .duration(.seconds(1)...(.seconds(86400))), default: "30s",
    "How often a mount is probed.")
  static let readTimeout = ConfigurationKey(
    "readTimeout", .duration(.milliseconds(100)...(.seconds(3600))), default: "5s",
    "How long a probe may take before the mount counts as hung; less than checkInterval. Where it is "
      + "not given and checkInterval is below 10s, half of checkInterval.")
  static let slowAfter = ConfigurationKey(
    "slowAfter", .duration(.milliseconds(1)...(.seconds(3600))),
    "How long a probe may take before the mount counts as slow; less than readTimeout.")
  static let failureThreshold = ConfigurationKey(
    "failureThreshold", .integer(1...1000), default: "3",
    "How many bad rounds in a row make a mount unhealthy.")
  static let successThreshold = ConfigurationKey(
    "successThreshold", .integer(1...1000), default: "1",
    "How many good rounds in a row make a mount healthy.")
  static let startupGrace = ConfigurationKey(
    "startupGrace", .duration(.zero ... .seconds(86400)), default: "1m",
    "How long a mount that was never good stays unknown before bad rounds count.")
  static let flapWindow = ConfigurationKey(
    "flapWindow", .duration(.zero ... .seconds(86400)), default: "5m",
    "A mount that fell three times within this time stays degraded until one fall is older; 0s: "
      + "never.")
  static let canaryFile = ConfigurationKey(
    "canaryFile", .canary, default: "\".health-check\"",
    "The file below the mount that is read.")
  static let canaryMaxBytes = ConfigurationKey(
    "canaryMaxBytes", .integer(1...1_048_576), default: "4096",
    "The most bytes of the canary that are read.")
  static let expect = ConfigurationKey(
    "expect", .text(maximum: 4096),
    "What the canary has to hold; line breaks at the end do not count.")
  static let requireMount = ConfigurationKey(
    "requireMount", .requirement, default: "\"auto\"",
    "What has to be mounted: auto (once seen as a mount point, it must stay that one), true (some "
      + "mount), false (anything), or an object with fsType, source or both.")
  static let minEntries = ConfigurationKey(
    "minEntries", .integer(0...100_000), default: "0",
    "How many entries the mount's directory must have; 0: not asked.")
  static let minFreeBytes = ConfigurationKey(
    "minFreeBytes", .bytes, default: "0",
    "How many bytes must be free: a number, or a text such as 10GiB; 0: not asked.")
  static let minFreePercent = ConfigurationKey(
    "minFreePercent", .number(0...100), default: "0",
    "What part of the file system must be free, in percent; 0: not asked.")
  static let write = ConfigurationKey(
    "write", .flag, default: "false",
    "Whether to write, sync and remove a small file beside the canary.")

  static let name = ConfigurationKey(
    "name", .name, "What people call the mount; unique. Its path where it is not given.")
  static let path = ConfigurationKey(
    "path", .path, isRequired: true,
    "Where the mount is: absolute, or relative to the working directory; unique.")
  static let checkType = ConfigurationKey(
    "checkType", .choice(["canary", "directory"]), default: "\"canary\"",
    "What is probed: a canary file is read, or the mount's directory asked for its attributes.")
  static let httpPort = ConfigurationKey(
    "httpPort", .integer(1...65535), default: "8080", "The port of the HTTP endpoints.")
  static let httpAddress = ConfigurationKey(
    "httpAddress", .text(maximum: 255), default: "\"\"",
    "The IP address that they listen on; empty: all.")
  static let logLevel = ConfigurationKey(
    "logLevel", .choice(Configuration.LogThreshold.allCases.map(\.rawValue)), default: "\"info\"",
    "The least level that is logged.")
  static let logFormat = ConfigurationKey(
    "logFormat", .choice(Configuration.LogForm.allCases.map(\.rawValue)), default: "\"json\"",
    "The form of a log line.")
  static let shutdownTimeout = ConfigurationKey(
    "shutdownTimeout", .duration(.seconds(1)...(.seconds(3600))), default: "30s",
    "How long open HTTP exchanges may take at shutdown, at the most; mountmon itself needs less than "
      + "a second.")
  static let liveness = ConfigurationKey(
    "liveness", .choice(Configuration.Liveness.allCases.map(\.rawValue)), default: "\"engine\"",
    "What /healthz/live tells: engine (mountmon itself works) or mounts (the old meaning: no mount "
      + "is unhealthy).")

  static let fsType = ConfigurationKey(
    "fsType", .text(maximum: 255),
    "The type that must be mounted, as in /proc/self/mountinfo; fuse stands for all its subtypes.")
  static let source = ConfigurationKey(
    "source", .text(maximum: 4096), "The source that must be mounted, as in /proc/self/mountinfo.")

  /// The most mounts that one monitor watches.
  public static let maximumMounts = 1000

  private static let mounts = ConfigurationKey(
    "mounts", .objects(mountKeys, count: 1...maximumMounts), isRequired: true, "What to watch.")
  private static let watchdog = ConfigurationKey(
    "watchdog", .object(watchdogKeys),
    "What is done about an unhealthy mount: repair it, or have the pod replaced.")

  /// The keys that stand at the top for all mounts, and in a mount for that one.
  private static let sharedKeys: [ConfigurationKey] = [
    .checkInterval, .readTimeout, .slowAfter, .failureThreshold, .successThreshold, .startupGrace,
    .flapWindow, .canaryFile, .canaryMaxBytes, .expect, .requireMount, .minEntries, .minFreeBytes,
    .minFreePercent, .write,
  ]

  /// The keys of a mount.
  public static let mountKeys: [ConfigurationKey] =
    [.name, .path, .checkType, .repair] + sharedKeys

  /// The keys of the whole.
  public static let topKeys: [ConfigurationKey] =
    [.mounts] + sharedKeys
    + [.httpPort, .httpAddress, .logLevel, .logFormat, .shutdownTimeout, .liveness, .watchdog]
}
