import Foundation
import JSONValue
import StackKit
import Testing

extension `A host whose pool may go` {
  @Suite struct `A state folder on a disk that is full` {
    /// A small disk for the state, and how much of it is filled beside what the monitor has.
    private func withDisk(
      of size: String, _ body: (TestHost, _ fill: () async throws -> Void) async throws -> Void
    ) async throws {
      let place = try KitFolder()
      do {
        try await Program.succeed("mount", "-t", "tmpfs", "-o", "size=\(size)", "tmpfs", place.path)
        try await TestHost.story(["stateDirectory": .string(place.path + "/state")]) { host in
          try await body(host) {
            // Ends when there is no room: that is what it is for.
            _ = try await Program.run(
              [
                "dd", "if=/dev/zero", "of=\(place.path)/filler", "bs=4k", "oflag=append",
                "conv=notrunc",
              ])
          }
        }
        await place.remove()
      } catch {
        await place.remove()
        throw error
      }
    }

    @Test func `has a reserve for the fence, and for the return`() async throws {
      try await withDisk(of: "4m") { host, fill in
        let before = try await host.begin()
        try await fill()
        await host.pool.unmount()
        try await host.untilDrained()
        try await host.untilDone("unmounted", "pool-degraded")
        #expect(host.monitor.kept("ledger.json")?.contains("container:sonarr") == true)
        // The next life knows what is owed.
        await host.monitor.kill()
        try await host.monitor.start()
        try await host.pool.mount()
        try await host.untilBack(before)
      }
    }

    @Test func `without any reserve has it said, and nothing begun that could be forgotten`()
      async throws
    {
      try await withDisk(of: "4m") { host, fill in
        let before = try await host.begin()
        let place = host.monitor.stateFolder
        // No reserve, no room, and none to be made: all that is left is what is there.
        try? FileManager.default.removeItem(atPath: place + "/reserve")
        try await fill()
        await host.pool.unmount()
        try await host.until("it is said") {
          try await host.monitor.status()["ledgerFault"] != nil
        }
        #expect(host.monitor.log.contains("No space left") || host.monitor.log.contains("ENOSPC"))
        unlink(URL(filePath: place).deletingLastPathComponent().path + "/filler")
        try await host.untilDrained()
        try await host.untilDone("unmounted", "pool-degraded")
        #expect(try await host.monitor.status()["ledgerFault"] == nil)
        try await host.pool.mount()
        try await host.untilBack(before)
      }
    }
  }
}
