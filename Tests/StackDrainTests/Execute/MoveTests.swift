import Pacing
import Testing

@testable import StackDrain

@Suite struct `A step to keep a pause of a person` {
  private func keep(_ instance: String?) -> Stage {
    Stage(.clients, [step(.keep, .client("sab"), units: ["a", "b"], instance: instance)])
  }

  @Test func `pauses again in another life, and where lives cannot be told apart`() {
    for (planned, seen) in [("1", "2"), (nil, nil), (nil, "1"), ("1", nil)] as [(String?, String?)]
    {
      var tale = PlanTale(keep(planned))
      tale.see("sab", ["a", "c"], idle: ["b"], life: seen)
      tale.tell(.recorded(step: 1))
      #expect(tale.lines == [#"pause sab ["a"] by 6"#])
    }
  }

  @Test func `leaves alone what a person resumed in the same life`() {
    var tale = PlanTale(keep("1"))
    tale.see("sab", ["a"], idle: ["b"], life: "1")
    #expect(tale.lines == ["keep sab nothing []", "over: nothing"])
  }

  @Test func `waits for a client that comes up, and comes before its resume`() {
    let resume = step(.resume, .client("sab"), units: ["c"], after: [0])
    var stage = keep("1")
    stage.steps.append(resume)
    var tale = PlanTale(stage)
    #expect(tale.lines == ["look sab by 5"])
    tale.answer("sab", .failed("refused"))
    tale.wait(1)
    tale.see("sab", ["a", "b", "c"], life: "2")
    tale.tell(.recorded(step: 1))
    tale.answer("sab", .taken)
    tale.see("sab", ["c"], idle: ["a", "b"], life: "2")
    #expect(tale.lines == ["keep sab done []", "look sab by 6"])
    tale.see("sab", ["c"], idle: ["a", "b"], life: "2")
    #expect(tale.lines == [#"resume sab nothing ["c"]"#, "over: done nothing"])
  }
}

@Suite struct `A step to restart` {
  private let stage = Stage(
    .remount, [step(.restart, .container("plex"), within: 40, instance: "t1")])

  @Test func `is done when it runs in another life`() {
    var tale = PlanTale(stage)
    tale.see("plex", ["whole"], life: "t1")
    tale.tell(.recorded(step: 1))
    #expect(tale.lines == ["restart plex by 30"])
    tale.answer("plex", .taken)
    tale.see("plex", ["whole"], life: "t1")
    tale.wait(0.5)
    tale.see("plex", [], idle: ["whole"], life: "t1")
    tale.wait(0.5)
    tale.see("plex", ["whole"], life: "t2")
    #expect(tale.lines == [#"restart plex done ["whole"]"#, "over: done"])
  }

  @Test func `is not made in another life, nor of what does not run`() {
    var tale = PlanTale(stage)
    tale.see("plex", ["whole"], life: "t2")
    #expect(tale.lines == [#"restart plex nothing ["whole"]"#, "over: nothing"])
    tale = PlanTale(stage)
    tale.see("plex", [], idle: ["whole"], life: "t1")
    #expect(tale.lines == ["restart plex nothing []", "over: nothing"])
  }
}

@Suite struct `A step to launch` {
  private let stage = Stage(.portable, [step(.launch, .project("reading"))])

  @Test(arguments: [Set(), ["a"]] as [Set<String>])
  func `starts a project of which not all services run, until they do`(_ running: Set<String>) {
    var whole = step(.launch, .project("reading"))
    whole.units = [TargetState.whole]
    var tale = PlanTale(Stage(.portable, [whole]))
    tale.see("reading", running, idle: ["b"])
    tale.tell(.recorded(step: 1))
    #expect(tale.lines == ["launch reading by 6"])
    tale.answer("reading", .taken)
    tale.see("reading", ["a"], idle: ["b"])
    #expect(tale.lines == [])
    tale.wait(0.5)
    tale.see("reading", ["a", "b"])
    #expect(tale.lines == ["launch reading done []", "over: done"])
  }

  @Test func `leaves alone a project of which somebody runs a part`() {
    var tale = PlanTale(stage)
    tale.see("reading", ["a"], idle: ["b"])
    #expect(tale.lines == ["launch reading nothing []", "over: nothing"])
  }

  @Test func `starts a project that has no containers yet`() {
    var tale = PlanTale(stage)
    tale.see("reading", [])
    #expect(tale.lines == ["write launch reading [] [] and wait"])
  }

  @Test func `leaves alone a project that runs`() {
    var tale = PlanTale(stage)
    tale.see("reading", ["a", "b"])
    #expect(tale.lines == ["launch reading nothing []", "over: nothing"])
  }
}
