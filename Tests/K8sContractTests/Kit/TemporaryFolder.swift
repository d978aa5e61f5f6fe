import Foundation

/// A folder that is gone afterwards.
struct TemporaryFolder: Sendable {
  let path: String

  static func with(_ body: (TemporaryFolder) async throws -> Void) async throws {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "mountmon-contract-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    try await body(TemporaryFolder(path: url.path))
  }

  /// Writes a file in one step.
  ///
  /// - Returns: Its path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let path = "\(path)/\(name)"
    try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    return path
  }
}
