import Foundation
import MountHealthCore
import Synchronization
import Testing

@testable import StackDrain

@Suite struct `A walk along links` {
  private static let root = "27 1 254:0 / / rw - ext4 /dev/vda rw"
  private static let pool = "70 27 0:41 / /var/mnt/pool rw - fuse.mergerfs a:b rw"

  /// What was read is told: what might hang must not be among it.
  private final class Links: Sendable {
    private let links: [String: String]
    private let read = Mutex<Set<String>>([])

    init(_ links: [String: String]) { self.links = links }

    var touched: Set<String> { read.withLock { $0 } }

    func walk(_ lines: [String]) -> LinkWalk {
      LinkWalk(MountTable(parsing: lines.joined(separator: "\n").utf8)) { path in
        self.read.withLock { _ = $0.insert(path) }
        return self.links[path]
      }
    }
  }

  @Test func `finds the pool by its real name, and touches nothing of it`() {
    let links = Links(["/mnt": "var/mnt", "/data": "/mnt/pool/media", "/home": "/var/home"])
    var walk = links.walk([Self.root, Self.pool])
    let places = walk.follow(places: ["/mnt/pool", "/mnt/Fast_4TB_1"])
    #expect(
      places == ["/mnt/pool": "/var/mnt/pool", "/mnt/Fast_4TB_1": "/var/mnt/Fast_4TB_1"])
    #expect(walk.follow("/mnt/pool/tv") == "/var/mnt/pool/tv")
    #expect(walk.follow("/data/tv") == "/var/mnt/pool/media/tv")
    #expect(walk.follow("/mnt") == "/var/mnt")
    #expect(walk.follow("/home/me/../you") == "/var/home/you")
    #expect(walk.follow("/") == "/")
    #expect(walk.follow("relative") == "relative")
    #expect(
      links.touched == [
        "/mnt", "/var", "/var/mnt", "/data", "/home", "/var/home", "/var/home/me",
        "/var/home/you",
      ])
  }

  @Test func `touches no place also while nothing is mounted there, nor below one`() {
    let links = Links(["/mnt": "/var/mnt"])
    var walk = links.walk([Self.root])
    #expect(
      walk.follow(places: ["/mnt/pool/inner", "/mnt/pool"])
        == ["/mnt/pool": "/var/mnt/pool", "/mnt/pool/inner": "/var/mnt/pool/inner"])
    #expect(walk.follow("/var/mnt/pool/inner/x") == "/var/mnt/pool/inner/x")
    #expect(links.touched == ["/mnt", "/var", "/var/mnt"])
  }

  @Test(arguments: ["nfs4", "fuse.sshfs", "autofs", "cifs", "fuseblk", "9p"])
  func `stops where a stranger answers`(_ type: String) {
    let links = Links([:])
    var walk = links.walk([Self.root, "71 27 0:50 / /nas rw - \(type) x rw"])
    #expect(walk.follow("/nas/a/b") == "/nas/a/b")
    #expect(links.touched.isEmpty)
  }

  @Test func `gives up on a ring of links, and on one too long`() {
    let links = Links(["/a": "/b", "/b": "/a", "/c": String(repeating: "x/", count: 3000)])
    var walk = links.walk([Self.root])
    #expect(walk.follow("/a/x") == "/a/x")
    #expect(walk.follow("/c/x") == "/c/x")
  }

  @Test func `reads the links of this host`() async throws {
    let folder = try FileManager.default.url(
      for: .itemReplacementDirectory, in: .userDomainMask,
      appropriateFor: URL(fileURLWithPath: "/tmp"), create: true
    ).resolvingSymlinksInPath().path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files = FileManager.default
    try files.createDirectory(atPath: folder + "/var/pool/tv", withIntermediateDirectories: true)
    try files.createSymbolicLink(atPath: folder + "/mnt", withDestinationPath: "var")
    try files.createSymbolicLink(
      atPath: folder + "/data", withDestinationPath: folder + "/mnt/pool")
    // Never followed: it is below the pool.
    try files.createSymbolicLink(
      atPath: folder + "/var/pool/link", withDestinationPath: "/elsewhere")
    let found = await HostProcesses.live.realPaths(
      [folder + "/mnt/pool"], [folder + "/data/tv", folder + "/data/link"])
    let paths = try #require(found)
    #expect(paths.table != nil)
    #expect(paths.byPath[folder + "/mnt/pool"] == folder + "/var/pool")
    #expect(paths.byPath[folder + "/data/tv"] == folder + "/var/pool/tv")
    #expect(paths.byPath[folder + "/data/link"] == folder + "/var/pool/link")
  }
}

