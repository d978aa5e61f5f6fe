import JSONValue
import StackKit
import Testing

extension `A host whose pool may go` {
  @Suite struct `A monitor that is killed` {
    /// Instants, in milliseconds after a drain and a resume began.
    private static func pairs(_ seed: UInt64) -> [(drain: Int, resume: Int)] {
      var random = SplitMix(state: seed)
      return (0..<3).map { _ in
        (Int.random(in: 0...1500, using: &random), Int.random(in: 0...900, using: &random))
      }
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `at any instant goes on after its start, and the end is exact`(_ seed: UInt64)
      async throws
    {
      try await TestHost.story { host in
        // Stops take a while, so that there is a middle.
        let slow = "trap 'sleep 1; exit 0' TERM; while :; do sleep 1 & wait; done"
        try await host.docker.run("plex", ["-v", "\(host.pool.path):/data"], script: slow)
        let before = try await host.begin()
        for pair in Self.pairs(seed) {
          await host.pool.unmount()
          try await host.until("a drain began") { host.monitor.lastRun == "drain" }
          try await Task.sleep(for: .milliseconds(pair.drain))
          await host.monitor.kill()
          try await host.monitor.start()
          try await host.untilDrained()
          try await host.untilDone("unmounted", "pool-degraded")
          try await host.pool.mount()
          try await host.until("a resume began") { host.monitor.lastRun == "resume" }
          try await Task.sleep(for: .milliseconds(pair.resume))
          await host.monitor.kill()
          try await host.monitor.start()
          try await host.untilBack(before)
        }
        let (began, ended) = (
          host.monitor.count(of: " began run="), host.monitor.count(of: " complete run=")
        )
        print("kills with seed \(seed): \(began) runs began, \(ended) of them came to their end")
      }
    }
  }
}

/// Random numbers that a seed repeats.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
