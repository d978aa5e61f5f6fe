import Foundation
import ResticKit
import Testing

@Suite struct `The restic of this machine` {
  @Test func `is there`() {
    #expect(FileManager.default.isExecutableFile(atPath: ResticProgram.path))
  }
}
