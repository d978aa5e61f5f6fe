import JSONValue
import MountHealthCore
import Testing

@testable import StackDrain

private func container(
  _ name: String, needs: String = "", mounts: [String] = ["/var/mnt/pool/media"],
  state: ContainerSnapshot.State = .running, role: String? = nil, dead: Bool? = nil
) -> ContainerSnapshot {
  var labels = [
    "com.docker.compose.project": "media", "com.docker.compose.service": name,
    "com.docker.compose.depends_on": needs,
  ]
  labels[ContainerSnapshot.roleLabel] = role
  return ContainerSnapshot(
    name: name, state: state, mountSources: mounts, labels: labels, startedAt: "t1",
    showsDeadMount: dead)
}

private func stack() throws -> StackDescription {
  StackDescription(
    clients: [
      ClientDescription(
        try #require(Target(.client, "sabnzbd")), role: .download, container: "sab",
        forgetsPauses: true),
      ClientDescription(try #require(Target(.client, "tdarr")), role: .processing),
    ],
    users: PoolUsers(paths: [try MountPath("/var/mnt/pool"), try MountPath("/var/mnt/Fast_1")]),
    portableProjects: [try #require(Target(.project, "reading"))])
}

private let containers = [
  container("db"), container("plex", needs: "db:service_healthy:false"),
  container("sab", needs: "plex"), container("sonarr", role: "producer"),
  container("komga", mounts: ["/srv/books"]), container("old", state: .exited),
]

@Suite struct `A plan` {
  private func drain(isGone: Bool) throws -> DrainPlan {
    DrainPlan(
      draining: try stack(), seen: StackSnapshot(containers: containers), owing: [:],
      isGone: isGone, asksSilent: true, by: PlanPolicy(), because: "the pool hangs")
  }

  private func shape(_ plan: some StagedPlan) -> [String] {
    plan.stages.map { stage in
      "\(stage.purpose.rawValue): "
        + stage.steps.map {
          "\($0.number)\($0.after.isEmpty ? "" : "<\($0.after)") \($0.move) \($0.target.name)"
        }
        .joined(separator: ", ")
    }
  }

  @Test func `of a drain stops producers, pauses, waits, and stops what needs others first`() throws
  {
    #expect(
      try shape(drain(isGone: false)) == [
        "producers: 1 stop sonarr", "downloads: 2 pause sabnzbd", "processing: 3 pause tdarr",
        "settle: 4 settle stack", "containers: 5<[6] stop db, 6<[7] stop plex, 7 stop sab",
        "kill: 8 kill db, 9 kill plex, 10 kill sab, 11 kill sonarr", "portable: 12 launch reading",
        "verify: 13 verify stack",
      ])
  }

  @Test func `of a fence waits for nothing but a client that can still speak`() throws {
    let plan = try drain(isGone: true)
    #expect(
      shape(plan).first
        == "fence: 1 pause sabnzbd, 2 pause tdarr, 3 stop db, 4 stop plex, 5<[1] stop sab, 6 stop sonarr"
    )
    #expect(!plan.stages.contains { $0.purpose == .settle })
  }

  @Test func `is the same after it was written as JSON and read`() throws {
    let plan = try drain(isGone: false)
    #expect(try JSONValue(parsing: plan.json().bytes()).decode(DrainPlan.self) == plan)
    #expect(try plan.json()["stages"]?[0]?["steps"]?[0]?["deadline"] == "50s")
  }

  @Test func `is printed with a line for each step`() throws {
    let text = try drain(isGone: false).text
    #expect(text.hasPrefix("the pool hangs\n1. stop what makes work for others\n"))
    #expect(
      text.contains(
        "   7  stop container:sab (30s to end by itself), at most 50s: mounts /var/mnt/pool/media"))
  }

  @Test func `is empty where nothing of the stack runs`() throws {
    let debts = [try #require(Target(.project, "reading")): Debt(retires: true)]
    let plan = DrainPlan(
      draining: try stack(), seen: StackSnapshot(containers: [containers[5]]), owing: debts,
      isGone: true, asksSilent: false, by: PlanPolicy(), because: "gone")
    #expect(plan.isEmpty && plan.text == "nothing to do: gone")
  }

  @Test func `of a resume starts what is owed in order, and restarts what shows a dead mount`()
    throws
  {
    var debts: [Target: Debt] = [:]
    for name in ["plex", "db"] {
      debts[try #require(Target(.container, name))] = Debt(revives: [TargetState.whole])
    }
    debts[try #require(Target(.client, "tdarr"))] = Debt(revives: ["node"])
    debts[try #require(Target(.project, "reading"))] = Debt(retires: true)
    var seen = containers
    seen[2] = container("sab", dead: true)
    let plan = ResumePlan(
      resuming: try stack(), seen: StackSnapshot(containers: seen), owing: debts,
      launchesFull: false, by: PlanPolicy(), because: "the pool is healthy")
    #expect(
      shape(plan) == [
        "retire: 1 retire reading", "hush: 2 pause sabnzbd", "remount: 3 restart sab",
        "start: 4 start db, 5<[4] start plex", "clients: 6 resume tdarr",
        "verify: 7 verify stack",
      ])
    #expect(plan.isUpgrade)
  }
}

@Suite struct `A container` {
  private func uses(_ sources: [String], _ change: (inout PoolUsers) -> Void = { _ in }) throws
    -> Bool
  {
    var users = try stack().users
    change(&users)
    return users.reason(for: container("plex", mounts: sources)) != nil
  }

  @Test func `uses the pool by a mount on it, on a branch, or on a folder above`() throws {
    for source in [
      "/var/mnt/pool", "/var/mnt/pool/media", "/var/mnt/Fast_1/x", "/var/mnt", "/var/mnt/pool/",
    ] { #expect(try uses([source]), "\(source)") }
    for source in ["/", "/var/mnt/pool2", "/srv", "volume"] {
      #expect(try !uses([source]), "\(source)")
    }
  }

  @Test func `uses the pool by its project or label, unless it is an exception`() throws {
    #expect(try uses([]) { $0.projects = ["media"] })
    #expect(try uses([]) { $0.labels = ["com.docker.compose.service": "plex"] })
    #expect(try !uses([]) { $0.labels = ["com.docker.compose.service": "other"] })
    #expect(try !uses(["/var/mnt/pool"]) { $0.exceptions = ["plex"] })
  }

  @Test func `waits for nothing in a circle`() {
    let order = DependencyOrder([
      container("a", needs: "b"), container("b", needs: "c"), container("c", needs: "a"),
      container("d", needs: "d,missing"),
    ])
    #expect(order.needs["d"] == [])
    #expect(order.needs.values.reduce(0) { $0 + $1.count } == 2)
  }
}
