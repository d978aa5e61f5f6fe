import Pacing
import Testing
import TimeText

@testable import StackDrain

private let plex = Target.container("plex")

@Suite struct `By hand` {
  @Test func `a drain lasts until a person ends it`() {
    for method in StartMethod.allCases {
      var story = StackStory.ofOneClient(mode: .full, method)
      story.tell(.commanded(.drain))
      story.wait(3600)
      #expect(!story.runs && story.mode == .poolDegraded && story.engine.pendingRequest == nil)
      story.restart()
      story.become(.healthy)
      story.become(.unmounted, .lost)
      story.wait(60)
      story.become(.healthy)
      story.wait(3600)
      #expect(!story.runs && story.durable.state.isDrainedByHand, "\(method)")
      story.tell(.commanded(.resume))
      story.wait(60)
      #expect(story.isAsBefore && story.mode == .full)
      #expect(story.durable.state.startMethod == .manual)
    }
  }

  @Test func `a drain is one also where nothing was left to do, or the monitor drains already`() {
    for isDone in [true, false] {
      var story = StackStory.ofOneClient()
      if !isDone { story.silent = [plex] }
      story.become(.unmounted, .lost)
      if isDone { story.wait(60) }
      story.tell(.commanded(.drain))
      story.silent = []
      story.wait(400)
      #expect(story.durable.state.isDrainedByHand && story.engine.pendingRequest == nil)
      #expect(!story.runs)
      story.become(.healthy)
      story.wait(1000)
      #expect(!story.runs)
    }
  }

  @Test func `a resume that follows a drain is not forgotten with it`() {
    var story = StackStory.ofOneClient()
    story.silent = [plex]
    story.tell(.commanded(.drain))
    #expect(story.engine.run?.record.kind == .drain)
    story.tell(.commanded(.resume))
    story.silent = []
    story.wait(400)
    #expect(story.isAsBefore && story.mode == .full && story.engine.pendingRequest == nil)
    #expect(!story.durable.state.isDrainedByHand)
  }

  @Test func `a resume that the pool has overtaken is refused, and the drain is the monitor's`() {
    var story = StackStory.ofOneClient()
    story.silent = [plex]
    story.tell(.commanded(.drain))
    story.tell(.commanded(.resume))
    story.become(.unmounted, .lost)
    #expect(story.refusals.count == 1)
    #expect(story.engine.pendingRequest == nil)
    story.silent = []
    story.wait(400)
    #expect(!story.runs)
  }

  @Test func `a resume is refused unless the pool is healthy`() {
    var story = StackStory.ofOneClient()
    story.become(.stale, .unresponsive)
    story.tell(.commanded(.resume))
    #expect(story.refusals == ["resume: the pool is stale: it is stale"])
  }

  @Test func `a resume waits for an engine that cannot be asked, with longer and longer pauses`() {
    var story = StackStory.ofOneClient()
    story.tell(.commanded(.drain))
    story.wait(100)
    let looks = story.looks
    story.engineIsSilent = true
    story.tell(.commanded(.resume))
    story.wait(600)
    #expect(story.engine.pendingRequest == .resume && !story.runs)
    #expect(story.looks == looks)
    story.engineIsSilent = false
    story.wait(320)
    #expect(story.isAsBefore && story.engine.pendingRequest == nil)
  }

  @Test func `a resume that was killed goes on, also where a person had chosen less`() {
    var story = StackStory.ofOneClient(policy: PoolPolicy(upgradesByItself: false))
    story.tell(.commanded(.drain))
    story.wait(100)
    story.silent = [plex]
    story.tell(.commanded(.resume))
    #expect(story.engine.run?.record.kind == .resume)
    story.silent = []
    story.restart()
    story.wait(5)
    #expect(!story.runs)
    story.become(.healthy)
    story.wait(300)
    #expect(story.isAsBefore && story.durable.state.openRun == nil)
  }

