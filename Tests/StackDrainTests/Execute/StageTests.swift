import Pacing
import Testing

@testable import StackDrain

@Suite struct `Stages` {
  @Test func `come one after the other, and the steps of one side by side`() {
    var tale = PlanTale(
      Stage(.downloads, [step(.pause, .client("a")), step(.pause, .client("b"))]),
      Stage(.containers, [step(.stop, .container("c"))]))
    #expect(tale.lines == ["look a by 5", "look b by 5"])
    tale.see("a", [])
    #expect(tale.lines == ["pause a nothing []"])
    tale.wait(5)
    #expect(tale.lines == ["pause b unanswered []", "look c by 10"])
    tale.see("c", [])
    #expect(tale.lines == ["stop c nothing []", "over: nothing unanswered nothing"])
    tale.wait(10)
    tale.see("c", ["whole"])
    #expect(tale.lines == ["nobody asked c"])
  }

  @Test func `keep a step back until those before it have ended, well or not`() {
    var tale = PlanTale(
      Stage(
        .containers,
        [
          step(.stop, .container("db"), after: [1]), step(.stop, .container("app"), after: [2]),
          step(.stop, .container("proxy")),
        ]))
    #expect(tale.lines == ["look proxy by 5"])
    tale.wait(5)
    #expect(tale.lines == ["stop proxy unanswered []", "look app by 10"])
    tale.see("app", ["whole"])
    tale.tell(.recorded(step: 2))
    tale.answer("app", .taken)
    tale.see("app", [], idle: ["whole"])
    #expect(tale.lines == ["stop app done []", "look db by 10"])
  }

  @Test func `settle when it was quiet twice in a row`() {
    let settle = step(.settle, .stack, within: 60)
    var tale = PlanTale(Stage(.settle, [settle]))
    for (requests, bytes) in [(0, 0), (1, 0), (0, 1 << 20), (0, 1000)] {
      tale.answer("stack", .traffic(PoolTraffic(requests: requests, bytesPerSecond: bytes)))
      #expect(tale.lines == [])
      tale.wait(1)
      #expect(tale.lines.first?.hasPrefix("measure") == true)
    }
    tale.answer("stack", .traffic(PoolTraffic(requests: 0, bytesPerSecond: 0)))
    #expect(tale.lines == ["over: done"])
  }

  @Test func `settle no longer than their deadline`() {
    var tale = PlanTale(Stage(.settle, [step(.settle, .stack, within: 3)]))
    var measurements = 0
    while tale.machine.stage != nil, measurements < 100 {
      tale.answer("stack", .traffic(PoolTraffic(requests: 3, bytesPerSecond: 0)))
      measurements += 1
      if tale.machine.stage != nil { tale.wait(1) }
    }
    #expect(measurements == 3)
    #expect(tale.lines == ["over: unconfirmed"])
  }

  @Test func `end with what the last look saw`() {
    var machine = PlanMachine(
      [Stage(.verify, [step(.verify, .stack)])].numbered(), run: 4, firstCall: 7)
    let begin = machine.handle(.tick, at: .zero)
    let id = CallID(run: 4, number: 7)
    #expect(
      begin == [.call(id, .survey(asksClients: true), deadline: .zero + .seconds(8))])
    let seen = StackSnapshot(containers: [])
    let end = machine.handle(.answered(id, .surveyed(seen)), at: .zero)
    #expect(end == [.finished(PlanOutcome(results: [1: StepResult(.done)], snapshot: seen))])
    #expect(machine.handle(.tick, at: .zero) == [])
    #expect(machine.nextCall == 8)
  }
}
