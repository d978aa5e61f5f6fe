import HTTPTransport
import JSONValue
import Pacing
import Synchronization
import Testing
import TimeText

@testable import K8sClient

@Suite struct `The event recorder` {
  private static func wait(until isDone: () -> Bool) async {
    while !isDone() { await Task.yield() }
  }

  @Test func `posts what is recorded while it runs, and what is left when it ends`() async throws {
    let clock = SteppingClock(
      longest: .seconds(100), ignoring: [.seconds(10), .seconds(5)])
    let caller = FakeCaller { .success($0.body ?? .null) }
    let recorder = EventRecorder(by: caller, clock: clock.clock, seed: 1)
    let note = try `The event machine`.note()
    recorder.record(note)
    try await clock.whilePassing {
      let run = Task { await recorder.run() }
      await Self.wait { caller.requests.count == 1 }
      recorder.record(note)
      await Self.wait { caller.requests.count == 2 }
      // The clock stands at a minute after the first; the next repetition would wait.
      recorder.record(note)
      recorder.record(note)
      run.cancel()
      await run.value
    }
    let requests = caller.requests
    #expect(requests.map(\.method).prefix(2) == ["POST", "PATCH"])
    #expect(requests.last?.body?["series"]?["count"]?.intValue == 4)
    #expect(recorder.counts.created == 1 && recorder.counts.repeated == 3)
  }

  @Test func `does not wait for a server that never answers`() async throws {
    let clock = SteppingClock()
    let caller = SilentCaller()
    let recorder = EventRecorder(by: caller, clock: clock.clock, seed: 1)
    try await clock.whilePassing {
      let run = Task { await recorder.run() }
      for number in 0..<1000 {
        recorder.record(try `The event machine`.note("R\(number)", pod: "p\(number)"))
      }
      await Self.wait { recorder.counts.retried > 2 }
      run.cancel()
      await run.value
    }
    #expect(recorder.counts.created == 0)
    #expect(recorder.counts.crowdedOut >= 900)
  }

  @Test func `sets no timer where it has nothing to post`() async throws {
    let sleeps = Mutex(0)
    let idle = TickClock(
      now: { .at(100) },
      sleep: { _ in
        sleeps.withLock { $0 += 1 }
        try await Task.sleep(for: .seconds(3600))
      })
    let caller = FakeCaller { .success($0.body ?? .null) }
    let recorder = EventRecorder(by: caller, clock: idle, seed: 1)
    let run = Task { await recorder.run(flushingWithin: .zero) }
    recorder.record(try `The event machine`.note())
    await Self.wait { recorder.counts.created == 1 }
    // Time for it to find that there is nothing more; that of the call is one.
    for _ in 0..<1000 { await Task.yield() }
    #expect(sleeps.withLock { $0 } == 1)
    run.cancel()
    await run.value
  }

  @Test func `posts bodies of the recorded form`() async throws {
    let recording = try Recording("event-create")
    let recorded = recording.exchanges[1].requestBody
    let regarding = try #require(recorded["regarding"])
    let note = EventNote(
      .warning, reason: "Restarting", action: "DeletePod", note: "liveness gone, pod restarted",
      regarding: ObjectReference(json: regarding),
      time: try Timestamp(rfc3339: "2026-01-02T03:04:05.123456Z"),
      reportingController: "example.com/homelab-controller",
      reportingInstance: "homelab-controller-0")
    var machine = EventMachine(seed: 1)
    _ = machine.handle(.record(note), at: .at(0))
    guard case .send(let request)? = machine.handle(.tick, at: .at(0)).last else {
      Issue.record("nothing is sent")
      return
    }
    var body = try #require(request.body)
    let name = try #require(body["metadata"]?["name"]?.stringValue)
    #expect(name.hasPrefix("prowlarr-0."))
    body["metadata"]?["name"] = recorded["metadata"]?["name"]
    #expect(body == recorded)
    #expect(request.path == recording.exchanges[1].path)
    // The repetition of event-series, and the answer that the event is gone.
    let series = try Recording("event-series")
    _ = machine.handle(.sent, at: .at(0))
    var again = note
    again.time = try Timestamp(rfc3339: "2026-01-02T03:06:05.123456Z")
    _ = machine.handle(.record(again), at: .at(60))
    guard case .send(let patch)? = machine.handle(.tick, at: .at(60)).last else {
      Issue.record("nothing is sent")
      return
    }
    #expect(patch.body == series.exchanges[0].requestBody)
    let gone = KubernetesError(patch, Status(json: series.exchanges[6].body))
    guard case .send(let anew)? = machine.handle(.failed(gone), at: .at(61)).last else {
      Issue.record("nothing is sent")
      return
    }
    #expect(anew.method == "POST")
  }
}

/// A server that takes calls and never answers.
private final class SilentCaller: APICaller {
  func send(_ request: APIRequest) async throws(KubernetesError) -> JSONValue {
    while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    throw KubernetesError(.cancelled, request.operation, mayHaveHappened: true)
  }

  func open(_ request: APIRequest) async throws(KubernetesError) -> HTTPBody {
    throw KubernetesError(.cancelled, request.operation)
  }
}
