import MountHealthCore
import Testing

@Suite struct `A suggestion` {
  @Test func `is the nearest name`() {
    #expect("--log-leve".closest(among: ["--log-format", "--log-level"]) == "--log-level")
    #expect("chekc".closest(among: ["sidecar", "check"]) == "check")
    #expect("CanaryFiel".closest(among: ["canaryFile", "canaryMaxBytes"]) == "canaryFile")
  }

  @Test func `is none where nothing is near`() {
    #expect("restart".closest(among: ["sidecar", "check"]) == nil)
    #expect("ls".closest(among: ["help"]) == nil)
    #expect("-x".closest(among: ["-c", "-h"]) == nil)
    #expect("".closest(among: ["check"]) == nil)
    #expect("check".closest(among: []) == nil)
  }

  @Test func `does not take long for a long name`() {
    let long = String(repeating: "c", count: 1_000_000)
    #expect(long.closest(among: ["check"]) == nil)
  }
}
