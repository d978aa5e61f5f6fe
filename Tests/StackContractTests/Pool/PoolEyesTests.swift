import Foundation
import Glibc
import MountHealthCore
import Pacing
import Testing

@testable import StackDrain

extension `Pools of a laboratory` {
  @Suite(.timeLimit(.minutes(3))) struct `A pool by mergerfs over three drives` {
    @Test func `is healthy, and everything about it is known`() async throws {
      try await PoolLab.with { lab in
        try await EyesUnderTest.with(lab) { eyes in
          let seen = try await eyes.wait(until: .healthy)
          #expect(seen.judgement.states == [.usable, .usable, .usable])
          #expect(seen.judgement.reasons.isEmpty && seen.judgement.remarks.isEmpty)
          #expect(
            seen.evidence.listedBranches
              == .seen((1...3).map { ListedBranch(path: lab.branch($0)) }))
          #expect((seen.evidence.freeBytes.value ?? 0) > 10 << 20)
          #expect(seen.evidence.branches.values.allSatisfy { $0.device.value??.major == 7 })
          #expect(eyes.eyes.vitals.lastEvidence != nil)
          #expect(eyes.heard.allSatisfy { if case .worker = $0 { true } else { false } })
        }
      }
    }

    @Test func `writes to the disk below a branch that is unmounted, which is seen at once`()
      async throws
    {
      try await PoolLab.with { lab in
        try await EyesUnderTest.with(lab) { eyes in
          try await eyes.wait(until: .healthy)
          let start = Tick.now()
          try lab.unmountBranch(2)
          let seen = try await eyes.wait(for: "misdirection", since: start) {
            $0.judgement.branches[1].isMisdirected
          }
          #expect(seen.judgement.state == .degraded)
          #expect(seen.judgement.branches[1].state == .unmounted)
          #expect(seen.judgement.usableCount == 2)
          // It is so: the disk below has more space than the other branches.
          try PoolLab.run("touch", lab.pool + "/lost")
          #expect(FileManager.default.fileExists(atPath: lab.branch(2) + "/lost"))
          try PoolLab.run("rm", lab.pool + "/lost")
          try PoolLab.run("mount", lab.loops[1], lab.branch(2))
          try await eyes.wait(until: .healthy, since: seen.tick)
        }
      }
    }

    @Test func `writes nothing below a branch that is sealed`() async throws {
      try await PoolLab.with(sealing: [2]) { lab in
        try await EyesUnderTest.with(lab, { pool, _ in pool.minimumBranches = 2 }) { eyes in
          try await eyes.wait(until: .healthy)
          let start = Tick.now()
          try lab.unmountBranch(2)
          let seen = try await eyes.wait(for: "the seal", since: start) {
            $0.evidence.branches[PoolLab.label(2)]?.isSealed == true
          }
          #expect(seen.judgement.state == .healthy)
          #expect(!seen.judgement.branches[1].isMisdirected)
          #expect(seen.judgement.branches[1].state == .unmounted)
        }
      }
    }

    @Test func `loses a branch that is detached while files on it are open`() async throws {
      try await PoolLab.with { lab in
        try await EyesUnderTest.with(lab) { eyes in
          try await eyes.wait(until: .healthy)
          let file = open(lab.branch(3) + "/.canary", O_RDONLY | O_CLOEXEC)
          defer { close(file) }
          let start = Tick.now()
          try PoolLab.run("umount", "-l", lab.branch(3))
          let seen = try await eyes.wait(for: "the loss", since: start) {
            $0.judgement.states == [.usable, .usable, .unmounted]
          }
          #expect(seen.judgement.state == .degraded)
          #expect(seen.judgement.peril == .scarce)
        }
      }
    }

    @Test func `has a branch without a drive once its loop device is gone`() async throws {
      try await PoolLab.with { lab in
        try await EyesUnderTest.with(lab) { eyes in
          try await eyes.wait(until: .healthy)
          try lab.unmountBranch(1)
          try PoolLab.run("losetup", "-d", lab.loops[0])
          try await eyes.wait(for: "a branch without a drive") {
            $0.judgement.branches[0].state == .detached
          }
        }
      }
    }

