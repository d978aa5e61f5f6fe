import Pacing
import StackDrain
import Testing
import TimeText

@testable import mountmon

@Suite struct `A pool's monitor` {
  @Test func `fences when the pool goes, brings all back, and says each thing once`() {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    #expect(tale.helm.picture.isReady)
    tale.pool(.gone, for: 120)
    #expect(tale.stack.isOff)
    #expect(tale.helm.picture.ledger.mode == .poolDegraded)
    #expect(tale.helm.picture.notReadyReason == "the pool is unmounted: /mnt/pool: not mounted")
    tale.pool(.well, for: 120)
    #expect(tale.stack.isWhole)
    #expect(tale.helm.picture.isReady)
    #expect(
      tale.lines == [
        "Pool state changed: unknown -> healthy (drives: 1 of 2 usable)",
        "Bringing the stack back in 15s if the pool stays healthy", "Stack mode: full (autostart)",
        "Pool state changed: healthy -> unmounted (drives: 0 of 2 usable): /mnt/pool: not mounted",
        "Drain began (run 1): /mnt/pool: not mounted", "pause client:transmission: done",
        "stop container:db: done", "stop container:plex: done", "Drain complete (run 1)",
        "Stack mode: pool-degraded (autostart)",
        "Pool state changed: unmounted -> healthy (drives: 1 of 2 usable)",
        "Bringing the stack back in 15s if the pool stays healthy",
        "Resume began (run 2): the pool is healthy", "start container:db: done",
        "start container:plex: done", "resume client:transmission: done",
        "Resume complete (run 2)", "Stack mode: full (auto-upgrade)",
      ])
    let statistics = tale.helm.picture.statistics
    #expect(statistics.runs[.init(kind: .drain, ending: .complete)] == 1)
    #expect(statistics.runs[.init(kind: .resume, ending: .complete)] == 1)
    #expect(statistics.failedCalls == 0)
    #expect(
      tale.shown == [
        "none -", "none healthy", "full healthy", "full unmounted", "full unmounted",
        "pool-degraded unmounted",
        "pool-degraded healthy", "full healthy",
      ])
  }

  @Test func `loses nothing when it is killed before any of its deeds`() {
    func story(crashAt: Int?) -> PoolTale {
      var tale = PoolTale()
      tale.crashAt = crashAt
      tale.pool(.well, for: 30)
      tale.pool(.gone, for: 120)
      if tale.crashes == 0 || crashAt == nil { #expect(tale.stack.isOff) }
      tale.pool(.well, for: 400)
      return tale
    }
    let deeds = story(crashAt: nil).deedCount
    #expect(deeds > 60)
    for deed in 1...deeds {
      let tale = story(crashAt: deed)
      #expect(tale.stack.isWhole, "killed before deed \(deed): \(tale.stack)")
      #expect(tale.helm.picture.ledger.debts.isEmpty, "killed before deed \(deed)")
    }
  }

  @Test func `does nothing that it cannot write down, and tells so once`() {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    tale.diskFault = "no space left on device"
    tale.lines = []
    tale.pool(.gone, for: 60)
    #expect(tale.stack.isWhole)
    #expect(tale.stack.calls == [])
    #expect(tale.lines.filter { $0.contains("cannot be written") }.count == 1)
    #expect(tale.helm.picture.ledgerFault == "no space left on device")
    #expect(tale.helm.picture.statistics.ledgerFailures > 2)
    tale.diskFault = nil
    tale.run(for: .seconds(120))
    #expect(tale.stack.isOff)
    #expect(tale.lines.contains("The ledger can be written again"))
  }

  @Test func `is blind once in the log, however often it looks`() {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    tale.stack.mute = ["plex"]
    tale.pool(.gone, for: 300)
    #expect(tale.lines.filter { $0.contains("stop container:plex") }.count < 30)
    #expect(tale.stack.running.contains("plex"))
    tale.stack.mute = []
    tale.run(for: .seconds(400))
    #expect(tale.stack.isOff)
  }

  @Test func `notices another date, and no slow clock`() {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    tale.lines = []
    tale.skew = .seconds(1)
    tale.run(for: .seconds(30))
    #expect(tale.lines == [])
    tale.skew = .seconds(-7200)
    tale.run(for: .seconds(30))
    #expect(tale.lines == ["The date was changed by -2h"])
  }

  @Test func `takes over another policy while it runs`() {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    tale.take([.configured(PoolPolicy(upgradesByItself: false))])
    tale.pool(.gone, for: 60)
    tale.pool(.well, for: 300)
    #expect(tale.stack.isOff)
  }

  @Test func `ends in the middle without undoing, and says so`() {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    tale.stack.mute = ["plex"]
    tale.pool(.gone, for: 2)
    tale.lines = []
    tale.take([.stopping])
    #expect(
      tale.lines == [
        "Ending in the middle of a drain (run 1): nothing is undone, the next start goes on with it"
      ])
    #expect(tale.disk.state.openRun?.run == 1)
  }
}

