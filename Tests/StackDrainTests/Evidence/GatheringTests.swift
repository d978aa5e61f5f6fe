import Testing

@testable import MountHealthCore
@testable import StackDrain

/// The evidence of the sample pool, from these statuses.
private func gather(
  _ statuses: MountStatus..., tableFault: String? = nil, labels: LabelReading = [:]
) throws -> PoolEvidence {
  PoolEvidence(
    of: try PoolCase().pool, statuses: statuses, tableFault: tableFault, labels: labels)
}

private func isUnseen<Value>(_ seen: Seen<Value>, _ words: String) -> Bool {
  guard case .unseen(let text) = seen else { return false }
  return text.contains(words)
}

@Suite struct `Evidence of a pool` {
  @Test func `is that of its mount, probe, list and space`() throws {
    let evidence = try gather(
      .of("/var/mnt/pool", on: 7) { status in
        status.details = ProbeDetails(
          space: MountSpace(free: 5, total: 9), attribute: .value(Array("/a=RW:/b=NC,4G".utf8)))
        status.latency = .milliseconds(3)
      })
    #expect(evidence.mount.value??.id == 7)
    #expect(evidence.probe == .seen(Outcome(.ok, latency: .milliseconds(3))))
    #expect(
      evidence.listedBranches
        == .seen([ListedBranch(path: "/a"), ListedBranch(path: "/b", mode: .noCreate)]))
    #expect(evidence.freeBytes == .seen(5))
  }

  @Test func `says nothing while the mount table says nothing`() throws {
    let evidence = try gather(.of("/var/mnt/pool", on: 7), tableFault: "no table")
    #expect(evidence.mount == .unseen("no table"))
    #expect(evidence.probe == .seen(Outcome(.ok)))
  }

  @Test func `has no mount where the path leads to the disk below`() throws {
    let evidence = try gather(
      .of("/var/mnt/pool", on: 1) { $0.isMountPoint = false })
    #expect(evidence.mount == .seen(nil))
  }

  /// The path's text alone does not tell: it may be a link, and the probe that follows it may hang.
  @Test func `says nothing of the mount before a probe has followed the path`() throws {
    func status(_ verdict: Verdict?) throws -> MountStatus {
      try .of("/var/mnt/pool", on: 1, verdict: verdict) {
        $0.entry = nil
        $0.isMountPoint = nil
        $0.seenOn = nil
      }
    }
    #expect(isUnseen(try gather(status(nil)).mount, "where the path leads"))
    #expect(isUnseen(try gather(status(.hung)).mount, "where the path leads"))
    #expect(try gather(status(.hung)).probe.value?.verdict == .hung)
    // There is no such path, so nothing is mounted there.
    #expect(try gather(status(.absent)).mount == .seen(nil))
  }

  @Test func `does not take what was seen of another mount for this one's`() throws {
    let evidence = try gather(
      .of("/var/mnt/pool", on: 8) { status in
        status.seenOn = 7
        status.details = ProbeDetails(attribute: .value(Array("/a".utf8)))
      })
    #expect(isUnseen(evidence.probe, "since it was mounted"))
    #expect(isUnseen(evidence.listedBranches, "was not read"))
  }

  @Test func `says why nothing was seen`() throws {
    let evidence = try gather(
      .of("/var/mnt/pool", on: 7, verdict: nil) { $0.lastError = "no worker" })
    #expect(evidence.probe == .unseen("no worker"))
  }

  @Test func `says why the union's list cannot be read`() throws {
    func list(_ value: AttributeValue) throws -> Seen<[ListedBranch]> {
      try gather(
        .of("/var/mnt/pool", on: 7) { $0.details = ProbeDetails(attribute: value) }
      ).listedBranches
    }
    #expect(isUnseen(try list(.unreadable(ErrorNumber(rawValue: 61))), "ENODATA"))
    #expect(isUnseen(try list(.unreadable(ErrorNumber(rawValue: 34))), "ERANGE"))
    #expect(isUnseen(try list(.value([])), "no sense"))
    #expect(isUnseen(try list(.value(Array("relative=RW".utf8))), "no sense"))
  }
}

@Suite struct `Evidence of a branch` {
  private let device = DeviceNumber(major: 8, minor: 17)

  private func branch(
    _ labels: Seen<DeviceNumber?>, _ status: MountStatus
  ) throws -> BranchEvidence {
    try #require(try gather(status, labels: ["Fast_1": labels]).branches["Fast_1"])
  }

  @Test func `is that of its label, mount and probe`() throws {
    let evidence = try branch(
      .seen(device), .of("/var/mnt/Fast_1", on: 9, major: 8, minor: 17))
    #expect(evidence.device == .seen(device))
    #expect(evidence.mount.value??.id == 9)
    #expect(evidence.probe == .seen(Outcome(.ok)))
  }

  /// btrfs numbers its files by a device that is none.
  @Test func `accuses no file system that hides its drive's number`() throws {
    let status = try MountStatus.of("/var/mnt/Fast_1", on: 9, major: 0, minor: 55)
    #expect(try branch(.seen(device), status).device == .seen(DeviceNumber(major: 0, minor: 55)))
    #expect(try branch(.seen(nil), status).device == .seen(nil))
  }

  @Test func `is sealed only where the folder itself was seen`() throws {
    func isSealed(_ change: (inout MountStatus) -> Void) throws -> Bool {
      try branch(
        .seen(nil),
        .of("/var/mnt/Fast_1", on: 1) { status in
          status.isMountPoint = false
          status.details = ProbeDetails(isSealed: true)
          change(&status)
        }
      ).isSealed
    }
    #expect(try isSealed { _ in })
    #expect(try !isSealed { $0.details = ProbeDetails(isSealed: false) })
    #expect(try !isSealed { $0.details = nil })
    // The drive's own directory was sealed, and the drive is gone.
    #expect(try !isSealed { $0.seenOn = 2 })
    #expect(try !isSealed { $0.isMountPoint = true })
  }
}

@Suite struct `The mounts that a pool's monitor watches` {
  @Test func `are the pool and its branches, whatever is mounted there`() throws {
    let pool = try PoolCase().pool
    var probing = ProbingSettings(
      interval: .seconds(20), timeout: .seconds(3), slowAfter: .seconds(1))
    var mounts = pool.mounts(probing)
    #expect(mounts.map(\.path) == [pool.path] + pool.branches.map(\.path))
    #expect(mounts.allSatisfy { $0.requirement == .none && $0.timeout == .seconds(3) })
    #expect(mounts[0].probe.target == .directory && mounts[0].probe.minimumEntries == 1)
    #expect(mounts[0].probe.wishes.attribute?.name == "user.mergerfs.branches")
    #expect(mounts[1].probe == Probe(.directory, wishes: ProbeWishes(seal: true)))
    probing.canary = try CanaryPath(".alive")
    probing.expectation = "yes"
    probing.writes = true
    probing.branchCanary = try CanaryPath(".disk")
    mounts = pool.mounts(probing)
    #expect(mounts[0].probe.target == .canary(try CanaryPath(".alive")))
    #expect(mounts[0].probe.minimumEntries == 0 && mounts[0].probe.expectation == "yes")
    #expect(mounts.map(\.probe.writes) == [true, false, false, false, false])
    #expect(mounts[1].probe.target == .canary(try CanaryPath(".disk")))
    #expect(mounts[1].probe.expectation == nil)
  }
}
