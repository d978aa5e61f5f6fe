import MountHealthCore
import Testing

@testable import StackDrain

@Suite struct `What a container shows of the pool` {
  private static let root = "27 1 254:0 / / rw - ext4 /dev/vda rw"
  private static let pool = "70 27 0:41 / /var/mnt/pool rw - fuse.mergerfs a:b rw"

  private func verdict(
    _ mounts: [(String, String)], host: [String] = [root, pool], container: [String]?,
    places: [String] = ["/var/mnt/pool"]
  ) throws -> BindView.Verdict {
    func table(_ lines: [String]) -> MountTable {
      MountTable(parsing: lines.joined(separator: "\n").utf8)
    }
    return BindView.verdict(
      of: mounts.map { EngineMount(source: $0.0, destination: $0.1) },
      on: try places.map { try MountPath($0) }, host: table(host),
      container: container.map { table(["131 103 0:43 / / rw - overlay overlay rw"] + $0) })
  }

  @Test func `is present where both have the same device`() throws {
    let whole = ["148 131 0:41 / /data rw - fuse.mergerfs a:b rw"]
    #expect(try verdict([("/var/mnt/pool", "/data")], container: whole).showsDeadMount == false)
    #expect(try verdict([("/var/mnt/pool/", "/data/")], container: whole).showsDeadMount == false)
    let part = ["148 131 0:41 /tv /tv rw - fuse.mergerfs a:b rw"]
    #expect(try verdict([("/var/mnt/pool/tv", "/tv")], container: part).showsDeadMount == false)
  }

  @Test func `is dead where it is an earlier mount, also of other drives`() throws {
    for source in ["a:b", "a:b:c"] {
      let old = ["148 131 0:39 /tv /tv rw - fuse.mergerfs \(source) rw"]
      let found = try verdict([("/var/mnt/pool/tv", "/tv")], container: old)
      #expect(found.showsDeadMount == true)
      #expect(found.words == "/tv shows an earlier mount of /var/mnt/pool")
    }
  }

  @Test func `is dead where it is the folder below, in other words`() throws {
    let below = ["148 131 254:0 /var/mnt/pool /data rw - ext4 /dev/vda rw"]
    let found = try verdict([("/var/mnt/pool", "/data")], container: below)
    #expect(found.showsDeadMount == true)
    #expect(found.words?.contains("which was not mounted when") == true)
  }

  @Test func `is looked for below a folder above the pool`() throws {
    let bind = [("/var/mnt", "/mnt")]
    let above = "148 131 254:0 /var/mnt /mnt rw - ext4 /dev/vda rw"
    let followed = [above, "149 148 0:41 / /mnt/pool rw master:2 - fuse.mergerfs a:b rw"]
    #expect(try verdict(bind, container: followed).showsDeadMount == false)
    let old = [above, "149 148 0:39 / /mnt/pool rw - fuse.mergerfs a:b rw"]
    #expect(try verdict(bind, container: old).showsDeadMount == true)
    #expect(try verdict(bind, container: [above]).showsDeadMount == true)
    // The new mount came on top of the dead one.
    let both = old + ["150 149 0:41 / /mnt/pool rw master:2 - fuse.mergerfs a:b rw"]
    #expect(try verdict(bind, container: both).showsDeadMount == false)
  }

  @Test func `is nobody's business where nothing of the pool is bound`() throws {
    #expect(try verdict([("/srv", "/data")], container: []) == .init())
    #expect(try verdict([("/", "/host")], container: []) == .init())
    #expect(try verdict([("/var/mnt/pool2", "/data")], container: []) == .init())
    #expect(try verdict([], container: nil) == .init())
  }

  @Test func `cannot be told without a table, or without the pool`() throws {
    let old = ["148 131 0:39 / /data rw - fuse.mergerfs a:b rw"]
    #expect(try verdict([("/var/mnt/pool", "/data")], container: nil) == .init())
    #expect(
      try verdict([("/var/mnt/pool", "/data")], host: [Self.root], container: old) == .init())
  }

  @Test func `is found elsewhere where the destination is a link`() throws {
    let bind = [("/var/mnt/pool", "/var/run/data")]
    let present = ["148 131 0:41 / /run/data rw - fuse.mergerfs a:b rw"]
    #expect(try verdict(bind, container: present).showsDeadMount == false)
    let past = ["148 131 0:39 / /run/data rw - fuse.mergerfs a:b rw"]
    #expect(try verdict(bind, container: past).showsDeadMount == true)
    #expect(try verdict(bind, container: []) == .init())
  }

  @Test func `may be covered by a mount of the container's own`() throws {
    let covered = [
      "148 131 0:41 / /data rw - fuse.mergerfs a:b rw", "149 148 0:77 / /data rw - tmpfs t rw",
    ]
    #expect(try verdict([("/var/mnt/pool", "/data")], container: covered).showsDeadMount == false)
  }

  @Test func `may be a drive mounted below the pool, or older than that`() throws {
    let nested = [Self.root, Self.pool, "71 70 8:16 / /var/mnt/pool/usb rw - ext4 /dev/sdb rw"]
    for device in ["8:16", "0:41"] {
      let found = try verdict(
        [("/var/mnt/pool/usb", "/usb")], host: nested,
        container: ["148 131 \(device) / /usb rw - ext4 /dev/sdb rw"])
      #expect(found.showsDeadMount == false)
    }
    let other = try verdict(
      [("/var/mnt/pool/usb", "/usb")], host: nested,
      container: ["148 131 8:32 / /usb rw - ext4 /dev/sdc rw"])
    #expect(other.words?.contains("ext4 from /dev/sdc") == true)
  }

  @Test func `is compared with the mount on top of the host's`() throws {
    let stacked = [
      Self.root, "69 27 0:39 / /var/mnt/pool rw - fuse.mergerfs a:b rw",
      "70 69 0:41 / /var/mnt/pool rw - fuse.mergerfs a:b rw",
    ]
    let old = ["148 131 0:39 / /data rw - fuse.mergerfs a:b rw"]
    #expect(
      try verdict([("/var/mnt/pool", "/data")], host: stacked, container: old).showsDeadMount
        == true)
  }

  @Test func `is dead as a whole where one bind is, and of a branch as well`() throws {
    let host = [Self.root, Self.pool, "72 27 8:16 / /var/mnt/b1 rw - ext4 /dev/sdb rw"]
    let found = try verdict(
      [("/var/mnt/pool", "/data"), ("/var/mnt/b1", "/b1")], host: host,
      container: [
        "148 131 0:41 / /data rw - fuse.mergerfs a:b rw",
        "149 131 8:32 / /b1 rw - ext4 /dev/sdc rw",
      ], places: ["/var/mnt/pool", "/var/mnt/b1"])
    #expect(found.showsDeadMount == true)
    #expect(found.words == "/b1 shows an earlier mount of /var/mnt/b1")
  }
}