@Suite struct `Commands to a pool's monitor` {
  @Test func `drain and resume, and are done when that was read back`() {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    tale.command(.drain, "a")
    #expect(tale.state(of: "a") == .waiting)
    tale.run(for: .seconds(60))
    #expect(tale.state(of: "a") == .done("run 1 is complete"))
    #expect(tale.stack.isOff)
    // A person's drain is a person's to end.
    tale.run(for: .seconds(300))
    #expect(tale.stack.isOff)
    #expect(tale.helm.picture.notReadyReason == "the stack is drained")
    tale.command(.resume, "b")
    tale.run(for: .seconds(60))
    #expect(tale.state(of: "b") == .done("run 2 is complete"))
    #expect(tale.stack.isWhole)
  }

  @Test func `say that there was nothing to do`() {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    tale.command(.resume, "a")
    tale.run(for: .seconds(5))
    #expect(tale.state(of: "a") == .done("there was nothing to bring back"))
    tale.stack.running = ["komga"]
    tale.stack.paused = ToyStack.torrents
    tale.command(.drain, "b")
    tale.run(for: .seconds(20))
    #expect(tale.state(of: "b")?.isOver == true)
  }

  @Test func `to resume are refused without a pool`() {
    var tale = PoolTale()
    tale.pool(.gone, for: 30)
    tale.command(.resume, "a")
    #expect(tale.state(of: "a") == .refused("the pool is unmounted: /mnt/pool: not mounted"))
  }

  @Test func `to drain that cannot be done in full say what is left`() {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    tale.stack.mute = ["plex"]
    tale.command(.drain, "a")
    tale.run(for: .seconds(300))
    guard case .incomplete(let words)? = tale.state(of: "a") else {
      Issue.record("it is \(String(describing: tale.state(of: "a")))")
      return
    }
    #expect(words.contains("container:plex"))
  }

  @Test func `to resume wait for an engine that cannot be asked, and do not spin`() {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    tale.command(.drain, "a")
    tale.run(for: .seconds(60))
    tale.stack.engineFault = "docker.sock: connection refused"
    tale.stack.surveys = 0
    tale.lines = []
    tale.command(.resume, "b")
    tale.run(for: .seconds(60))
    #expect(tale.stack.surveys < 60)
    #expect(tale.lines.filter { $0.contains("connection refused") }.count == 1)
    #expect(tale.helm.picture.complaint == "docker.sock: connection refused")
    tale.stack.engineFault = nil
    tale.run(for: .seconds(400))
    #expect(tale.stack.isWhole)
  }

  @Test func `to drain leave the stack off, also where the monitor drains already`() {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    tale.pool(.gone)
    tale.run(for: .milliseconds(40))
    #expect(tale.helm.picture.run != nil)
    tale.command(.drain, "a")
    tale.run(for: .seconds(60))
    #expect(tale.state(of: "a")?.isOver == true)
    tale.pool(.well, for: 300)
    #expect(tale.stack.isOff)
  }

  @Test func `of two people to do the same end together, the later of two others wins`() {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    tale.command(.drain, "a")
    tale.command(.drain, "b")
    tale.run(for: .seconds(60))
    #expect(tale.state(of: "a") == .done("run 1 is complete"))
    #expect(tale.state(of: "b") == .done("run 1 is complete"))
    tale.command(.resume, "c")
    tale.command(.drain, "d")
    tale.run(for: .seconds(60))
    #expect(tale.state(of: "c") == .refused("another command took its place"))
    #expect(tale.state(of: "d")?.isOver == true)
    #expect(tale.stack.isOff)
  }

  @Test func `that are only written down are done when they are`() {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    tale.diskFault = "read-only file system"
    tale.command(.hold(.seconds(7200)), "a")
    tale.run(for: .seconds(5))
    #expect(tale.state(of: "a") == .waiting)
    tale.diskFault = nil
    tale.run(for: .seconds(60))
    #expect(tale.state(of: "a") == .done("written down"))
    tale.pool(.gone, for: 300)
    #expect(tale.stack.isWhole)
    tale.command(.release, "b")
    tale.run(for: .seconds(60))
    #expect(tale.stack.isOff)
    tale.command(.forget(ToyStack.target(.container, "nobody")), "c")
    #expect(tale.state(of: "c") == .refused("nothing is owed to container:nobody"))
    tale.command(.choose(.local, .manual), "d")
    tale.run(for: .seconds(1))
    #expect(tale.state(of: "d") == .done("written down"))
    #expect(tale.disk.state.startMethod == .manual)
  }

  @Test func `are remembered, the oldest that are over not for ever`() {
    var tale = PoolTale()
    tale.pool(.well, for: 30)
    for number in 1...200 {
      tale.command(.release, "\(number)")
      tale.run(for: .milliseconds(50))
    }
    #expect(tale.helm.picture.commands.count == CommandBook.maximumEntries)
    #expect(tale.helm.picture.commandCount == 200)
    #expect(tale.state(of: "200") == .done("written down"))
  }
}
