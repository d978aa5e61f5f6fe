extension ConfigurationKey {
  static let isEnabled = ConfigurationKey(
    "enabled", .flag, default: "false", "Whether the watchdog acts at all.")
  static let restartDelay = ConfigurationKey(
    "restartDelay", .duration(.zero ... .seconds(86400)), default: "0s",
    "How long a mount stays unhealthy before the watchdog acts.")
  static let maxRetries = ConfigurationKey(
    "maxRetries", .integer(1...1000), default: "3",
    "How often a call to the API server is tried in a row; after that comes a longer pause, and then "
      + "the next row.")
  static let retryBackoffInitial = ConfigurationKey(
    "retryBackoffInitial", .duration(.milliseconds(1)...(.seconds(3600))), default: "100ms",
    "The pause after the first failed try.")
  static let retryBackoffMax = ConfigurationKey(
    "retryBackoffMax", .duration(.milliseconds(1)...(.seconds(86400))), default: "10s",
    "The longest pause between tries; not less than retryBackoffInitial.")
  static let strategy = ConfigurationKey(
    "strategy", .choice(WatchdogSettings.Strategy.allCases.map(\.rawValue)), default: "\"evict\"",
    "How the pod is replaced: evict (an eviction, which a PodDisruptionBudget may refuse), delete (an "
      + "eviction, and a deletion where that is refused), or exit (mountmon ends with exit code 86, "
      + "for pods whose restart policy restarts all containers on it).")
  static let concurrency = ConfigurationKey(
    "concurrency", .integer(1...32), default: "1",
    "How many pods of the workload the watchdog may have down at once.")
  static let replacementDeadline = ConfigurationKey(
    "replacementDeadline", .duration(.seconds(60)...(.seconds(86400))), default: "15m",
    "How long a replacement may take to become healthy before it no longer keeps other pods waiting."
  )
  static let isDryRun = ConfigurationKey(
    "dryRun", .flag, default: "false",
    "Whether the watchdog goes as far as a dry run of the eviction, and only tells what it would do."
  )

  /// The keys of `watchdog.budget`.
  public static let budgetKeys: [ConfigurationKey] = [
    .budgetRestarts, .budgetWindow, .budgetSpacing,
  ]
  static let budgetRestarts = ConfigurationKey(
    "restarts", .integer(1...100), default: "3",
    "The most restarts of the workload, over all its replicas, within the time of per.")
  static let budgetWindow = ConfigurationKey(
    "per", .duration(.seconds(60)...(.seconds(604_800))), default: "1h",
    "The time that is looked at.")
  static let budgetSpacing = ConfigurationKey(
    "spacing", .duration(.zero ... .seconds(86400)), default: "5m",
    "The least time between two restarts; it doubles with each further one within the time of per.")
  static let budget = ConfigurationKey(
    "budget", .object(budgetKeys), "How many restarts the workload may have.")

  /// The keys of `watchdog.upstream`.
  public static let upstreamKeys: [ConfigurationKey] = [
    .upstreamURL, .upstreamInterval, .upstreamTimeout, .authorityFile,
  ]
  static let upstreamURL = ConfigurationKey(
    "url", .url(ServiceURL.Scheme.allCases), isRequired: true,
    "Where it is. With tcp it is up when it takes a connection; with http and https, when it answers "
      + "with a status below 500 other than 429.")
  static let upstreamInterval = ConfigurationKey(
    "interval", .duration(.seconds(1)...(.seconds(3600))), default: "30s",
    "How often it is asked while a restart waits for it.")
  static let upstreamTimeout = ConfigurationKey(
    "timeout", .duration(.milliseconds(100)...(.seconds(300))), default: "5s",
    "How long an answer may take.")
  static let authorityFile = ConfigurationKey(
    "caFile", .text(maximum: 4096),
    "The file with the certificates (PEM) that the server's is checked against. Where it is not "
      + "given, an upstream's is not checked, and a repair's against those of the system.")
  static let upstream = ConfigurationKey(
    "upstream", .textOrObject(.upstreamURL, upstreamKeys),
    "The provider of the mounts: while it is down, no pod is replaced.")

  /// The keys of `repair`.
  public static let repairKeys: [ConfigurationKey] = [
    .repairURL, .repairMethod, .repairHeaders, .repairBody, .authorizationFile, .authorityFile,
    .repairCommand, .repairTimeout, .repairAttempts, .repairSettle,
  ]
  static let repairURL = ConfigurationKey(
    "url", .url([.http, .https]), "Where a request goes, such as rclone's remote control.")
  static let repairMethod = ConfigurationKey(
    "method", .choice(["GET", "POST", "PUT", "PATCH", "DELETE"]), default: "\"POST\"",
    "The method of the request.")
  static let repairHeaders = ConfigurationKey(
    "headers", .fields(count: 0...32), "The fields of the request, by name.")
  static let repairBody = ConfigurationKey(
    "body", .text(maximum: 16384),
    "The body of the request; {path} and {name} stand for the mount's, escaped as in a JSON text.")
  static let authorizationFile = ConfigurationKey(
    "authorizationFile", .text(maximum: 4096),
    "The file that holds the value of the field Authorization.")
  static let repairCommand = ConfigurationKey(
    "command", .texts(count: 1...64),
    "A program by its absolute path, and its arguments; {path} and {name} stand for the mount's. In "
      + "place of url.")
  static let repairTimeout = ConfigurationKey(
    "timeout", .duration(.milliseconds(100)...(.seconds(600))), default: "10s",
    "How long the request or the program may take.")
  static let repairAttempts = ConfigurationKey(
    "attempts", .integer(1...10), default: "1", "How often it is tried in one outage.")
  static let repairSettle = ConfigurationKey(
    "settle", .duration(.zero ... .seconds(3600)), default: "30s",
    "How long the mount may take to become healthy after it; checkInterval and readTimeout together at "
      + "the least.")
  static let repair = ConfigurationKey(
    "repair", .object(repairKeys),
    "What is tried before the pod is replaced: a request or a program.")

  /// The keys of the watchdog.
  public static let watchdogKeys: [ConfigurationKey] = [
    .isEnabled, .strategy, .restartDelay, .maxRetries, .retryBackoffInitial, .retryBackoffMax,
    .budget, .concurrency, .replacementDeadline, .upstream, .repair, .isDryRun,
  ]
}
