import Foundation
import Pacing
import Testing

@testable import MountHealthCore

@Suite struct `A line of mountinfo` {
  @Test func `gives every field`() throws {
    // The example of proc_pid_mountinfo(5).
    let line = "36 35 98:7 /mnt1 /mnt2 rw,noatime master:1 - fuse.rclone debrid: rw,user_id=0"
    let entry = try #require(MountTable(parsing: Array(line.utf8)).entries.first)
    #expect(entry.id == 36)
    #expect(entry.parentID == 35)
    #expect(entry.deviceMajor == 98)
    #expect(entry.deviceMinor == 7)
    #expect(entry.root == "/mnt1")
    #expect(!entry.isRootDeleted)
    #expect(entry.mountPoint == "/mnt2")
    #expect(entry.options == ["rw", "noatime"])
    #expect(entry.propagation == .receiving)
    #expect(entry.fsType == "fuse.rclone")
    #expect(entry.source == "debrid:")
    #expect(entry.superOptions == ["rw", "user_id=0"])
    #expect(entry.isFUSE)
    #expect(!entry.isReadOnly)
    #expect(
      entry.identity == MountIdentity(fsType: "fuse.rclone", source: "debrid:", root: "/mnt1"))
    #expect(entry.identity.description == "fuse.rclone from debrid: (/mnt1)")
  }

  @Test(arguments: [
    (#"/a\040b"#, "/a b"), (#"/a\011b"#, "/a\tb"), (#"/a\012b"#, "/a\nb"),
    (#"/a\134b"#, #"/a\b"#), (#"/a\043b"#, "/a#b"), (#"/\134040"#, #"/\040"#),
    (#"/a\04"#, #"/a\04"#), (#"/a\"#, #"/a\"#), (#"/a\777"#, #"/a\777"#),
    (#"/a\089"#, #"/a\089"#), (#"/\040\040"#, "/  "), (#"/\303\251"#, "/é"),
  ])
  func `has its escapes undone`(escaped: String, plain: String) throws {
    var line = MountInfoLine()
    line.point = escaped
    line.root = escaped
    line.source = escaped
    let entry = try line.entry()
    #expect(entry.mountPoint == plain)
    #expect(entry.root == plain)
    #expect(entry.source == plain)
  }

  @Test(
    arguments: [
      ([], .isolated), (["shared:1"], .shared), (["master:2"], .receiving),
      (["shared:1", "master:2"], .receivingAndShared),
      (["shared:1", "master:2", "propagate_from:3"], .receivingAndShared),
      (["master:2", "propagate_from:3"], .receiving), (["unbindable"], .unbindable),
      (["something:new"], .isolated), (["something:new", "shared:9"], .shared),
    ] as [([String], Propagation)])
  func `tells its propagation by optional fields`(
    fields: [String], propagation: Propagation
  ) throws {
    var line = MountInfoLine()
    line.optional = fields
    let entry = try line.entry()
    #expect(entry.propagation == propagation)
    #expect(entry.fsType == "ext4")
    #expect(
      propagation.receives == fields.contains { $0.hasPrefix("shared") || $0.hasPrefix("ma") })
  }

  @Test func `tells of a deleted root`() throws {
    var line = MountInfoLine()
    line.root = "/srv/gone//deleted"
    let entry = try line.entry()
    #expect(entry.isRootDeleted)
    #expect(entry.root == "/srv/gone")
  }

  @Test(arguments: [("ro", "rw"), ("rw", "ro"), ("ro", "ro")])
  func `is read-only by its own options or the file system's`(own: String, whole: String) throws {
    var line = MountInfoLine()
    line.options = own + ",nosuid"
    line.superOptions = whole
    #expect(try line.entry().isReadOnly)
  }

  @Test func `is not read-only for an option that contains ro`() throws {
    var line = MountInfoLine()
    line.superOptions = "rw,errors=remount-ro,root"
    #expect(try !line.entry().isReadOnly)
  }

  @Test(arguments: ["fuse", "fuse.sshfs", "fuseblk", "fuseblk.ntfs"])
  func `knows FUSE`(fsType: String) throws {
    var line = MountInfoLine()
    line.fsType = fsType
    #expect(try line.entry().isFUSE)
  }

  @Test(arguments: ["fusectl", "fused", "nfs4"])
  func `takes nothing else for FUSE`(fsType: String) throws {
    var line = MountInfoLine()
    line.fsType = fsType
    #expect(try !line.entry().isFUSE)
  }

  @Test func `may have an empty source`() throws {
    var line = MountInfoLine()
    line.source = ""
    let entry = try line.entry()
    #expect(entry.source.isEmpty)
    #expect(entry.identity.description == "ext4 from nowhere")
  }

  @Test func `may have more fields than today's`() throws {
    var line = MountInfoLine()
    line.superOptions += " something new"
    #expect(try line.entry().superOptions == ["rw", "errors=continue"])
  }

  @Test func `may hold the largest numbers`() throws {
    var line = MountInfoLine()
    line.id = "18446744073709551615"
    line.device = "4294967295:4294967295"
    let entry = try line.entry()
    #expect(entry.id == .max)
    #expect(entry.deviceMajor == .max)
    #expect(entry.deviceMinor == .max)
  }

  @Test func `may hold bytes that are not UTF-8`() throws {
    let bytes = Array("36 35 98:0 / /mnt/".utf8) + [0xFF, 0xFE] + Array(" rw - ext4 x rw".utf8)
    let table = MountTable(parsing: bytes)
    #expect(table.entries.first?.mountPoint == "/mnt/\u{FFFD}\u{FFFD}")
  }

  @Test(arguments: [
    "36", "36 35 98:0 / /mnt rw - ext4 x", "36 35 98:0 / /mnt rw ext4 x rw y z",
    "-1 35 98:0 / /mnt rw - ext4 x rw", "36 x 98:0 / /mnt rw - ext4 x rw",
    "18446744073709551616 35 98:0 / /mnt rw - ext4 x rw",
    "99999999999999999999999 35 98:0 / /mnt rw - ext4 x rw",
    "36 35 98 / /mnt rw - ext4 x rw", "36 35 98:0:1 / /mnt rw - ext4 x rw",
    "36 35 4294967296:0 / /mnt rw - ext4 x rw", "36 35 0:4294967296 / /mnt rw - ext4 x rw",
    "36 35 98:0 / mnt rw - ext4 x rw", "36 35 98:0 /  rw - ext4 x rw", "a b c d e f - g h i",
    " 36 35 98:0 / /mnt rw - ext4 x rw", "+36 35 98:0 / /mnt rw - ext4 x rw", "\u{0}",
  ])
  func `is counted and left out where it has another form`(line: String) {
    let good = MountInfoLine().text
    let table = MountTable(parsing: Array("\(good)\n\(line)\n\(good)\n".utf8))
    #expect(table.entries.count == 2)
    #expect(table.malformedLines == 1)
  }
}

@Suite struct `The text of mountinfo` {
  @Test func `may be empty`() {
    #expect(MountTable(parsing: []) == .empty)
    #expect(MountTable(parsing: Array("\n\n".utf8)).entries.isEmpty)
  }

  @Test func `of this process is read without a malformed line`() throws {
    let data = try Data(contentsOf: URL(filePath: "/proc/self/mountinfo"))
    let table = MountTable(parsing: data)
    #expect(table.malformedLines == 0)
    #expect(table.entries.count == data.count { $0 == 0x0A })
    #expect(table.mount(containing: "/proc/self") != nil)
  }

  @Test func `may have 20,000 lines`() {
    var text = MountInfoLine(id: "1", parent: "0", point: "/").text
    for number in 2...20_000 {
      text += "\n" + MountInfoLine(id: "\(number)", parent: "1", point: "/mnt/\(number)").text
    }
    let table = MountTable(parsing: Array(text.utf8))
    #expect(table.entries.count == 20_000)
    #expect(table.mount(at: "/mnt/19999")?.id == 19_999)
    #expect(table.mount(containing: "/mnt/20000/a/b")?.id == 20_000)
  }

  @Test func `is read up to a limit`() {
    let line = Array((MountInfoLine().text + "\n").utf8)
    let count = MountTable.maximumBytes / line.count
    var bytes: [UInt8] = []
    for _ in 0..<(count + 100) { bytes += line }
    let table = MountTable(parsing: bytes)
    #expect(table.entries.count + table.malformedLines <= count + 1)
  }

  /// 4000 random changes of a good table: whatever the bytes, no line is lost or counted twice.
  @Test(arguments: 0..<4) func `survives any change`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let good = [
      MountInfoLine(id: "1", parent: "0", point: "/"),
      MountInfoLine(id: "2", parent: "1", point: "/mnt", optional: ["shared:1", "master:2"]),
      MountInfoLine(id: "3", parent: "2", point: #"/mnt/a\040b"#, fsType: "fuse.rclone"),
    ].map { Array(($0.text + "\n").utf8) }.joined()
    let telling = Array(#" -:/\0123456789,rw"#.utf8) + [0x0A, 0x00, 0xFF, 0xC3]
    for _ in 0..<1000 {
      var bytes = Array(good)
      for _ in 0...Int.random(in: 0..<8, using: &generator) {
        let index = Int.random(in: bytes.indices, using: &generator)
        let byte = telling[Int.random(in: telling.indices, using: &generator)]
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[index] = byte
        case 1: bytes.insert(byte, at: index)
        default: bytes.remove(at: index)
        }
      }
      let table = MountTable(parsing: bytes)
      let lines = bytes.split(separator: 0x0A).count
      #expect(table.entries.count + table.malformedLines == lines, "seed \(seed)")
      for path in ["/", "/mnt", "/mnt/a b", "/mnt/a b/c", "", "x"] {
        if let found = table.mount(containing: path) {
          #expect(path.hasPrefix(found.mountPoint), "seed \(seed)")
        }
      }
    }
  }
}
