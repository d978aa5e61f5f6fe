import Testing

@testable import MountHealthCore

private let root = "1 0 /"
private let rclone = "2 1 /mnt/a fuse.rclone debrid:"

/// A healthy mount at `/mnt/a`, number 2, whose next round is far away.
private func settled(_ requirement: MountRequirement = .remembered) throws -> EngineBench {
  var bench = EngineBench([try .sample { $0.requirement = requirement }]) { _ in
    .good(at: "/mnt/a", on: 2)
  }
  bench.send(.table(.of(root, rclone)))
  bench.run(for: .seconds(1))
  #expect(try bench.status().health == .healthy)
  bench.reply = { _ in nil }
  return bench
}

@Suite struct `A vanished mount` {
  /// The fault of its predecessor: the empty directory below counted as healthy.
  @Test(
    arguments: [
      .remembered, .mountPoint, .matching(fsType: "fuse", source: nil),
    ] as [MountRequirement])
  func `is known from the table alone`(requirement: MountRequirement) throws {
    var bench = try settled(requirement)
    let launches = bench.launches.count
    bench.send(.table(.of(root)))
    let change = try #require(bench.changes.last?.change)
    #expect(change.verdict == .absent)
    #expect(change.health == .degraded)
    #expect(change.explanation?.hasPrefix("/mnt/a: not a mount point") == true)
    #expect(bench.launches.count == launches)
    #expect(try bench.status().isMountPoint == false)
  }

  @Test func `is looked at where nothing has to be mounted`() throws {
    var bench = try settled(.none)
    bench.reply = { _ in .good(at: "/mnt/a", on: 1) }
    bench.send(.table(.of(root)))
    bench.run(for: .seconds(1))
    #expect(bench.launches.count == 2)
    #expect(try bench.status().health == .healthy)
  }

  @Test func `stays absent at each look`() throws {
    var bench = try settled()
    bench.reply = { _ in .good(at: "/mnt/a", on: 1) }
    bench.send(.table(.of(root)))
    bench.run(for: .seconds(1000))
    let status = try bench.status()
    #expect(status.verdict == .absent)
    #expect(status.health == .unhealthy)
    #expect(
      status.lastError == "/mnt/a: not a mount point, expected fuse.rclone from debrid:")
  }

  @Test func `is healthy when it is mounted again`() throws {
    var bench = try settled()
    bench.send(.table(.of(root)))
    bench.reply = { _ in .good(at: "/mnt/a", on: 9) }
    bench.send(.table(.of(root, "9 1 /mnt/a fuse.rclone debrid:")))
    bench.run(for: .milliseconds(100))
    #expect(try bench.status().health == .healthy)
    #expect(try bench.status().entry?.id == 9)
  }

  @Test func `is known also while a probe is out`() throws {
    var bench = try settled()
    bench.run(for: .seconds(305))
    #expect(bench.isOut())
    bench.send(.table(.of(root)))
    #expect(try bench.status().verdict == .absent)
  }

  @Test func `hidden below another one is absent`() throws {
    var bench = try settled()
    bench.send(.table(.of(root, rclone, "3 1 /mnt tmpfs tmpfs")))
    #expect(try bench.status().verdict == .absent)
  }

  /// An autofs mount is unmounted when it is idle, and mounted by looking at it.
  @Test(arguments: ["3 1 /mnt/a autofs /etc/auto.direct", "3 1 /mnt autofs /etc/auto.mnt"])
  func `below autofs is looked at first`(trigger: String) throws {
    var bench = try settled()
    bench.send(.table(.of(root, trigger)))
    #expect(try bench.status().health == .healthy)
    #expect(bench.isOut())
  }

  @Test func `is told once`() throws {
    var bench = try settled()
    let count = bench.changes.count
    bench.send(.table(.of(root)))
    bench.send(.table(.of(root)))
    bench.send(.table(.of(root, "5 1 /elsewhere")))
    #expect(bench.changes.count == count + 1)
  }
}

@Suite struct `A replaced mount` {
  @Test func `of the same kind gets another look`() throws {
    var bench = try settled()
    bench.reply = { _ in .good(at: "/mnt/a", on: 8) }
    bench.send(.table(.of(root, "8 1 /mnt/a fuse.rclone debrid:")))
    #expect(bench.launches.count == 2)
    bench.run(for: .milliseconds(100))
    #expect(try bench.status().health == .healthy)
    #expect(bench.changes.count == 1)
  }

  @Test func `of another kind is absent`() throws {
    var bench = try settled()
    bench.send(.table(.of(root, "8 1 /mnt/a tmpfs tmpfs")))
    #expect(try bench.status().verdict == .absent)
    #expect(
      try bench.status().lastError
        == "/mnt/a: tmpfs from tmpfs is mounted, expected fuse.rclone from debrid:")
  }

  @Test func `of another kind will do for a mere mount point`() throws {
    var bench = try settled(.mountPoint)
    bench.reply = { _ in .good(at: "/mnt/a", on: 8) }
    bench.send(.table(.of(root, "8 1 /mnt/a tmpfs tmpfs")))
    bench.run(for: .milliseconds(100))
    #expect(try bench.status().health == .healthy)
  }
}

