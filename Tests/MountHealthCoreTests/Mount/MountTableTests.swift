import Pacing
import Testing

@testable import MountHealthCore

@Suite struct `A walk through the mounts` {
  @Test func `ends in the deepest mount above a path`() {
    let table = MountTable.of("1 0 /", "2 1 /mnt", "3 2 /mnt/a", "4 1 /srv")
    #expect(table.mount(containing: "/etc/passwd")?.id == 1)
    #expect(table.mount(containing: "/mnt/b/c")?.id == 2)
    #expect(table.mount(containing: "/mnt/a/c")?.id == 3)
    #expect(table.mount(containing: "/srv")?.id == 4)
    #expect(table.mount(containing: "/")?.id == 1)
  }

  @Test func `is not taken in by a common prefix`() {
    let table = MountTable.of("1 0 /", "2 1 /mnt/a")
    #expect(table.mount(containing: "/mnt/ab")?.id == 1)
    #expect(table.mount(containing: "/mnt/a")?.id == 2)
    #expect(table.mount(containing: "/mnt/a/b")?.id == 2)
    #expect(table.mount(containing: "/mnt")?.id == 1)
  }

  @Test func `finds the mount on top of another at the same point`() {
    // The kernel makes the second mount a child of the first.
    let table = MountTable.of("1 0 /", "2 1 /mnt/a", "3 2 /mnt/a")
    #expect(table.mount(at: "/mnt/a")?.id == 3)
    // Tucked beneath by propagation, both have the same parent: the later one is on top.
    let siblings = MountTable.of("1 0 /", "2 1 /mnt/a", "3 1 /mnt/a")
    #expect(siblings.mount(at: "/mnt/a")?.id == 3)
  }

  @Test func `does not find a mount hidden below a later one`() {
    let table = MountTable.of("1 0 /", "2 1 /mnt/a", "3 1 /mnt")
    #expect(table.mount(containing: "/mnt/a")?.id == 3)
    #expect(table.mount(at: "/mnt/a") == nil)
    #expect(table.mount(at: "/mnt")?.id == 3)
  }

  @Test func `finds a mount made again on top of the one that hides it`() {
    let table = MountTable.of("1 0 /", "2 1 /mnt/a", "3 1 /mnt", "4 3 /mnt/a")
    #expect(table.mount(at: "/mnt/a")?.id == 4)
  }

  @Test func `steps onto a mount over the root`() {
    let table = MountTable.of("1 0 /", "2 1 /", "3 1 /mnt", "4 2 /mnt")
    #expect(table.mount(at: "/")?.id == 2)
    #expect(table.mount(at: "/mnt")?.id == 4)
  }

  @Test func `ends where a look at every mount in turn ends`() {
    var numbers = SeededGenerator(seed: 7)
    let names = ["/", "/a", "/a/b", "/a/bc", "/a/b/c", "/ab", "/b", "/é"]
    for _ in 0..<2000 {
      let rows = (1...Int.random(in: 1...8, using: &numbers)).map { id in
        "\(id) \(Int.random(in: 0...8, using: &numbers)) \(names.randomElement(using: &numbers) ?? "/")"
      }
      let table = MountTable.of(rows)
      for path in names + ["/a/b/c/d", "/a/", "/e\u{301}"] {
        #expect(
          table.mount(containing: path)?.id == table.slowMount(containing: path)?.id,
          "\(path) in \(rows)")
      }
    }
  }

  @Test func `treats a bind mount as any other`() {
    let table = MountTable.of(
      "1 0 /", "2 1 /data fuse.rclone debrid:", "3 1 /mnt fuse.rclone debrid:")
    #expect(table.mount(at: "/mnt")?.id == 3)
    #expect(table.mount(at: "/mnt")?.identity == table.mount(at: "/data")?.identity)
  }

  @Test func `works in a chroot, whose root is no mount`() {
    let table = MountTable.of("20 7 /proc", "21 7 /mnt/a", "22 21 /mnt/a/b")
    #expect(table.mount(containing: "/etc") == nil)
    #expect(table.mount(at: "/mnt/a")?.id == 21)
    #expect(table.mount(containing: "/mnt/a/b/c")?.id == 22)
  }

  @Test func `comes to an end where parents form a loop`() {
    let loop = MountTable.of("1 2 /", "2 1 /mnt")
    #expect(loop.mount(containing: "/mnt") == nil)
    let own = MountTable.of("1 1 /", "2 1 /mnt")
    #expect(own.mount(containing: "/mnt/a")?.id == 2)
    let beside = MountTable.of("1 0 /", "2 3 /mnt", "3 2 /mnt")
    #expect(beside.mount(containing: "/mnt")?.id == 1)
    // One number twice, each its own ancestor.
    let twice = MountTable.of("1 0 /", "2 1 /mnt", "1 2 /mnt/a", "2 1 /mnt/a/b")
    _ = twice.mount(containing: "/mnt/a/b/c")
  }

  @Test func `finds by number`() {
    let table = MountTable.of("1 0 /", "2 1 /mnt")
    #expect(table.entry(id: 2)?.mountPoint == "/mnt")
    #expect(table.entry(id: 3) == nil)
  }
}

