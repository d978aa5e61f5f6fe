import Testing

@testable import MountHealthCore

/// A line of `/proc/self/mountinfo`, field by field.
struct MountInfoLine {
  var id = "36"
  var parent = "35"
  var device = "98:0"
  var root = "/"
  var point = "/mnt/a"
  var options = "rw,noatime"
  var optional: [String] = []
  var fsType = "ext4"
  var source = "/dev/sda1"
  var superOptions = "rw,errors=continue"

  var text: String {
    ([id, parent, device, root, point, options] + optional + ["-", fsType, source, superOptions])
      .joined(separator: " ")
  }

  /// What the line is read as.
  func entry() throws -> MountEntry {
    let table = MountTable(parsing: Array((text + "\n").utf8))
    #expect(table.malformedLines == 0)
    return try #require(table.entries.first)
  }
}

extension MountTable {
  /// A table of `id parent mount-point [type [source]]`, one mount an element.
  static func of(_ rows: String...) -> MountTable { of(rows) }

  static func of(_ rows: [String]) -> MountTable {
    let lines = rows.map { row in
      let fields = row.split(separator: " ").map(String.init)
      return MountInfoLine(
        id: fields[0], parent: fields[1], device: "0:\(fields[0])", point: fields[2],
        fsType: fields.count > 3 ? fields[3] : "ext4",
        source: fields.count > 4 ? fields[4] : "/dev/sda1"
      ).text
    }
    return MountTable(parsing: Array(lines.joined(separator: "\n").utf8))
  }
}
