// What would be stopped, and in which order, if the drive pool went now? A plan is made of values
// alone: no container engine is asked, and nothing is stopped.
//
//   swift run plan-drain

import MountHealthCore
import StackDrain

@main
struct PlanDrain {
  static func main() throws {
    guard let sabnzbd = Target(.client, "sabnzbd") else { return }
    let pool = try MountPath("/mnt/pool")
    let stack = StackDescription(
      clients: [ClientDescription(sabnzbd, role: .download, container: "sabnzbd")],
      users: PoolUsers(paths: [pool]))

    // What the container engine and the client would tell; here it is written down.
    let seen = StackSnapshot(
      containers: [
        container("db", mounts: ["/mnt/pool/db"]),
        container("plex", mounts: ["/mnt/pool/media"], needs: "db"),
        container("sabnzbd", mounts: ["/mnt/pool/downloads"]),
        container("proxy", mounts: ["/etc/proxy"]),
      ],
      clients: [sabnzbd: .whole(runs: true)])

    for isGone in [false, true] {
      let plan = DrainPlan(
        draining: stack, seen: seen, owing: [:], isGone: isGone, asksSilent: false,
        by: PlanPolicy(), because: isGone ? "the pool is gone" : "a person asked")
      print(plan.text)
    }
  }

  static func container(
    _ name: String, mounts: [String], needs: String = ""
  ) -> ContainerSnapshot {
    ContainerSnapshot(
      name: name, state: .running, mountSources: mounts,
      labels: [ContainerSnapshot.dependsOnLabel: needs])
  }
}
