import Testing

@testable import MountHealthCore
@testable import StackDrain

/// A pool of some drives, all well unless told otherwise.
struct PoolCase {
  var pool: PoolDescription
  var evidence: PoolEvidence

  init(branches count: Int = 4, minimum: Int = 3) throws {
    let labels = (0..<count).map { "Fast_\($0)" }
    pool = PoolDescription(
      path: try MountPath("/var/mnt/pool"),
      requirement: .matching(fsType: "fuse.mergerfs", source: "mergerfs-pool"),
      branches: try labels.map {
        BranchDescription(label: $0, path: try MountPath("/var/mnt/\($0)"))
      },
      minimumBranches: minimum)
    evidence = PoolEvidence(
      mount: .seen(
        Self.entry("/var/mnt/pool", type: "fuse.mergerfs", from: "mergerfs-pool", minor: 41)),
      probe: .seen(Outcome(.ok)),
      listedBranches: .seen(labels.map { ListedBranch(path: "/var/mnt/\($0)") }),
      freeBytes: .seen(1 << 40))
    for (index, label) in labels.enumerated() {
      let number = DeviceNumber(major: 8, minor: UInt32(16 * index + 1))
      evidence.branches[label] = BranchEvidence(
        device: .seen(number),
        mount: .seen(Self.entry("/var/mnt/\(label)", from: "/dev/sd\(index)", minor: number.minor)),
        probe: .seen(Outcome(.ok)))
    }
  }

  static func entry(
    _ path: String, type: String = "ext4", from source: String, minor: UInt32, major: UInt32 = 8
  ) -> MountEntry {
    MountEntry(
      id: 100 + UInt64(minor), parentID: 1, deviceMajor: major, deviceMinor: minor, root: "/",
      isRootDeleted: false, mountPoint: path, options: [], propagation: .shared, fsType: type,
      source: source, superOptions: [])
  }

  mutating func branch(_ index: Int, _ change: (inout BranchEvidence) -> Void) {
    if var branch = evidence.branches["Fast_\(index)"] {
      change(&branch)
      evidence.branches["Fast_\(index)"] = branch
    }
  }

  var judgement: PoolJudgement { PoolJudgement(pool, by: evidence) }
}

/// A row of the table: what is changed, and what must come of it.
struct PoolRow: CustomTestStringConvertible, Sendable {
  var name: String
  var state: PoolState
  var peril: Peril
  var words: String
  var change: @Sendable (inout PoolCase) -> Void

  init(
    _ name: String, _ state: PoolState, _ peril: Peril, _ words: String,
    _ change: @escaping @Sendable (inout PoolCase) -> Void
  ) {
    (self.name, self.state, self.peril, self.words) = (name, state, peril, words)
    self.change = change
  }

  var testDescription: String { name }
}

