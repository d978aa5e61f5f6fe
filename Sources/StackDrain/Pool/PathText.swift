extension String {
  /// The path, but for slashes at its end.
  var withoutTrailingSlashes: String {
    var bytes = utf8[...]
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether this absolute path is `folder` or below it, byte for byte as Linux compares. Slashes at
  /// the end of `folder` say nothing.
  func lies(atOrBelow folder: String) -> Bool {
    let folder = folder.withoutTrailingSlashes.utf8
    guard folder.count > 1 else { return utf8.first == UInt8(ascii: "/") }
    guard utf8.starts(with: folder) else { return false }
    return utf8.count == folder.count || utf8.dropFirst(folder.count).first == UInt8(ascii: "/")
  }
}
