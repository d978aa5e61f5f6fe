import Foundation
import Synchronization
import Testing

@testable import ChildProcess

@Suite struct `A lane of child processes` {
  private static func command(_ script: String, deadline: Duration = .seconds(30)) -> ChildCommand {
    ChildCommand(
      path: "/bin/sh", arguments: ["-c", script], environment: [:], deadline: deadline,
      outputLimit: 1 << 20)
  }

  @Test func `starts none while one that was killed has not ended`() async {
    let reap = Mutex<(@Sendable () -> Void)?>(nil)
    let starts = Atomic(0)
    let lane = ChildLane { _, killed, reaped in
      if starts.wrappingAdd(1, ordering: .relaxed).newValue > 1 {
        reaped()
        return .exited(code: 0, output: [], complaint: "")
      }
      reap.withLock { $0 = reaped }
      killed()
      return .timedOut
    }
    #expect(await lane.run(Self.command("")) == .timedOut)
    for _ in 0..<3 {
      guard case .failed(let words) = await lane.run(Self.command("")) else {
        Issue.record("another was started")
        return
      }
      #expect(words.utf8.starts(with: "an earlier run was killed and has not ended".utf8))
    }
    #expect(starts.load(ordering: .relaxed) == 1)
    reap.withLock { $0 }?()
    #expect(
      await lane.run(Self.command("")) == .exited(code: 0, output: [], complaint: ""))
  }

  @Test func `runs one after the other, also after one that took too long`() async {
    let lane = ChildLane()
    let mark = NSTemporaryDirectory() + "lane-\(UUID().uuidString)"
    defer { unlink(mark) }
    let busy = Task {
      await lane.run(Self.command(": >\(mark); sleep 1000", deadline: .seconds(2)))
    }
    // The others come after it.
    for _ in 0..<6000 where access(mark, F_OK) != 0 { try? await Task.sleep(for: .milliseconds(5)) }
    async let one = lane.run(Self.command("echo 1"))
    async let two = lane.run(Self.command("echo 2"))
    let results = await [one, two]
    #expect(
      results == [
        .exited(code: 0, output: Array("1\n".utf8), complaint: ""),
        .exited(code: 0, output: Array("2\n".utf8), complaint: ""),
      ])
    #expect(await busy.value == .timedOut)
    // What cannot be started leaves the lane free.
    let nothing = ChildCommand(
      path: "/nowhere/at/all", arguments: [], environment: [:], deadline: .seconds(30),
      outputLimit: 1)
    for _ in 0..<2 {
      guard case .failed(let words) = await lane.run(nothing) else {
        Issue.record("it was started")
        return
      }
      #expect(!words.utf8.starts(with: "an earlier".utf8))
    }
  }
}
