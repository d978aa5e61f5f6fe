/// A path as a user of the mount would write it, with the mount as its root: `/library/film.mkv`.
struct FilePath: Hashable {
  /// None for the root.
  let names: [FileName]

  init(_ names: [FileName]) {
    self.names = names
  }

  /// Nil unless it begins at the root and climbs nowhere.
  init?(text: Substring) {
    guard text.utf8.first == UInt8(ascii: "/") else { return nil }
    let names = text.utf8.split(separator: UInt8(ascii: "/")).map { Array($0) }
    guard !names.contains(Array(".".utf8)), !names.contains(Array("..".utf8)) else { return nil }
    self.names = names
  }

  func appending(_ name: FileName) -> FilePath {
    FilePath(names + [name])
  }

  func isBelow(_ other: FilePath) -> Bool {
    names.count > other.names.count && names.starts(with: other.names)
  }
}

extension FilePath: CustomStringConvertible {
  var description: String {
    "/" + names.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
  }
}
