import Foundation
import Pacing
import StackDrain
import Testing

@Suite struct `A file with a secret` {
  @Test func `is read for all who ask for it at the same time`() async throws {
    let file = FileManager.default.temporaryDirectory.path + "/secret-\(UUID().uuidString)"
    try Data(repeating: 0x6B, count: 8 << 10).write(to: URL(filePath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    let environment = ClientEnvironment.live(variables: [:])
    let sizes = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<200 {
        group.addTask {
          try await environment.read(file, 16 << 10, environment.now() + .seconds(30)).count
        }
      }
      return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
    }
    #expect(sizes == [8 << 10])
    // A later read sees what is there later.
    try Data("new".utf8).write(to: URL(filePath: file))
    #expect(
      try await environment.read(file, 16, environment.now() + .seconds(30)) == Array("new".utf8))
  }
}