@Suite struct `A requirement at the first look` {
  @Test func `is not met by a directory`() throws {
    var bench = EngineBench([try .sample { $0.requirement = .mountPoint }]) { _ in
      .good(at: "/mnt/a", on: 1)
    }
    bench.send(.table(.of(root)))
    bench.run(for: .seconds(1))
    #expect(try bench.status().verdict == .absent)
    #expect(try bench.status().lastError == "/mnt/a: not a mount point")
  }

  @Test func `says nothing of the path before a probe has followed it`() throws {
    var bench = EngineBench([try .sample { $0.requirement = .mountPoint }])
    bench.send(.table(.of(root)))
    #expect(bench.changes.isEmpty)
    #expect(try bench.status().isMountPoint == nil)
  }

  @Test func `gives way to an errno that tells more`() throws {
    var bench = EngineBench([try .sample { $0.requirement = .mountPoint }], reply: { _ in .dead })
    bench.send(.table(.of(root, rclone)))
    bench.run(for: .milliseconds(500))
    #expect(try bench.status().verdict == .dead)
  }

  @Test func `comes before what was found in the directory below`() throws {
    var bench = try settled()
    bench.reply = { _ in
      ProbeReport(
        finding: .failed(.lookup, .noEntry), sighting: MountSighting(path: "/mnt/a", mountID: 1),
        latency: .milliseconds(1))
    }
    bench.send(.table(.of(root)))
    bench.run(for: .seconds(3))
    #expect(try bench.status().verdict == .absent)
  }

  @Test func `mount made where nobody could look yet gets a look`() throws {
    var bench = EngineBench([try .sample()]) { _ in
      ProbeReport(finding: .failed(.resolve, .noEntry), latency: .milliseconds(1))
    }
    bench.send(.table(.of(root)))
    bench.run(for: .milliseconds(100))
    bench.reply = { _ in .good(at: "/mnt/a", on: 2) }
    bench.send(.table(.of(root, rclone)))
    bench.run(for: .milliseconds(100))
    #expect(try bench.status().health == .healthy)
  }
}

@Suite struct `A sighting` {
  @Test func `on a mount that the table does not have asks for the table and another look`() throws
  {
    var bench = EngineBench([try .sample()]) { _ in .good(at: "/mnt/a", on: 2) }
    bench.send(.table(.of(root)))
    bench.run(for: .milliseconds(50))
    #expect(bench.others == [.readTable])
    #expect(bench.changes.isEmpty)
    bench.send(.table(.of(root, rclone)))
    bench.run(for: .milliseconds(200))
    #expect(bench.launches.count == 2)
    #expect(try bench.status().health == .healthy)
    #expect(try bench.status().entry?.id == 2)
  }

  /// In a chroot the mount that the path is on is in no line of mountinfo.
  @Test func `on a mount that no table ever has is believed in the end`() throws {
    var bench = EngineBench([try .sample()]) { _ in .good(at: "/mnt/a", on: 99) }
    bench.tableOnDemand = .of("20 7 /proc")
    bench.send(.table(.of("20 7 /proc")))
    bench.run(for: .seconds(2))
    #expect(try bench.status().health == .healthy)
    #expect(try bench.status().entry == nil)
    #expect(bench.launches.count < 10)
    let launches = bench.launches.count
    bench.run(for: .seconds(600))
    #expect(try bench.status().health == .healthy)
    #expect(bench.launches.count - launches < 20)
  }

  @Test func `of a linked path follows the mount behind it`() throws {
    var bench = EngineBench([try .sample("/srv/link")]) { _ in .good(at: "/mnt/a", on: 2) }
    bench.send(.table(.of(root, rclone)))
    bench.run(for: .seconds(1))
    #expect(try bench.status().isMountPoint == true)
    bench.send(.table(.of(root)))
    #expect(try bench.status().verdict == .absent)
    #expect(
      try bench.status().lastError
        == "/srv/link: not a mount point, expected fuse.rclone from debrid:")
  }

  @Test func `without a number is looked up by its path`() throws {
    var bench = EngineBench([try .sample()]) { _ in .good(at: "/mnt/a", on: 0) }
    bench.send(.table(.of(root, rclone)))
    bench.run(for: .seconds(1))
    #expect(try bench.status().entry?.id == 2)
    #expect(try bench.status().isMountPoint == true)
  }

  @Test func `below a mount point is on that mount, and need not be one`() throws {
    var bench = EngineBench([try .sample("/mnt/a/sub")]) { _ in .good(at: "/mnt/a/sub", on: 2) }
    bench.send(.table(.of(root, rclone)))
    bench.run(for: .seconds(1))
    #expect(try bench.status().health == .healthy)
    #expect(try bench.status().entry?.id == 2)
    #expect(try bench.status().isMountPoint == false)
  }
}
