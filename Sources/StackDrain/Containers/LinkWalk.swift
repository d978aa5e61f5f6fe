import MountHealthCore

/// Follows the links in paths, without ever touching a mount that might hang: whatever is mounted at
/// the pool's or a branch's path, and what a network or a program answers for.
struct LinkWalk {
  /// What can be at a path: a link, with where it leads, or something else.
  typealias Reader = (_ path: String) -> String?

  /// The most links in one path: as many as Linux follows (MAXSYMLINKS, path_resolution(7)).
  static let maximumLinks = 40
  /// The most bytes of a path (PATH_MAX).
  static let maximumBytes = 4095

  private let read: Reader
  private let table: MountTable
  private var barred: Set<String> = []
  /// What was read already: most paths begin alike.
  private var known: [String: String?] = [:]

  /// A walk.
  ///
  /// - Parameters:
  ///   - table: The mounts of the host.
  ///   - read: Reads a link; `nil` for what is none.
  init(_ table: MountTable, read: @escaping Reader) {
    self.table = table
    self.read = read
  }

  /// The real paths of the pool and its branches, by the paths that are configured. Of each only what
  /// is above it is looked at.
  mutating func follow(places: [String]) -> [String: String] {
    barred.formUnion(places)
    var found: [String: String] = [:]
    // One may be below another: what is known to be barred has to be known by then.
    for place in places.sorted(by: { $0.utf8.count < $1.utf8.count }) {
      let parts = Self.parts(place)
      guard let last = parts.last else { continue }
      let above = follow("/" + parts.dropLast().joined(separator: "/"))
      let real = above == "/" ? "/" + last : above + "/" + last
      found[place] = real
      barred.insert(real)
    }
    return found
  }

  /// Where a path leads.
  ///
  /// - Returns: The path without links, as far as it may be touched; `path` as it is, where it is none
  ///   that Linux would walk.
  mutating func follow(_ path: String) -> String {
    guard path.utf8.first == UInt8(ascii: "/") else { return path }
    var rest = Self.parts(path)
    var walked: [String] = []
    var links = 0
    while !rest.isEmpty {
      let part = rest.removeFirst()
      if part == ".." {
        _ = walked.popLast()
        continue
      }
      walked.append(part)
      let here = "/" + walked.joined(separator: "/")
      if isBarred(here) { return here + rest.map { "/" + $0 }.joined() }
      guard let target = link(at: here) else { continue }
      links += 1
      guard links <= Self.maximumLinks, target.utf8.count + here.utf8.count <= Self.maximumBytes
      else { return path }
      walked = target.utf8.first == UInt8(ascii: "/") ? [] : Array(walked.dropLast())
      rest = Self.parts(target) + rest
    }
    return "/" + walked.joined(separator: "/")
  }

  private mutating func link(at path: String) -> String? {
    if let target = known[path] { return target }
    let target = read(path)
    known[path] = .some(target)
    return target
  }

  private func isBarred(_ path: String) -> Bool {
    barred.contains(path) || table.mount(at: path).map { $0.mayHang } ?? false
  }

  private static func parts(_ path: String) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
      .filter { $0 != "." }
  }
}

extension MountEntry {
  /// Types without a device that the kernel itself answers for, or a drive.
  private static let local: Set<String> = [
    "bcachefs", "btrfs", "composefs", "devtmpfs", "overlay", "ramfs", "rootfs", "tmpfs", "zfs",
  ]

  /// Whether somebody else than the kernel and a drive answers for it.
  fileprivate var mayHang: Bool {
    isFUSE || (deviceMajor == 0 && !Self.local.contains(fsType))
  }
}
