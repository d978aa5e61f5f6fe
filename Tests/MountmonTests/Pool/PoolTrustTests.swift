import MountHealthCore
import Pacing
import StackDrain
import Testing
import TimeText

@testable import mountmon

@Suite struct `What a pool's monitor believes and says` {
  @Test func `does not believe a judgement for ever`() {
    let wall = Timestamp(seconds: 1_795_233_600)
    let present = Moment(boot: "boot", tick: .zero, wall: wall)
    let engine = PoolEngine(ledger: Ledger(), stack: ToyStack.description, now: present)
    var helm = PoolHelm(
      engine, now: present, watchdog: .seconds(20), patience: .seconds(35))
    func turn(_ second: Int, _ signals: [PoolInbox.Signal] = [.timer]) -> [String] {
      let now = Tick.zero + .seconds(second)
      let deeds = helm.take(signals, at: now, wall: wall + .seconds(second))
      #expect(helm.alarm(after: now) > now)
      return deeds.compactMap { if case .notify(let words) = $0 { words } else { nil } }
    }
    func hasPulse(_ words: [String]) -> Bool { words.contains { $0.contains("WATCHDOG=1") } }
    #expect(hasPulse(turn(0, [.judged(.well)])))
    #expect(hasPulse(turn(35)))
    #expect(helm.picture.judgement?.state == .healthy)
    #expect(!hasPulse(turn(46)))
    #expect(helm.picture.judgement?.state == .unknown)
    #expect(helm.picture.standing == .unknown)
    #expect(
      helm.picture.notReadyReason
        == "the pool is unknown: the pool was not judged for 46s: its probes are not heard of")
    #expect(helm.picture.judgedAt == .zero)
    #expect(!hasPulse(turn(60)))
    #expect(helm.picture.events.filter { $0.level == .error }.count == 1)
    _ = turn(61, [.judged(.well)])
    #expect(helm.picture.judgement?.state == .healthy)
    #expect(hasPulse(turn(71)))
    // One that never saw anything is no better.
    var blind = PoolHelm(engine, now: present, watchdog: .seconds(20), patience: .seconds(35))
    let deeds = blind.take([.timer], at: .zero + .seconds(36), wall: wall + .seconds(36))
    #expect(blind.picture.judgement?.state == .unknown)
    #expect(
      !deeds.contains {
        if case .notify(let words) = $0 { words.contains("WATCHDOG") } else { false }
      })
  }

  @Test func `says done only once that is kept`() {
    for command in [PoolCommand.drain, .resume] {
      var tale = PoolTale()
      tale.pool(.well, for: 30)
      if command == .resume {
        tale.command(.drain, "0")
        tale.run(for: .seconds(60))
      }
      tale.command(command, "1")
      for _ in 0..<60_000 where tale.state(of: "1") == .waiting { tale.run(for: .milliseconds(1)) }
      guard case .done = tale.state(of: "1") else {
        Issue.record("\(command): \(tale.state(of: "1").map { "\($0)" } ?? "-")")
        continue
      }
      #expect(tale.disk.state.openRun == nil)
      #expect(tale.disk.lastNumber == tale.helm.engine.ledger.lastNumber)
    }
  }
}