  @Test func `a drain that was killed goes on`() {
    var story = StackStory.ofOneClient()
    story.silent = [plex]
    story.tell(.commanded(.drain))
    story.silent = []
    story.restart()
    story.become(.healthy)
    story.wait(100)
    #expect(!story.runs && story.durable.state.isDrainedByHand)
    #expect(story.durable.state.openRun == nil)
  }

  @Test func `a hold keeps the stack where it is, and ends by its time or by word`() {
    for isReleased in [true, false] {
      var story = StackStory.ofOneClient()
      story.tell(.commanded(.hold(.seconds(7200))))
      story.become(.unmounted, .lost)
      story.wait(7000)
      #expect(story.runs && story.deeds == [])
      if isReleased { story.tell(.commanded(.release)) } else { story.wait(300) }
      story.wait(30)
      #expect(!story.runs)
    }
  }

  @Test func `a hold outlives a kill, and the date that is set meanwhile`() {
    var story = StackStory.ofOneClient()
    story.tell(.commanded(.hold(.seconds(7200))))
    story.restart()
    story.tell(.clock(Timestamp(seconds: 1_999_999_999)))
    story.become(.unmounted, .lost)
    story.wait(7100)
    #expect(story.runs)
    story.tell(.clock(Timestamp(seconds: 1)))
    story.wait(130)
    #expect(!story.runs)
  }

  @Test func `a hold from before a reboot ends, though the date went back by years`() {
    var story = StackStory.ofOneClient()
    story.tell(.commanded(.hold(.seconds(600))))
    story.restart(newBoot: true, wall: 1_000_000_000)
    story.become(.unmounted, .lost)
    story.wait(590)
    #expect(story.runs)
    story.wait(30)
    #expect(!story.runs)
    story.become(.healthy)
    story.wait(100)
    #expect(story.runs)
    story.restart(newBoot: true, wall: 900_000_000)
    story.become(.unmounted, .lost)
    story.wait(60)
    story.become(.healthy)
    story.wait(300)
    #expect(story.isAsBefore)
  }

  @Test func `a command is obeyed during a hold`() {
    var story = StackStory.ofOneClient()
    story.tell(.commanded(.hold(.seconds(7200))))
    story.tell(.commanded(.drain))
    story.wait(60)
    #expect(!story.runs)
    story.tell(.commanded(.resume))
    story.wait(60)
    #expect(story.isAsBefore)
  }

  @Test func `what is forgotten is not undone`() {
    var story = StackStory.ofOneClient()
    story.become(.unmounted, .lost)
    story.wait(60)
    story.tell(.commanded(.forget(plex)))
    story.tell(.commanded(.forget(.client("nobody"))))
    #expect(story.refusals.count == 1)
    story.become(.healthy)
    story.wait(300)
    #expect(!story.runs && story.durable.debts.isEmpty && story.mode == .full)
  }

  @Test(arguments: [StackMode.local, .none])
  func `a choice of less in the middle of a return stands`(_ mode: StackMode) {
    var story = StackStory.ofOneClient()
    story.become(.unmounted, .lost)
    story.wait(60)
    story.silent = [plex]
    story.become(.healthy)
    story.wait(20)
    #expect(story.engine.run?.record.kind == .resume)
    story.tell(.commanded(.choose(mode, .manual)))
    story.silent = []
    story.wait(300)
    #expect(story.mode == mode && story.durable.state.startMethod == .manual)
  }

  @Test(arguments: [StackMode.local, .none])
  func `a choice of less is kept through a loss and a return`(_ mode: StackMode) {
    var story = StackStory.ofOneClient(mode: mode, .manual)
    story.become(.unmounted, .lost)
    story.wait(60)
    #expect(!story.runs && story.mode == mode)
    story.become(.healthy)
    story.wait(7200)
    #expect(!story.runs && story.mode == mode)
    story.tell(.commanded(.resume))
    story.wait(60)
    #expect(story.isAsBefore && story.mode == .full)
  }
}
