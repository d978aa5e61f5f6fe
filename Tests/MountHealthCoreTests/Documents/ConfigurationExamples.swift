import Foundation
import MountHealthCore
import Testing

/// The configurations that the documents show are such that the reader takes them.
@Suite struct `The configurations in the documents` {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test(arguments: ["README.md", "docs/configuration.md"])
  func `have no fault`(path: String) throws {
    let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    let blocks = text.matches(of: /(?s)\n```json\n(.*?)\n```/).map { String($0.1) }
    #expect(!blocks.isEmpty)
    for block in blocks {
      let input = ConfigurationInput(file: .init(name: path, bytes: Array(block.utf8)))
      do {
        let read = try Configuration.read(input)
        #expect(read.warnings == [], "\(block)")
      } catch {
        Issue.record("\(error)\n\(block)")
      }
    }
  }
}