    @Test func `is stale and not unmounted when mergerfs is killed`() async throws {
      try await PoolLab.with { lab in
        try await EyesUnderTest.with(lab) { eyes in
          try await eyes.wait(until: .healthy)
          let start = Tick.now()
          lab.killDaemon()
          // Nothing tells of that but the next look.
          eyes.eyes.lookNow()
          let seen = try await eyes.wait(until: .stale, since: start)
          #expect(seen.judgement.peril == .lost)
          #expect(seen.evidence.probe.value?.verdict == .dead)
          #expect(seen.evidence.mount.value != nil)
          try lab.unmountPool()
          try await eyes.wait(until: .unmounted, since: seen.tick)
          let again = Tick.now()
          try lab.mountPool()
          try await eyes.wait(until: .healthy, since: again)
        }
      }
    }

    /// Stops the mergerfs of a healthy pool, and waits until that is seen.
    private func hang(_ lab: PoolLab, _ eyes: EyesUnderTest) async throws -> EyesUnderTest.Telling {
      try await eyes.wait(until: .healthy)
      let start = Tick.now()
      lab.signal(SIGSTOP)
      eyes.eyes.lookNow()
      return try await eyes.wait(until: .stale, since: start)
    }

    @Test func `is stale while mergerfs is stopped, and healthy when it goes on`() async throws {
      try await PoolLab.with { lab in
        try await EyesUnderTest.with(lab) { eyes in
          let seen = try await hang(lab, eyes)
          #expect(seen.judgement.peril == .unresponsive)
          #expect(seen.evidence.probe.value?.verdict == .hung)
          // The branches are not behind the union: they answer while it hangs.
          #expect(seen.judgement.states == [.usable, .usable, .usable])
          let again = Tick.now()
          lab.signal(SIGCONT)
          try await eyes.wait(until: .healthy, since: again)
        }
      }
    }

    /// The probe of the former pool never comes back, and the new one is judged all the same.
    @Test func `is healthy when it is mounted anew while the former one hangs on`() async throws {
      try await PoolLab.with { lab in
        try await EyesUnderTest.with(lab) { eyes in
          let hung = try await hang(lab, eyes)
          try lab.detachPool()
          let gone = try await eyes.wait(until: .unmounted, since: hung.tick)
          try lab.mountPool()
          try await eyes.wait(until: .healthy, since: gone.tick)
        }
      }
    }

    @Test func `is unmounted as soon as it is`() async throws {
      try await PoolLab.with { lab in
        try await EyesUnderTest.with(lab) { eyes in
          let first = try await eyes.wait(until: .healthy)
          #expect(first.judgement.mountID != nil)
          try lab.unmountPool()
          let gone = try await eyes.wait(until: .unmounted, since: first.tick)
          #expect(gone.judgement.peril == .lost)
          try lab.mountPool()
          try await eyes.wait(until: .healthy, since: gone.tick)
        }
      }
    }

    @Test func `has a dead branch where reads fail and everything else still answers`() async throws
    {
      try await PoolLab.with { lab in
        try await EyesUnderTest.with(lab) { eyes in
          try await eyes.wait(until: .healthy)
          let start = Tick.now()
          try lab.failBranch(3)
          eyes.eyes.lookNow()
          let seen = try await eyes.wait(for: "a dead branch", since: start) {
            $0.judgement.branches[2].state == .dead
          }
          #expect(seen.judgement.state == .degraded)
          #expect(
            seen.evidence.branches[PoolLab.label(3)]?.probe.value?.explanation?.contains("(EIO)")
              == true)
        }
      }
    }

    @Test func `is degraded when it is full`() async throws {
      try await PoolLab.with { lab in
        try await EyesUnderTest.with(lab, { pool, _ in pool.minimumFreeBytes = 8 << 20 }) { eyes in
          try await eyes.wait(until: .healthy)
          let start = Tick.now()
          for number in 1...3 {
            _ = try? PoolLab.run("dd", "if=/dev/zero", "of=\(lab.branch(number))/f", "bs=1M")
          }
          eyes.eyes.lookNow()
          let seen = try await eyes.wait(until: .degraded, since: start)
          #expect(seen.judgement.peril == .limited)
          #expect((seen.evidence.freeBytes.value ?? .max) < 8 << 20)
        }
      }
    }
  }
}

extension PoolLab {
  /// Has the kernel shut a branch's file system down: what reads or writes there gets EIO.
  func failBranch(_ number: Int) throws {
    let file = open(branch(number), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(file) }
    var flags: UInt32 = 2
    // EXT4_IOC_SHUTDOWN, without bringing its journal to the drive.
    guard file >= 0, ioctl(file, 0x8004_587D, &flags) == 0 else {
      throw Fault(description: "shut \(branch(number)) down: errno \(errno)")
    }
  }
}
