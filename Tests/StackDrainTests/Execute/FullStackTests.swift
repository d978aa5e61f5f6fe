import Pacing
import Testing

@testable import StackDrain

private let plex = Target.container("plex")

@Suite struct `The full stack` {
  private let media = Target.project("media")
  private let reading = Target.project("reading")

  private func story(_ ledger: Ledger = Ledger()) -> StackStory {
    StackStory(
      [
        media: TargetState(running: ["web"], idle: ["db"]), reading: .whole(runs: false),
        plex: .whole(runs: true, instance: "1"),
      ], portable: [reading], full: [media], ledger: ledger)
  }

  private func launches(_ story: StackStory) -> Int {
    story.deeds.count { $0.hasSuffix("launch media") }
  }

  @Test func `is launched when the boot sequence left it, and is not owed`() {
    var story = story()
    story.tell(.commanded(.choose(.local, .autostart)))
    story.become(.healthy)
    #expect(story.deeds == [])
    story.wait(300)
    #expect(story.states[media]?.idle == [] && story.mode == .full)
    #expect(story.durable.debts.isEmpty)
    story.wait(3600)
    #expect(story.deeds.count == 1)
    #expect(story.states[media]?.idle == [])
  }

  @Test func `is still to be launched when the pool went before it was`() {
    var story = story()
    story.tell(.commanded(.choose(.local, .autostart)))
    story.become(.unmounted, .lost)
    story.wait(100)
    #expect(!story.runs && story.mode == .local)
    #expect(story.states[reading]?.running == [TargetState.whole])
    story.become(.healthy)
    story.wait(300)
    #expect(story.runs && story.mode == .full && launches(story) == 1)
    #expect(story.states[reading]?.running == [])
    #expect(story.durable.debts.isEmpty)
  }

  @Test func `is not launched by a return, but container by container`() {
    var story = story()
    story.tell(.commanded(.choose(.full, .autostart)))
    story.become(.unmounted, .lost)
    story.wait(100)
    #expect(story.mode == .poolDegraded)
    story.become(.healthy)
    story.wait(300)
    #expect(story.runs && story.mode == .full && launches(story) == 0)
  }

  @Test(arguments: [false, true])
  func `comes back after a reboot, also out of the middle of a drain`(_ isDraining: Bool) {
    var story = story()
    story.tell(.commanded(.choose(.full, .autostart)))
    story.become(.healthy)
    story.wait(60)
    if isDraining {
      story.silent = [reading]
      story.become(.unmounted, .lost)
      story.silent = []
      story.pool = PoolJudgement(state: .healthy, mountID: 1)
    }
    story.restart(newBoot: true)
    #expect(launches(story) == 0)
    story.become(.healthy)
    story.wait(5)
    #expect(launches(story) == 0)
    story.wait(300)
    #expect(launches(story) == 1 && story.mode == .full && story.runs)
    #expect(story.durable.debts.isEmpty)
    // Once for each boot.
    story.restart()
    story.become(.healthy)
    story.states[media] = TargetState(running: ["web"], idle: ["db"])
    story.wait(3600)
    #expect(launches(story) == 1)
  }

  @Test func `comes back after a reboot out of the middle of its return`() {
    var story = story()
    story.tell(.commanded(.choose(.full, .autostart)))
    story.become(.unmounted, .lost)
    story.wait(100)
    story.silent = [plex]
    story.become(.healthy)
    story.wait(20)
    #expect(story.durable.state.openRun?.kind == .resume)
    story.silent = []
    story.restart(newBoot: true)
    story.become(.healthy)
    story.wait(300)
    #expect(launches(story) == 1 && story.mode == .full && story.durable.debts.isEmpty)
  }

  @Test func `is tried again where its launch fails`() {
    var story = story()
    story.silent = [media]
    story.tell(.commanded(.choose(.local, .autostart)))
    story.become(.healthy)
    story.wait(1000)
    #expect(story.mode == .local)
    story.silent = []
    story.wait(1000)
    #expect(story.mode == .full && launches(story) == 1)
  }
}
