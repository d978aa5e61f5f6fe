import Pacing
import Testing

@testable import StackDrain

@Suite struct `A step` {
  @Test func `looks, is written down, acts, and reads back`() {
    var tale = PlanTale(Stage(.downloads, [step(.pause, .client("sab"))]))
    #expect(tale.lines == ["look sab by 5"])
    tale.see("sab", ["a", "b"], idle: ["c"])
    #expect(tale.lines == [#"write pause sab ["a", "b"] [] and wait"#])
    tale.wait(1)
    #expect(tale.lines == [])
    tale.tell(.recorded(step: 1))
    #expect(tale.lines == [#"pause sab ["a", "b"] by 7"#])
    tale.answer("sab", .taken)
    #expect(tale.lines == ["look sab by 6"])
    tale.see("sab", [], idle: ["a", "b", "c"])
    #expect(tale.lines == ["pause sab done []", "over: done"])
    #expect(tale.machine.alarm == nil)
  }

  @Test func `does nothing that could not be written down`() {
    var tale = PlanTale(Stage(.downloads, [step(.pause, .client("sab"))]))
    tale.see("sab", ["a"])
    tale.tell(.refused(step: 1, "too much"))
    #expect(tale.lines == ["pause sab failed []", "over: failed"])
  }

  @Test func `loses no time to a disk that is slow to keep the ledger`() {
    var tale = PlanTale(Stage(.downloads, [step(.pause, .client("sab"))]))
    tale.see("sab", ["a"])
    tale.wait(100)
    #expect(tale.lines == [] && tale.machine.alarm == nil)
    tale.tell(.recorded(step: 1))
    #expect(tale.lines == [#"pause sab ["a"] by 106"#])
    tale.wait(6)
    tale.see("sab", [], idle: ["a"])
    #expect(tale.lines.last == "over: done")
  }

  @Test func `that has nothing to do writes down what a forgetful client does not do`() {
    var tale = PlanTale(Stage(.downloads, [step(.pause, .client("sab"), recordsIdle: true)]))
    tale.see("sab", [], idle: ["a"])
    #expect(tale.lines == [#"write pause sab [] ["a"]"#, "pause sab nothing []", "over: nothing"])
  }

  @Test func `of halting that is not answered costs its look, and nothing is done`() {
    var tale = PlanTale(Stage(.containers, [step(.stop, .container("plex"), within: 30)]))
    tale.wait(4)
    #expect(tale.lines == [])
    tale.wait(1)
    #expect(tale.lines == ["stop plex unanswered []", "over: unanswered"])
  }

  @Test func `asks again whom it has started until its deadline, and once`() {
    let resume = step(.resume, .client("sab"), units: ["a"])
    var tale = PlanTale(Stage(.clients, [resume]))
    tale.answer("sab", .failed("refused"))
    #expect(tale.lines == [])
    tale.wait(1)
    #expect(tale.lines == ["look sab by 6"])
    tale.wait(5)
    #expect(tale.lines == [])
    tale.wait(0.5)
    #expect(tale.lines == ["look sab by 8"])
    tale.wait(1.5)
    #expect(tale.lines == ["resume sab unanswered []", "over: unanswered"])
    tale.wait(100)
    #expect(tale.lines == [])
  }

  @Test func `reads back though its call was not answered, and finds that it came through`() {
    var tale = PlanTale(Stage(.downloads, [step(.pause, .client("sab"))]))
    tale.see("sab", ["a"])
    tale.tell(.recorded(step: 1))
    tale.wait(6)
    #expect(tale.lines == ["look sab by 8"])
    tale.see("sab", [], idle: ["a"])
    #expect(tale.lines == ["pause sab done []", "over: done"])
  }

  @Test func `believes no answer, and says what was not so at its deadline`() {
    var tale = PlanTale(Stage(.downloads, [step(.pause, .client("sab"))]))
    tale.see("sab", ["a"])
    tale.tell(.recorded(step: 1))
    tale.answer("sab", .taken)
    var looks = 0
    while tale.machine.results.isEmpty, looks < 100 {
      tale.see("sab", ["a"])
      looks += 1
      if tale.machine.results.isEmpty { tale.wait(0.5) }
    }
    #expect(looks == 16)
    #expect(tale.machine.results[1]?.words == "it took the call, and is not as it should be")
    #expect(tale.now == .zero + .milliseconds(7500))
  }

  @Test func `hears a late answer of its look no more`() {
    var tale = PlanTale(Stage(.downloads, [step(.resume, .client("sab"), units: ["a"])]))
    let late = tale.calls
    tale.wait(5)
    for call in late.keys { tale.tell(.answered(call, .state(.init(idle: ["a"])))) }
    #expect(tale.lines == [])
    tale.wait(0.5)
    #expect(tale.lines == ["look sab by 8"])
  }

  @Test func `that was refused looks whether it is so all the same, and does not insist`() {
    var tale = PlanTale(Stage(.downloads, [step(.pause, .client("sab"))]))
    tale.see("sab", ["a"])
    tale.tell(.recorded(step: 1))
    tale.answer("sab", .failed("HTTP 403"))
    tale.see("sab", ["a"])
    #expect(tale.lines == ["pause sab failed []", "over: failed"])
    #expect(tale.machine.results[1]?.words == "HTTP 403")
  }

  @Test(arguments: [0, 1, 2])
  func `ends with a target that is no more, at any time`(_ when: Int) {
    var tale = PlanTale(Stage(.start, [step(.start, .container("plex"), units: ["whole"])]))
    if when > 0 {
      tale.see("plex", [], idle: ["whole"])
      tale.tell(.recorded(step: 1))
    }
    if when > 1 { tale.answer("plex", .taken) }
    tale.answer("plex", .gone("no such container"))
    #expect(tale.lines == [#"start plex gone ["whole"]"#, "over: gone"])
  }

  @Test func `of a resume acts on what is owed alone, and pays what runs by itself`() {
    var tale = PlanTale(Stage(.clients, [step(.resume, .client("tr"), units: ["a", "b", "gone"])]))
    tale.see("tr", ["b"], idle: ["a", "person's"])
    tale.tell(.recorded(step: 1))
    #expect(tale.lines == [#"resume tr ["a"] by 6"#])
    tale.answer("tr", .taken)
    tale.see("tr", ["a", "b"], idle: ["person's"])
    #expect(tale.lines == [#"resume tr done ["a", "b", "gone"]"#, "over: done"])
  }

  @Test func `of a unit that cannot be read pauses and resumes it`() {
    var tale = PlanTale(Stage(.processing, [step(.pause, .client("pp"), recordsIdle: true)]))
    tale.see("pp", ["whole"], idle: ["whole"])
    #expect(tale.lines == [#"write pause pp ["whole"] ["whole"] and wait"#])
    tale.tell(.recorded(step: 1))
    #expect(tale.lines == [#"pause pp ["whole"] by 6"#])
    tale.answer("pp", .taken)
    tale.see("pp", [], idle: ["whole"])
    #expect(tale.lines.last == "over: done")

    tale = PlanTale(Stage(.clients, [step(.resume, .client("pp"), units: ["whole"])]))
    tale.see("pp", ["whole"], idle: ["whole"])
    tale.tell(.recorded(step: 1))
    #expect(tale.lines == [#"resume pp ["whole"] by 6"#])
    tale.answer("pp", .taken)
    tale.see("pp", ["whole"])
    #expect(tale.lines == [#"resume pp done ["whole"]"#, "over: done"])
  }
}