@Suite struct `Who shows the pool` {
  private static func entry(_ line: String) throws -> MountEntry {
    try #require(MountTable(parsing: line.utf8).entries.first)
  }

  private func shown(
    _ mounts: [(String, String)], _ lines: [String],
    host: String = "70 27 0:41 / /var/mnt/pool rw - fuse.mergerfs a:b rw"
  ) throws -> [String] {
    let place = HostPlace(
      configured: "/mnt/pool", real: "/var/mnt/pool", mount: try Self.entry(host))
    return PlaceUse.shown(
      by: mounts.map { EngineMount(source: $0.0, destination: $0.1) },
      in: MountTable(parsing: lines.joined(separator: "\n").utf8), of: [place])
  }

  @Test func `is seen by the device, whatever the path is called`() throws {
    let bind = "148 131 0:41 /tv /data rw - fuse.mergerfs a:b rw"
    #expect(try shown([("/srv/media", "/data/")], [bind]) == ["/mnt/pool"])
    let nested = "149 148 0:41 / /srv/deep/pool rw - fuse.mergerfs a:b rw"
    #expect(try shown([("/odd", "/srv")], [nested]) == ["/mnt/pool"])
    let other = "148 131 0:42 /tv /data rw - fuse.mergerfs a:b rw"
    #expect(try shown([("/srv/media", "/data")], [other]) == [])
    // The number was given to something else since.
    let reused = "148 131 0:41 / /data rw - tmpfs t rw"
    #expect(try shown([("/srv/media", "/data")], [reused]) == [])
  }

  @Test func `is not who has all of the host, nor who got it from the engine`() throws {
    let along = "148 131 0:41 / /host/var/mnt/pool rw - fuse.mergerfs a:b rw"
    #expect(try shown([("/", "/host")], [along]) == [])
    #expect(try shown([("/", "/host"), ("/x", "/host/var/mnt/pool")], [along]) == ["/mnt/pool"])
    let hosts = "150 131 0:41 /docker/hosts /etc/hosts rw - fuse.mergerfs a:b rw"
    #expect(try shown([("/srv", "/data")], [hosts]) == [])
  }

  @Test func `is not who shows another folder of the same file system`() throws {
    let branch = "72 27 0:30 /@b1 /var/mnt/b1 rw - btrfs /dev/sda rw"
    let own = "148 131 0:30 /@b1/x /data rw - btrfs /dev/sda rw"
    #expect(try shown([("/x", "/data")], [own], host: branch) == ["/mnt/pool"])
    let root = "148 131 0:30 /@/srv /data rw - btrfs /dev/sda rw"
    #expect(try shown([("/srv", "/data")], [root], host: branch) == [])
  }

  @Test func `is told in the words of the configuration`() {
    let places = [HostPlace(configured: "/mnt/pool", real: "/var/mnt/pool")]
    #expect(PlaceUse.configured("/var/mnt/pool/tv", on: places) == ["/mnt/pool/tv"])
    #expect(PlaceUse.configured("/var/mnt/pool", on: places) == ["/mnt/pool"])
    #expect(PlaceUse.configured("/var/mnt", on: places) == ["/mnt/pool"])
    #expect(PlaceUse.configured("/var/mnt/pool2", on: places) == [])
    #expect(PlaceUse.configured("/", on: places) == [])
  }
}
