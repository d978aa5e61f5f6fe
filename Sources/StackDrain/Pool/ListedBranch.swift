/// One branch as mergerfs lists it in `user.mergerfs.branches`: `/mnt/a=RW`, `/mnt/b=NC,50G`.
public struct ListedBranch: Hashable, Sendable {
  /// What mergerfs may do on a branch.
  public enum Mode: String, Hashable, Sendable {
    /// Anything.
    case readWrite = "RW"
    /// Nothing that changes it.
    case readOnly = "RO"
    /// Change what is there, and create nothing.
    case noCreate = "NC"
  }

  /// The folder.
  public var path: String
  /// What mergerfs may do there.
  public var mode: Mode

  /// A listed branch.
  public init(path: String, mode: Mode = .readWrite) {
    self.path = path
    self.mode = mode
  }

  /// The longest text that is read, in bytes: the kernel gives no longer attribute (XATTR_SIZE_MAX,
  /// limits.h).
  public static let maximumLength = 65_536

  /// Reads the attribute's value.
  ///
  /// - Parameter text: Branches with colons between them, each a path and perhaps a mode and a
  ///   least free space; a mode that is not known counts as `RW`, the most that may happen.
  /// - Returns: The branches in order; `nil` where the text holds none, a relative path, or too
  ///   much.
  public static func list(reading text: String) -> [ListedBranch]? {
    guard text.utf8.count <= maximumLength, !text.utf8.contains(0) else { return nil }
    var branches: [ListedBranch] = []
    for part in text.utf8.split(separator: UInt8(ascii: ":")) {
      // The path may hold an equals sign; the mode never does.
      let equals = part.lastIndex(of: UInt8(ascii: "="))
      let path = String(Substring(part[..<(equals ?? part.endIndex)])).withoutTrailingSlashes
      guard path.utf8.first == UInt8(ascii: "/") else { return nil }
      let options = equals.map { part[part.index(after: $0)...] } ?? part[part.endIndex...]
      let word = options.prefix { $0 != UInt8(ascii: ",") }
      branches.append(
        ListedBranch(path: path, mode: Mode(rawValue: String(Substring(word))) ?? .readWrite))
    }
    return branches.isEmpty ? nil : branches
  }
}
