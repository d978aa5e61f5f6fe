import Foundation
import JSONValue
import StackKit
import Testing

extension `A host whose pool may go` {
  @Suite struct `A person` {
    @Test func `who starts the monitor when the pool is gone already has the stack drained`()
      async throws
    {
      try await TestHost.story { host in
        try await host.startStack()
        let before = try await host.standing()
        await host.pool.unmount()
        try await host.monitor.start()
        try await host.untilDrained()
        try await host.untilDone("unmounted", "pool-degraded")
        try await host.pool.mount()
        try await host.untilBack(before)
      }
    }

    @Test func `who chose local is not upgraded, and has it back when asking`() async throws {
      try await TestHost.story { host in
        let before = try await host.begin()
        await host.pool.unmount()
        try await host.untilDrained()
        #expect(try await host.monitor.command("choose", "local").code == 0)
        try await host.until("the files say so") {
          host.monitor.kept("stack-mode") == "local"
            && host.monitor.kept("start-method") == "manual"
        }
        // Also in the monitor's next life.
        _ = await host.monitor.stop()
        try await host.pool.mount()
        try await host.monitor.start()
        try await host.until("healthy") { try await host.monitor.state() == "healthy" }
        try await host.remains(TestHost.drained, "chosen", for: .seconds(4))
        let answer = try await host.monitor.command("resume")
        #expect(answer.code == 0, "\(answer.output)")
        try await host.untilBack(before)
      }
    }

    @Test func `who holds the monitor has nothing done until it is released`() async throws {
      try await TestHost.story { host in
        let before = try await host.begin()
        await host.pool.unmount()
        try await host.untilDrained()
        #expect(try await host.monitor.command("hold", "--for", "1h").code == 0)
        try await host.pool.mount()
        try await host.until("healthy") { try await host.monitor.state() == "healthy" }
        await host.monitor.kill()
        try await host.monitor.start()
        try await host.remains(TestHost.drained, "held", for: .seconds(4))
        #expect(try await host.monitor.command("hold", "--release").code == 0)
        try await host.untilBack(before)
      }
    }

    @Test func `who checks changes nothing, whatever is found, and gets a code for it`()
      async throws
    {
      try await TestHost.story(sealsBranches: false) { host in
        try await host.startStack()
        let before = try await host.standing()
        func check() async throws -> Int32 { try await host.monitor.command("check").code }
        #expect(try await check() == 0)
        await host.pool.pull(1)
        #expect(try await check() == 1)
        try await host.pool.plug(1)
        try await host.pool.suspendUnion()
        #expect(try await check() == 2)
        host.pool.wakeUnion()
        #expect(try await check() == 0)
        await host.pool.killUnion()
        #expect(try await check() == 2)
        await host.pool.unmount()
        #expect(try await check() == 2)
        // Without labels and without branches nothing can be said of it, nor with a bad file.
        let bad = try host.folder.write("bad.json", "{")
        #expect(try await host.monitor.command("check", file: bad).code == 3)
        #expect(try await host.running() == before.containers)
        #expect(try await host.sabnzbd.isPaused() == false)
        #expect(!FileManager.default.fileExists(atPath: host.monitor.stateFolder))
      }
    }

    @Test func `who drains and resumes by hand does it through the monitor, or in its place`()
      async throws
    {
      try await TestHost.story { host in
        let before = try await host.begin()
        for round in 1...3 {
          // The last time there is no monitor, and the command takes its place.
          if round == 3 { _ = await host.monitor.stop() }
          var answer = try await host.monitor.command("drain")
          #expect(answer.code == 0, "\(answer.output)")
          // The pool is healthy all the time: who took the stack off brings it back.
          try await host.remains(TestHost.drained, "drained by hand")
          answer = try await host.monitor.command("resume")
          #expect(answer.code == 0, "\(answer.output)")
          try await host.remains(before, "resumed by hand", for: .milliseconds(500))
        }
        try await host.monitor.start()
        try await host.untilBack(before)
      }
    }

    @Test func `who starts a second monitor is told who holds the lock`() async throws {
      try await TestHost.story { host in
        try await host.monitor.start()
        let pid = try #require(host.monitor.program.pid)
        for _ in 0..<3 {
          let second = try await host.monitor.command("run")
          #expect(second.code == 1)
          #expect(second.output.contains("held by the process \(pid) "), "\(second.output)")
        }
        #expect(try await host.monitor.status()["source"] == "monitor")
        // A monitor that does not move holds it all the same.
        try await host.monitor.program.suspend()
        #expect(try await host.monitor.command("run").code == 1)
        #expect(try await host.monitor.command("drain", "--timeout", "2s").code != 0)
        host.monitor.program.wake()
      }
    }
  }
}