@Suite struct `A drive pool` {
  static let rows: [PoolRow] = [
    PoolRow("all is well", .healthy, .none, "") { _ in },
    PoolRow("not mounted", .unmounted, .lost, "/var/mnt/pool: not mounted") {
      $0.evidence.mount = .seen(nil)
    },
    PoolRow("not mounted, and the plain folder answers", .unmounted, .lost, "not mounted") {
      $0.evidence.mount = .seen(nil)
      $0.evidence.probe = .seen(Outcome(.ok))
    },
    PoolRow("something else is mounted", .unmounted, .lost, "ext4 from /dev/sdz is mounted") {
      $0.evidence.mount = .seen(PoolCase.entry("/var/mnt/pool", from: "/dev/sdz", minor: 3))
    },
    PoolRow("another union is mounted", .unmounted, .lost, "expected it from mergerfs-pool") {
      $0.evidence.mount = .seen(
        PoolCase.entry("/var/mnt/pool", type: "fuse.mergerfs", from: "old-pool", minor: 3))
    },
    PoolRow("its daemon was killed, its mount is still there", .stale, .lost, "ENOTCONN") {
      $0.evidence.probe = .seen(Outcome(.dead, "open /var/mnt/pool: ENOTCONN"))
    },
    PoolRow("it hangs", .stale, .unresponsive, "no answer") {
      $0.evidence.probe = .seen(Outcome(.hung, "no answer within 5s"))
    },
    PoolRow("its canary is not there", .stale, .unresponsive, "canary") {
      $0.evidence.probe = .seen(Outcome(.missing, "canary: no such file"))
    },
    PoolRow("it is empty below", .stale, .unresponsive, "entries") {
      $0.evidence.probe = .seen(Outcome(.absent, "0 entries"))
    },
    PoolRow("it answers late", .degraded, .slow, "late") {
      $0.evidence.probe = .seen(Outcome(.slow, "answered late"))
    },
    PoolRow("it is full", .degraded, .limited, "free") {
      $0.evidence.probe = .seen(Outcome(.full, "no bytes free"))
    },
    PoolRow("it takes no writes", .degraded, .scarce, "EROFS") {
      $0.evidence.probe = .seen(Outcome(.readOnly, "write: EROFS"))
    },
    PoolRow("we may not look", .unknown, .none, "EACCES") {
      $0.evidence.probe = .seen(Outcome(.inaccessible, "EACCES"))
    },
    PoolRow("no probe has come back", .unknown, .none, "no probe") {
      $0.evidence.probe = .unseen("no probe has come back")
    },
    PoolRow("the mount table is not to be had", .unknown, .none, "mountinfo") {
      $0.evidence.mount = .unseen("mountinfo was not read")
    },
    PoolRow("it is dead, and the mount table is not to be had", .stale, .lost, "ENOTCONN") {
      $0.evidence.mount = .unseen("mountinfo was not read")
      $0.evidence.probe = .seen(Outcome(.dead, "ENOTCONN"))
    },
    PoolRow("a drive less, of more than enough", .healthy, .none, "") {
      $0.evidence.listedBranches = .seen(
        (1...3).map { ListedBranch(path: "/var/mnt/Fast_\($0)") })
      $0.branch(0) { ($0.device, $0.mount) = (.seen(nil), .seen(nil)) }
    },
    PoolRow("too few drives", .degraded, .scarce, "2 of 4 branches usable, 3 needed") {
      $0.evidence.listedBranches = .unseen("no attribute")
      for index in 0...1 { $0.branch(index) { ($0.device, $0.mount) = (.seen(nil), .seen(nil)) } }
    },
    PoolRow("the bay is gone, the union answers over nothing", .stale, .lost, "none of its 4") {
      for index in 0...3 { $0.branch(index) { ($0.device, $0.mount) = (.seen(nil), .seen(nil)) } }
    },
    PoolRow("labels gone, mounts lingering", .stale, .lost, "none of its 4 branches is there") {
      for index in 0...3 { $0.branch(index) { $0.device = .seen(nil) } }
    },
    PoolRow("one label gone, its mount lingering", .degraded, .limited, "its drive is gone") {
      $0.branch(0) { $0.device = .seen(nil) }
    },
    PoolRow("one drive under the label of another", .degraded, .limited, "the label is on 8:99") {
      $0.branch(0) { $0.device = .seen(DeviceNumber(major: 8, minor: 99)) }
    },
    PoolRow("one branch gives errors", .degraded, .limited, "EIO") {
      $0.branch(0) { $0.probe = .seen(Outcome(.dead, "read canary: EIO")) }
    },
    PoolRow("one branch hangs", .degraded, .limited, "hung") {
      $0.branch(0) { $0.probe = .seen(Outcome(.hung)) }
    },
    PoolRow(
      "a branch is not mounted, its files go to the root disk", .degraded, .limited, "disk below"
    ) {
      $0.branch(0) { $0.mount = .seen(nil) }
    },
    PoolRow("the same, and the folder is sealed", .healthy, .none, "") {
      $0.branch(0) { ($0.mount, $0.isSealed) = (.seen(nil), true) }
    },
    PoolRow("the same, and the union only reads there", .healthy, .none, "") {
      $0.branch(0) { $0.mount = .seen(nil) }
      $0.evidence.listedBranches = .seen(
        (0...3).map {
          ListedBranch(path: "/var/mnt/Fast_\($0)", mode: $0 == 0 ? .noCreate : .readWrite)
        })
    },
    PoolRow("the same, and it is tolerated", .healthy, .none, "") {
      $0.pool.toleratesMisdirection = true
      $0.branch(0) { $0.mount = .seen(nil) }
    },
    PoolRow("mounted drives that the union does not use", .degraded, .scarce, "2 of 4") {
      $0.evidence.listedBranches = .seen((0...1).map { ListedBranch(path: "/var/mnt/Fast_\($0)") })
    },
    PoolRow("branches not judged yet", .unknown, .none, "not judged yet") {
      for index in 0...1 { $0.branch(index) { $0.probe = .unseen("no probe has come back") } }
    },
    PoolRow("one branch not judged yet, of more than enough", .healthy, .none, "") {
      $0.branch(0) { $0.probe = .unseen("no probe has come back") }
    },
    PoolRow("too few even if the others were well", .degraded, .scarce, "1 of 4") {
      $0.evidence.listedBranches = .unseen("no attribute")
      for index in 0...1 { $0.branch(index) { ($0.device, $0.mount) = (.seen(nil), .seen(nil)) } }
      $0.branch(2) { $0.probe = .unseen("no probe has come back") }
    },
    PoolRow("little space", .degraded, .limited, "bytes free") {
      $0.pool.minimumFreeBytes = 1 << 41
    },
    PoolRow("late, and too few drives", .degraded, .scarce, "2 of 4") {
      $0.evidence.probe = .seen(Outcome(.slow, "answered late"))
      $0.evidence.listedBranches = .unseen("no attribute")
      for index in 0...1 { $0.branch(index) { ($0.device, $0.mount) = (.seen(nil), .seen(nil)) } }
    },
    PoolRow("no branches are named", .healthy, .none, "") { $0.pool.branches = [] },
  ]

