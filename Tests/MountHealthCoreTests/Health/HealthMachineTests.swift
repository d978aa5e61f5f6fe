import Pacing
import Testing

@testable import MountHealthCore

/// One row a story: what is seen, and the health after each look.
private func row(
  _ story: String, threshold: Int = 3, successes: Int = 1, grace: Int = 0, flapWindow: Int = 0,
  is healths: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  // A round is 1 s here, so that grace and window count in marbles.
  var marbles = Marbles(
    threshold: threshold, successes: successes, grace: .seconds(grace),
    flapWindow: .seconds(flapWindow), round: .seconds(1))
  #expect(marbles.play(story) == healths, sourceLocation: sourceLocation)
}

@Suite struct `Health by thresholds` {
  @Test func `begins unknown, and is healthy by one good outcome`() {
    row("  . .", is: "??Hhh")
  }

  @Test func `follows a run of bad outcomes`() {
    row(".xx.xxx.", threshold: 1, is: "HUuHUuuH")
    row(".xx.xxx.", threshold: 2, is: "HDUHDUuH")
    row(".xx.xxx.", threshold: 3, is: "HDdHDdUH")
    row(".xx.xxxx.", threshold: 4, is: "HDdHDddUH")
  }

  @Test func `of a mount that was never good takes the same way`() {
    row("xxx", threshold: 1, is: "Uuu")
    row("xxx", threshold: 2, is: "DUu")
    row("xxx.", threshold: 3, is: "DdUH")
  }

  @Test func `asks for as many good outcomes as it is told`() {
    row("..x...", successes: 2, is: "?HDdHh")
    row("...xxx...", successes: 3, is: "??HDdUDdH")
    row("xxx..x..", successes: 2, is: "DdUDHDdH")
    // One bad outcome, and the counting begins anew.
    row("xx.x.x..", successes: 2, is: "DddddddH")
  }

  @Test func `is not lifted by extra looks where several rounds are asked for`() {
    row("xxxggg..", successes: 2, is: "DdUDdddH")
    row("xxxg", successes: 1, is: "DdUH")
  }

  @Test func `does not count extra bad looks in a run that has begun`() {
    row(".xeeexeeex", is: "HDdddddddU")
    row(".xex.", threshold: 2, is: "HDdUH")
  }

  @Test func `lets an extra bad look begin a run`() {
    row(".exx", is: "HDdU")
    row(".e", threshold: 1, is: "HU")
    row(".eg", is: "HDH")
  }

  @Test func `is cleared by an extra good look`() {
    row(".xxgxxgxxx", is: "HDdHDdHDdU")
  }
}

@Suite struct `A limited outcome` {
  @Test func `degrades and never more`() {
    row(".llllllll.", threshold: 2, is: "HDdddddddH")
    row("llll", threshold: 1, is: "Dddd")
  }

  @Test func `takes an unhealthy mount back to degraded`() {
    row("xxxl.", is: "DdUDH")
    row("xxxlxxx", is: "DdUDddU")
  }

  @Test func `ends a run of bad ones`() {
    row(".xxlxx", is: "HDdddd")
  }

  @Test func `as an extra look weighs the same`() {
    row(".mmm.", is: "HDddH")
  }
}

@Suite struct `The start-up grace` {
  @Test func `holds unknown until it is over`() {
    row("xxxxxxx", grace: 4, is: "????DdU")
    row("lllll", grace: 4, is: "????D")
  }

  @Test func `is over at the first good outcome`() {
    row("xx.xxx", grace: 100, is: "??HDdU")
  }

  @Test func `counts nothing meanwhile`() {
    var marbles = Marbles(grace: .seconds(300))
    #expect(marbles.play("xxl") == "???")
    #expect(marbles.machine.failureCount == 0)
  }

  @Test func `does not come again after a lapse`() {
    row(".~x", grace: 100, is: "H!D")
  }
}

@Suite struct `A flapping mount` {
  @Test func `is not believed after its third fall`() {
    row(".x.x.x.....", flapWindow: 100, is: "HDHDHDddddd")
    row(".x.x.x", flapWindow: 100, is: "HDHDHD")
  }

  @Test func `is believed again when a fall is older than the window`() {
    // Falls at 1, 3 and 5: with a window of 8 the first is over at 9.
    row(".x.x.x.....", flapWindow: 8, is: "HDHDHDdddHh")
    row(".x.x.x.....x.", flapWindow: 8, is: "HDHDHDdddHhDH")
  }

  @Test func `can still become unhealthy`() {
    row(".x.x.xxx..", flapWindow: 100, is: "HDHDHDdUDd")
  }

  @Test func `is told apart from one with a single fall`() {
    row(".xxxxx.", flapWindow: 100, is: "HDdUuuH")
  }

  @Test func `falls by limited outcomes too`() {
    row(".l.l.l..", flapWindow: 100, is: "HDHDHDdd")
  }

  @Test func `is no matter with a window of zero`() {
    row(".x.x.x.x.x.x.", is: "HDHDHDHDHDHDH")
  }

  /// The fault of its predecessor: fail, fail, good for ever never reached a threshold of three.
  @Test func `never counts as recovered while it goes on`() {
    var marbles = Marbles(flapWindow: .seconds(300))
    let healths = marbles.play(String(repeating: "xx.", count: 20))
    #expect(!healths.dropFirst(10).contains("H"))
    #expect(!healths.dropFirst(10).contains("h"))
    #expect(marbles.machine.isFlapping(at: Tick(nanoseconds: 123_456_789_000) + .seconds(1800)))
  }
}

@Suite struct `A lapse` {
  @Test func `leads to unknown from anywhere`() {
    row(".~", is: "H!")
    row(".x~", is: "HD!")
    row("xxx~", is: "DdU!")
    row("l~", is: "D!")
    row("~~", is: "??")
  }

  @Test func `is ended by the next outcome`() {
    row(".~.", is: "H!H")
    row(".~x", is: "H!D")
    row("..~..", successes: 2, is: "?H!?H")
  }

  /// It is a pause in what is seen, not in what is.
  @Test func `does not end a run of bad outcomes`() {
    row("xxx~x", is: "DdU!U")
    row("xx~x", is: "Dd!U")
  }
}

@Suite struct `The failure count` {
  @Test(arguments: [
    ("", 0), (".", 0), ("x", 1), ("xxx", 3), ("xxxxx", 5), ("xlx", 3), ("xex", 2), ("xe", 1),
    ("e", 1), ("ee", 1), ("lm", 1), ("xx.", 0), ("xxg", 0), ("xx~", 2), ("xx.x", 1),
  ])
  func `counts rounds other than good ones in a row`(story: String, count: Int) {
    var marbles = Marbles()
    _ = marbles.play(story)
    #expect(marbles.machine.failureCount == count)
  }
}

@Suite struct `A change of policy` {
  @Test func `takes effect with the next outcome`() {
    var marbles = Marbles(threshold: 5)
    #expect(marbles.play("xxx") == "Ddd")
    marbles.machine.policy.failureThreshold = 2
    #expect(marbles.play("x") == "U")
    marbles.machine.policy.successThreshold = 2
    #expect(marbles.play("..") == "DH")
  }
}
