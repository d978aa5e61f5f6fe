// Watches the mounts named on the command line from inside this program, by a child process that
// does the probing: a mount that hangs can hang the child, and never this program.
//
//   swift run embed-monitor /mnt/movies /mnt/series

import MountHealthCore

@main
struct EmbedMonitor {
  static func main() async throws {
    // This program started itself to probe: that has to come before everything else.
    if CommandLine.arguments.dropFirst().first == "probe-worker" { ProbeWorker.main() }

    let paths = CommandLine.arguments.dropFirst()
    guard !paths.isEmpty else { return print("usage: embed-monitor MOUNT…") }
    let mounts = try paths.map { path in
      Mount(path: try MountPath(path), probe: Probe(.directory), interval: .seconds(2))
    }
    let monitor = try MountMonitor(
      mounts: mounts, prober: .worker(command: ["/proc/self/exe", "probe-worker"]))
    async let watching: Void = monitor.run()

    // `statuses()` answers at any time, from any thread, whatever the mounts do.
    for _ in 0..<3 {
      try await Task.sleep(for: .seconds(1))
      for status in monitor.statuses() {
        print(status.mount.label, status.health, status.lastError ?? "nothing wrong")
      }
    }
    monitor.stop()
    try await watching
  }
}