@Suite struct `A requirement` {
  private func entry(_ fsType: String, _ source: String) throws -> MountEntry {
    try MountInfoLine(fsType: fsType, source: source).entry()
  }

  @Test func `none is met by anything`() throws {
    #expect(MountRequirement.none.fault(finding: nil, remembered: nil) == nil)
    #expect(try MountRequirement.none.fault(finding: entry("ext4", "x"), remembered: nil) == nil)
  }

  @Test func `mountPoint is met by any mount`() throws {
    let requirement = MountRequirement.mountPoint
    #expect(try requirement.fault(finding: entry("ext4", "x"), remembered: nil) == nil)
    let fault = try #require(requirement.fault(finding: nil, remembered: nil))
    #expect(fault == .notMounted(expected: nil))
    #expect(fault.explanation == "not a mount point")
  }

  @Test func `remembered holds what was seen`() throws {
    let requirement = MountRequirement.remembered
    let seen = try entry("fuse.rclone", "debrid:")
    #expect(requirement.fault(finding: nil, remembered: nil) == nil)
    #expect(requirement.fault(finding: seen, remembered: nil) == nil)
    #expect(requirement.fault(finding: seen, remembered: seen.identity) == nil)
    #expect(
      requirement.fault(finding: nil, remembered: seen.identity)?.explanation
        == "not a mount point, expected fuse.rclone from debrid:")
    #expect(
      try requirement.fault(finding: entry("ext4", "/dev/sda1"), remembered: seen.identity)?
        .explanation == "ext4 from /dev/sda1 is mounted, expected fuse.rclone from debrid:")
  }

  @Test(
    arguments: [
      ("fuse", nil, true), ("fuse.rclone", nil, true), ("fuse.rclone", "debrid:", true),
      (nil, "debrid:", true), (nil, nil, true), ("fuse.rclon", nil, false), ("nfs4", nil, false),
      ("fuse", "other:", false), (nil, "debrid", false),
    ] as [(String?, String?, Bool)])
  func `matching compares type and source`(fsType: String?, source: String?, fits: Bool) throws {
    let found = try entry("fuse.rclone", "debrid:")
    let requirement = MountRequirement.matching(fsType: fsType, source: source)
    #expect((requirement.fault(finding: found, remembered: nil) == nil) == fits)
  }

  @Test(
    arguments: [
      ("nfs4", "nas:/a", "nfs4 from nas:/a"), ("nfs4", nil, "nfs4"),
      (nil, "nas:/a", "a mount from nas:/a"), (nil, nil, "a mount"),
    ] as [(String?, String?, String)])
  func `matching says what it expects`(fsType: String?, source: String?, words: String) {
    let fault = MountRequirement.matching(fsType: fsType, source: source)
      .fault(finding: nil, remembered: nil)
    #expect(fault?.explanation == "not a mount point, expected \(words)")
  }
}

extension MountTable {
  /// The walk in plain words: at each step the mount with the shortest point on the way, and of two
  /// at one place the later.
  fileprivate func slowMount(containing path: String) -> MountEntry? {
    func isOnTheWay(_ entry: MountEntry) -> Bool {
      let point = Array(entry.mountPoint.utf8)
      let bytes = Array(path.utf8)
      guard bytes.starts(with: point) else { return false }
      return point == [0x2F] || bytes.count == point.count || bytes[point.count] == 0x2F
    }
    var found: MountEntry?
    var candidates = entries.filter { $0.parentID == $0.id || entry(id: $0.parentID) == nil }
    for _ in 0...entries.count {
      let onTheWay = candidates.filter(isOnTheWay)
      let shortest = onTheWay.map(\.mountPoint.utf8.count).min()
      guard let next = onTheWay.last(where: { $0.mountPoint.utf8.count == shortest }) else { break }
      found = next
      candidates = entries.filter { $0.parentID == next.id && $0.id != next.id }
    }
    return found
  }
}