  @Test(arguments: rows)
  func `is judged by what is seen`(_ row: PoolRow) throws {
    var situation = try PoolCase()
    row.change(&situation)
    let judgement = situation.judgement
    #expect(judgement.state == row.state, "\(judgement.reasons)")
    #expect(judgement.peril == row.peril)
    if row.words.isEmpty {
      #expect(judgement.reasons == [])
    } else {
      #expect(judgement.reasons.first?.contains(row.words) == true, "\(judgement.reasons)")
    }
  }

  @Test func `is healthy with fewer drives than the minimum where it has no more`() throws {
    #expect(try PoolCase(branches: 2).judgement.state == .healthy)
  }

  @Test func `says of a drive that is away that it is`() throws {
    var situation = try PoolCase()
    situation.branch(0) { ($0.device, $0.mount, $0.isSealed) = (.seen(nil), .seen(nil), true) }
    let judgement = situation.judgement
    #expect(judgement.remarks == ["Fast_0: not attached"])
    #expect(judgement.branches.map(\.state) == [.detached, .usable, .usable, .usable])
    #expect(judgement.usableCount == 3)
  }

  @Test func `exits as monitoring scripts expect`() {
    #expect(PoolState.allCases.map(\.exitCode) == [0, 1, 2, 2, 3])
  }
}

@Suite struct `The union's list of branches` {
  @Test func `is read with modes and free space`() {
    #expect(
      ListedBranch.list(reading: "/mnt/a=RW:/mnt/b=NC,50G:/mnt/c=d/=RO:/mnt/e")
        == [
          ListedBranch(path: "/mnt/a"), ListedBranch(path: "/mnt/b", mode: .noCreate),
          ListedBranch(path: "/mnt/c=d", mode: .readOnly), ListedBranch(path: "/mnt/e"),
        ])
  }

  @Test(arguments: ["", ":", "mnt/a=RW", "=RW", "/a\u{0}b"])
  func `is refused where it is none`(_ text: String) {
    #expect(ListedBranch.list(reading: text) == nil)
  }

  @Test func `takes a mode it does not know for the most that may happen`() {
    #expect(ListedBranch.list(reading: "/mnt/a=XX")?.first?.mode == .readWrite)
  }
}
