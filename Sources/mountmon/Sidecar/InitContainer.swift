import MountHealthCore

/// `mountmon sidecar --init-container-mode`: each mount once, then 0 or 1.
struct InitContainer {
  private let configuration: Configuration
  private let log: Log

  init(_ configuration: Configuration, _ log: Log) {
    self.configuration = configuration
    self.log = log
  }

  /// Looks at each mount, all at the same time.
  ///
  /// - Returns: 0 where all are ok, else 1.
  func run() -> Int32 {
    log.info(
      "running in init-container mode",
      ["version": .string(Version.current), "mounts": .int(configuration.mounts.count)])
    let inspection = MountInspection(
      configuration.mounts, prober: .worker(command: ProcessSetup.probeWorker))
    let statuses: [MountStatus]
    do {
      statuses = try inspection.runBlocking { _ in }
    } catch {
      log.error("could not probe", ["error": .string("\(error)")])
      return 1
    }
    var failed = 0
    for status in statuses {
      var fields: LogFields = [
        "name": .string(status.mount.label), "path": .string(status.mount.path.description),
      ]
      if let latency = status.latency { fields.add("duration", .duration(latency)) }
      if status.verdict == .ok {
        log.info("mount check passed", fields)
      } else {
        failed += 1
        fields.add("verdict", .string(status.verdict?.rawValue ?? "unknown"))
        fields.add("error", .string(status.lastError ?? "could not be probed"))
        log.error("mount check failed", fields)
      }
    }
    guard failed == 0 else {
      log.error(
        "one or more mount checks failed",
        ["count": .int(statuses.count), "failed": .int(failed)])
      return 1
    }
    log.info("all mount checks passed", ["count": .int(statuses.count)])
    return 0
  }
}
