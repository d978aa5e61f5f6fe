// Looks once at a mount and says what was seen: a canary file is read, past caches, and its content
// compared.
//
//   echo ok > /mnt/movies/.health-check
//   swift run probe-once /mnt/movies

import MountHealthCore

@main
struct ProbeOnce {
  static func main() async throws {
    guard let path = CommandLine.arguments.dropFirst().first else {
      return print("usage: probe-once MOUNT")
    }
    let mount = Mount(
      path: try MountPath(path),
      probe: Probe(.canary(try CanaryPath(".health-check")), expectation: "ok"),
      timeout: .seconds(2))
    for status in try await MountInspection([mount]).run() {
      // No verdict means that nothing could be found out, which is not the same as a bad one.
      print(status.verdict?.rawValue ?? "unknown", status.lastError ?? "")
    }
  }
}
