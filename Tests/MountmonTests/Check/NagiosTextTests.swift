import MountHealthCore
import Testing

@testable import mountmon

@Suite struct `An answer to Nagios` {
  @Test func `is OK with the times of all mounts`() throws {
    let text = NagiosText.text([
      try .sample("/mnt/a", name: "a", health: .healthy, verdict: .ok),
      try .sample("/mnt/b", health: .healthy, verdict: .ok, latency: .milliseconds(2)),
    ])
    #expect(
      text == """
        MOUNTS OK - 2 of 2 mounts ok | 'a'=1500us '/mnt/b'=2000us
        a: ok
        /mnt/b: ok

        """)
  }

  @Test func `names the mounts in trouble, and has no empty performance data`() throws {
    let text = NagiosText.text([
      try .sample(
        "/mnt/a", name: "a|b", health: .unhealthy, verdict: .hung, error: "no answer | for 5s",
        latency: nil)
    ])
    #expect(
      text == """
        MOUNTS CRITICAL - a/b is hung
        a/b: hung - no answer / for 5s

        """)
  }

  @Test(arguments: [
    (Verdict.slow, "WARNING"), (.full, "WARNING"), (.inaccessible, "WARNING"),
    (.dead, "CRITICAL"), (nil, "UNKNOWN"),
  ])
  func `has the state of the worst`(verdict: Verdict?, state: String) throws {
    let text = NagiosText.text([
      try .sample("/mnt/a", health: .healthy, verdict: .ok),
      try .sample("/mnt/b", health: .degraded, verdict: verdict),
    ])
    #expect(text.hasPrefix("MOUNTS \(state) - "))
  }

  @Test func `doubles quotes in labels, and writes no equals sign`() throws {
    let text = NagiosText.text([
      try .sample("/mnt/a", name: "it's=me", health: .healthy, verdict: .ok)
    ])
    #expect(text.contains("| 'it''s_me'=1500us\n"))
  }
}
