import Foundation

/// The files of this package, as far as people write them.
enum Checkout {
  /// The folder that holds `Package.swift`.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// All text files, sorted by path.
  static let files: [TextFile] = {
    var found: [TextFile] = []
    let keys: [URLResourceKey] = [.isRegularFileKey]
    let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: keys)
    while let url = walk?.nextObject() as? URL {
      let path = String(url.path.dropFirst(root.path.count).drop { $0 == "/" })
      if isBuilt(path) {
        walk?.skipDescendants()
        continue
      }
      let isFile = (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
      if isFile, let file = TextFile(path: path) { found.append(file) }
    }
    return found.sorted { $0.path < $1.path }
  }()

  /// Swift files below any of these folders.
  static func swift(in folders: String...) -> [TextFile] {
    files.filter { file in
      file.path.hasSuffix(".swift") && folders.contains { file.path.hasPrefix($0 + "/") }
    }
  }

  /// Markdown documents.
  static let documents = files.filter { $0.path.hasSuffix(".md") }.map(MarkdownDocument.init)

  /// The file at this path, if there is one.
  static func file(_ path: String) -> TextFile? { files.first { $0.path == path } }

  /// Folders directly below this one, by name.
  static func folders(in path: String) -> [String] {
    let names =
      (try? FileManager.default.contentsOfDirectory(
        at: root.appending(path: path), includingPropertiesForKeys: [.isDirectoryKey])) ?? []
    return names.filter { (try? $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true }
      .map(\.lastPathComponent).filter { !$0.hasPrefix(".") }.sorted()
  }

  private static func isBuilt(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return name.hasPrefix(".build") || [".git", ".swiftpm", "out", "__pycache__"].contains(name)
  }
}

/// A text file of the checkout.
struct TextFile {
  /// Relative to the checkout.
  let path: String
  let lines: [String]

  /// - Returns: `nil` where it is not UTF-8.
  init?(path: String) {
    guard let data = try? Data(contentsOf: Checkout.root.appending(path: path)),
      !data.contains(0), let text = String(data: data, encoding: .utf8)
    else { return nil }
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// Its folder, relative to the checkout; empty for the checkout itself.
  var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }

  /// The lines with their numbers, without those that are only a comment.
  var code: [(number: Int, text: String)] {
    lines.enumerated().map { ($0 + 1, $1) }
      .filter { !$0.1.drop(while: \.isWhitespace).hasPrefix("//") }
  }
}
