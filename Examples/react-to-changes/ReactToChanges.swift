// Reacts to what happens to a mount, as an asynchronous sequence: here it makes a folder of its own,
// takes its canary away, puts it back, and prints the changes as they come.
//
//   swift run react-to-changes

import Foundation
import MountHealthCore

@main
struct ReactToChanges {
  static func main() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "react-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let canary = folder.appending(path: ".health-check")
    try Data("ok\n".utf8).write(to: canary)

    let mount = Mount(
      name: MountName("demo"), path: try MountPath(folder.path()),
      probe: Probe(.canary(try CanaryPath(".health-check"))), interval: .seconds(1),
      policy: HealthPolicy(failureThreshold: 2))
    let monitor = try MountMonitor(mounts: [mount])
    // Asked for before the monitor runs, so that no change is missed.
    let changes = monitor.changes()
    async let watching: Void = monitor.run()

    for await change in changes {
      print(change.label, change.previous, "→", change.health, change.explanation ?? "")
      switch change.health {
      case .healthy where change.isRecovery:
        monitor.stop()
      case .healthy:
        try FileManager.default.removeItem(at: canary)
      case .unhealthy:
        try Data("ok\n".utf8).write(to: canary)
      case .degraded, .unknown:
        break
      }
    }
    try await watching
  }
}
