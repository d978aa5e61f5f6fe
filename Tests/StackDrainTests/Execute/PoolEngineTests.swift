import Pacing
import Testing

@testable import StackDrain

private let sab = Target.client("sab")
private let plex = Target.container("plex")

@Suite struct `The engine of the pool` {
  @Test func `takes the stack off a pool that is gone, and brings back what was`() {
    var story = StackStory.ofOneClient()
    #expect(story.deeds == [])
    story.become(.unmounted, .lost)
    story.wait(60)
    #expect(!story.runs && story.mode == .poolDegraded)
    #expect(
      story.deeds.map { $0.drop { $0 != " " } } == [
        #" pause sab ["a"]"#, " stop plex", " stop sab",
      ])
    story.become(.healthy)
    story.wait(300)
    #expect(story.isAsBefore && story.mode == .full)
    #expect(story.durable.state.startMethod == .autoUpgrade)
  }

  @Test func `stops again what somebody starts behind its back, at once where it is told`() {
    var story = StackStory.ofOneClient()
    story.become(.unmounted, .lost)
    story.wait(60)
    story.begin(plex)
    story.tell(.stirred)
    story.wait(1)
    #expect(!story.runs)
    story.begin(plex)
    story.wait(15)
    #expect(!story.runs)
    #expect(story.looks < 20)
  }

  @Test func `does nothing about a stir of a stack that may run`() {
    var story = StackStory.ofOneClient()
    let looks = story.looks
    for _ in 0..<10 { story.tell(.stirred) }
    #expect(story.looks == looks)
  }

  @Test func `does nothing while the ledger cannot be kept, and goes on when it can`() {
    var story = StackStory.ofOneClient()
    story.diskIsFull = true
    story.become(.unmounted, .lost)
    story.wait(600)
    #expect(story.deeds == [] && story.runs)
    story.diskIsFull = false
    // The longest wait between two tries.
    story.wait(31)
    #expect(!story.runs && story.deeds.count == 3)
    story.become(.healthy)
    story.wait(300)
    #expect(story.isAsBefore)
  }

  @Test func `waits for a disk that is slow, as long as it takes`() {
    var story = StackStory.ofOneClient()
    story.become(.unmounted, .lost)
    #expect(story.engine.recordBeingKept == nil)
    var records: [Ledger] = []
    var engine = StackStory([:]).engine
    let now = story.now
    let effects =
      engine.handle(.commanded(.hold(.seconds(5))), at: now)
      + engine.handle(.commanded(.release), at: now)
      + engine.handle(.commanded(.choose(.local, .manual)), at: now)
    for case .record(let ledger) in effects { records.append(ledger) }
    // One at a time; the next one holds all that came since.
    #expect(records.map(\.lastNumber) == [1])
    let next = engine.handle(.recorded(1), at: now)
    guard case .record(let ledger)? = next.first else {
      Issue.record("no record: \(next)")
      return
    }
    #expect(ledger.lastNumber == 3 && next.count == 1)
  }

  @Test
  func `asks a container engine that does not answer again and again, and drains when it does`() {
    var story = StackStory.ofOneClient()
    story.engineIsSilent = true
    story.become(.unmounted, .lost)
    story.wait(600)
    #expect(story.runs && story.mode == .full)
    story.engineIsSilent = false
    story.wait(301)
    #expect(!story.runs && story.mode == .poolDegraded)
  }

  @Test func `drains what can be drained though a client is silent, and fences it`() {
    var story = StackStory.ofOneClient()
    story.silent = [sab]
    story.become(.unmounted, .lost)
    story.wait(10)
    #expect(!story.runs && story.mode == .poolDegraded)
    #expect(story.states[.container("sab")]?.running == [])
  }

  @Test func `gives up a graceful drain for a fence when the pool is gone`() {
    var story = StackStory.ofOneClient()
    story.silent = [sab]
    story.become(.stale, .unresponsive)
    story.wait(32)
    #expect(story.engine.run?.stage?.purpose == .downloads)
    story.become(.unmounted, .lost)
    #expect(!story.runs && story.mode == .poolDegraded)
  }

  @Test func `restarts in order what shows a mount that is no more`() {
    var story = StackStory.ofOneClient()
    // A flap that was too short: the pool is mounted anew below containers that run.
    story.become(.stale, .unresponsive)
    story.pool.mountID = 2
    story.become(.healthy)
    story.containersShowingDeadMounts = ["plex", "sab"]
    story.wait(300)
    #expect(story.containersShowingDeadMounts.isEmpty)
    #expect(story.deeds.count { $0.hasSuffix("restart plex") } == 1)
    #expect(story.durable.debts.isEmpty && story.mode == .full)
  }
}

@Suite struct `A unit that cannot be read back` {
  private let post = Target.client("post")

  @Test func `is paused, resumed, and owed exactly once`() {
    var story = StackStory(
      [post: TargetState(running: ["whole"], idle: ["whole"], instance: "1")],
      clients: [ClientDescription(post, role: .processing, forgetsPauses: true)])
    story.tell(.commanded(.choose(.full, .autostart)))
    story.become(.healthy)
    story.wait(60)
    story.become(.unmounted, .lost)
    story.wait(60)
    #expect(story.deeds.count == 1 && story.states[post]?.running == [])
    #expect(story.durable.debts == [post: Debt(revives: ["whole"], instance: "1")])
    // A new process knows nothing of what was asked of it.
    story.states[post] = TargetState(running: ["whole"], idle: ["whole"], instance: "1")
    story.restart()
    story.become(.unmounted, .lost)
    story.wait(60)
    #expect(story.deeds.count == 2)
    #expect(story.durable.debts == [post: Debt(revives: ["whole"], instance: "1")])
    story.states[post] = TargetState(running: ["whole"], idle: ["whole"], instance: "1")
    story.restart()
    story.become(.healthy)
    story.wait(100)
    #expect(
      story.deeds.count == 3 && story.deeds.last?.hasSuffix("resume post [\"whole\"]") == true)
    #expect(story.durable.debts.isEmpty)
  }
}
