import Foundation
import Glibc
import MountHealthCore
import Pacing
import Testing

@testable import StackDrain

extension `Pools of a laboratory` {
  @Suite(.timeLimit(.minutes(2))) struct `What the kernel tells of drives` {
    @Test func `makes a drive known as gone while its mount lingers`() async throws {
      try await PoolLab.with { lab in
        try await EyesUnderTest.with(lab) { eyes in
          try await eyes.wait(until: .healthy)
          let start = Tick.now()
          try FileManager.default.removeItem(atPath: lab.link(2))
          try lab.tell("remove", of: 2)
          let seen = try await eyes.wait(for: "a lingering branch", since: start) {
            $0.judgement.branches[1].state == .lingering
          }
          print("an event of the kernel was evidence after \(seen.tick - start)")
          #expect(seen.judgement.state == .degraded)
          #expect(eyes.eyes.vitals.eventsFault == nil)
        }
      }
    }

    @Test func `costs a few looks, however much it is`() async throws {
      try await PoolLab.with { lab in
        try await EyesUnderTest.with(lab) { eyes in
          try await eyes.wait(until: .healthy)
          let before = eyes.all.count
          for _ in 0..<500 { try lab.tell("change", of: 1) }
          try FileManager.default.removeItem(atPath: lab.link(1))
          try lab.tell("change", of: 1)
          try await eyes.wait(for: "the last event's look") {
            $0.judgement.branches[0].state == .lingering
          }
          #expect(eyes.all.count - before < 60)
        }
      }
    }

    @Test func `is believed from nobody else`() async throws {
      let socket = try EyesSocket()
      try await PoolLab.with(mountsPool: false) { lab in
        try PoolLab.run(
          "python3", "-c",
          """
          import socket
          s = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 15)
          s.sendto(b"remove@/devices/x\\0SUBSYSTEM=block\\0DEVNAME=mountmon-fake\\0", (0, 1))
          """)
        try lab.tell("change", of: 1)
        let name = URL(filePath: lab.loops[0]).lastPathComponent
        var names: Set<String> = []
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline, !names.contains(name) {
          for case .event(let event) in socket.read() { names.insert(event.deviceName) }
          try await Task.sleep(for: .milliseconds(5))
        }
        #expect(names.contains(name))
        #expect(!names.contains("mountmon-fake"))
      }
    }

    @Test func `tells of loop devices that come and go`() async throws {
      let socket = try EyesSocket()
      try await PoolLab.with(mountsPool: false) { lab in
        var events: [KernelEvent] = []
        try lab.unmountBranch(1)
        try PoolLab.run("losetup", "-d", lab.loops[0])
        let name = URL(filePath: lab.loops[0]).lastPathComponent
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline,
          !events.contains(where: { $0.deviceName == name && $0.isOfBlockDevice })
        {
          for case .event(let event) in socket.read() { events.append(event) }
          try await Task.sleep(for: .milliseconds(5))
        }
        #expect(events.contains { $0.deviceName == name && $0.action == "change" })
      }
    }
  }
}

extension `Pools of a laboratory` {
  @Suite(.timeLimit(.minutes(2))) struct `One look at a pool` {
    @Test func `tells all of a healthy one`() async throws {
      try await PoolLab.with { lab in
        let (pool, probing) = try lab.settings()
        let evidence = try await PoolEyes.lookOnce(
          pool, probing, prober: try EyesUnderTest.worker())
        let judgement = PoolJudgement(pool, by: evidence)
        #expect(judgement.state == .healthy, "\(judgement)")
        #expect(judgement.states == [.usable, .usable, .usable])
      }
    }

    @Test func `comes to an end when the pool hangs`() async throws {
      try await PoolLab.with { lab in
        let (pool, probing) = try lab.settings()
        lab.signal(SIGSTOP)
        let evidence = try await PoolEyes.lookOnce(
          pool, probing, prober: try EyesUnderTest.worker())
        #expect(PoolJudgement(pool, by: evidence).state == .stale)
        // Less time than a probe has: it is said that nobody knows, and nothing is made up.
        let hasty = try await PoolEyes.lookOnce(
          pool, probing, prober: try EyesUnderTest.worker(), within: .milliseconds(300))
        #expect(PoolJudgement(pool, by: hasty).state == .unknown)
      }
    }

    @Test func `says that nobody knows where no worker can be had`() async throws {
      try await PoolLab.with { lab in
        let (pool, probing) = try lab.settings()
        let evidence = try await PoolEyes.lookOnce(
          pool, probing, prober: .worker(command: ["/nonexistent"]), within: .milliseconds(500))
        #expect(PoolJudgement(pool, by: evidence).state == .unknown)
      }
    }
  }
}

extension `Pools of a laboratory` {
  @Suite(.timeLimit(.minutes(2))) struct `Traffic of a pool` {
    @Test func `is that of its branches' drives`() async throws {
      try await PoolLab.with { lab in
        try await EyesUnderTest.with(lab) { eyes in
          try await eyes.wait(until: .healthy)
          // As long as it is measured: whenever that begins, something is written.
          let file = lab.branch(1) + "/f"
          let writing = Task.detached {
            while !Task.isCancelled {
              try PoolLab.run("dd", "if=/dev/zero", "of=\(file)", "bs=1M", "count=8", "conv=fsync")
            }
          }
          let busy = await eyes.eyes.measureTraffic(over: .seconds(2))
          writing.cancel()
          try await writing.value
          #expect((busy.value?.bytesPerSecond ?? 0) > 1 << 20, "\(busy)")
        }
      }
    }
  }
}
