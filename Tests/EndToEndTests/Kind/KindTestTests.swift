import Foundation
import Glibc
import JSONValue
import Testing

/// `make kind-test` against a cluster that a stub plays.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct `The rehearsal` {
  @Test(arguments: [
    ["a+", "a-", "a! b?", "b-", "b+"],
    ["a-", "a!", "", "b-", "b+"],
    // All between two looks.
    ["b+"],
    // The replacement is ready before the old pod has ended.
    ["a-", "a! b-", "a! b+"],
  ])
  func `passes when the pod is replaced, and tells the times`(_ looks: [String]) async throws {
    try await KindStage.with(pods: looks) { stage in
      let outcome = try await stage.run("test")
      #expect(outcome.ending == .exited(0), "\(outcome.errors)")
      let result = try outcome.result
      #expect(result["result"] == "passed")
      #expect(result["reason"] == .null)
      #expect(result["pod"] == "main-app-a")
      #expect(result["replacement"] == "main-app-b")
      #expect(result["events"] == ["MountUnhealthy", "WatchdogRestart"])
      let times = ["unready", "going", "replacementMade", "replacementReady"]
        .compactMap { result["milliseconds"]?[$0]?.intValue }
      #expect(times.count == 4)
      #expect(times == times.sorted())
      #expect(outcome.output.contains("replacement ready after"))
      #expect(stage.leftHomeAlone)
    }
  }

  @Test func `passes only once the old pod goes, also where another is ready before`() async throws
  {
    try await KindStage.with(pods: ["a- b+", "a- b+", "a! b+"]) { stage in
      let outcome = try await stage.run("test")
      #expect(outcome.ending == .exited(0), "\(outcome.errors)")
      let times = try #require(try outcome.result["milliseconds"])
      let ready = try #require(times["replacementReady"]?.intValue)
      #expect(try #require(times["going"]?.intValue) > ready)
      #expect(outcome.errors == "")
    }
  }

  @Test func `asks the cluster, and no other`() async throws {
    try await KindStage.with { stage in
      #expect(try await stage.run("test").ending == .exited(0))
      let calls = try stage.calls()
      let removal = calls.first { $0.contains(" exec ") }
      #expect(
        removal?.hasSuffix(
          " exec main-app-a --container main-app -- rm /mnt/test/.health-check") == true)
      for call in calls where call.hasPrefix("kubectl") {
        #expect(
          call.hasPrefix(
            "kubectl --kubeconfig STATE/kubeconfig --context kind-mountmon-rehearsal"
              + " --cache-dir STATE/cache "))
      }
      #expect(!calls.contains { $0.hasSuffix("of the environment") })
      let events = calls.filter { $0.contains(" get events ") }
      #expect(events.allSatisfy { $0.contains("--field-selector involvedObject.uid=uid-a ") })
    }
  }

  // One look decides, however few there is time for.
  @Test(arguments: [
    (["a+"], "still-ready", "is still ready 1 s after its canary was removed"),
    (["a-"], "not-replaced", "was not replaced within 1 s"),
    ([""], "no-replacement", "no pod took its place"),
    (["b-"], "replacement-not-ready", "is not ready within 1 s"),
    (["a- b+"], "not-replaced", "main-app-b is ready beside main-app-a, which did not go"),
  ])
  func `fails, and says why, when`(
    _ looks: [String], _ reason: String, _ message: String
  ) async throws {
    try await KindStage.with(pods: looks) { stage in
      let outcome = try await stage.run("test", "TEST_TIMEOUT=1")
      try check(outcome, reason, message)
      let calls = try stage.calls()
      for question in ["describe deployment,pods", "get events --sort-by", " logs --selector"] {
        #expect(calls.contains { $0.contains(question) }, "\(question)")
      }
    }
  }

  @Test(arguments: [[], ["WatchdogRestart"], ["MountUnhealthy", "RestartHeld"]])
  func `fails when no event says why the pod was replaced`(_ events: [String]) async throws {
    try await KindStage.with(events: events) { stage in
      let outcome = try await stage.run("test")
      try check(outcome, "no-event", "no event says why; missing:")
      let result = try outcome.result
      #expect(result["events"]?.arrayValue?.compactMap(\.stringValue) == events)
    }
  }

  @Test func `fails when the replacement does not stay`() async throws {
    try await KindStage.with(pods: ["a! b+", "b-"]) { stage in
      try check(try await stage.run("test", "SETTLE=30"), "not-settled", "did not stay so")
    }
  }

  @Test func `fails when the canary cannot be removed`() async throws {
    try await KindStage.with { stage in
      try stage.write("fail", [" exec "])
      try check(try await stage.run("test"), "canary-not-removed", "failed in main-app-a")
    }
  }

  @Test func `fails when the API server falls silent`() async throws {
    try await KindStage.with { stage in
      try stage.write("fail-later", [" get "])
      let outcome = try await stage.run("test", "TEST_TIMEOUT=1")
      try check(outcome, "unreachable", "the API server does not answer: the stub refuses")
    }
  }

  @Test(arguments: ["a-", "a+ b+", "", "a!"])
  func `breaks nothing unless there is one pod, and it is ready`(_ pods: String) async throws {
    try await KindStage.with { stage in
      try stage.tell(["a-"], before: pods)
      let outcome = try await stage.run("test")
      #expect(outcome.ending == .exited(1))
      #expect(outcome.errors.contains("there has to be one ready pod"))
      #expect(try !stage.calls().contains { $0.contains(" exec ") })
    }
  }

  @Test func `breaks nothing where nothing is deployed`() async throws {
    try await KindStage.with(deployed: false) { stage in
      let outcome = try await stage.run("test")
      #expect(outcome.ending == .exited(1))
      #expect(outcome.errors.contains("not found); first: make kind-deploy"))
    }
  }

  @Test(arguments: [("true", "passed", Int32(0)), ("false", "failed", 3)])
  func `runs the contract suite when asked`(
    _ make: String, _ word: String, _ code: Int32
  ) async throws {
    try await KindStage.with { stage in
      let outcome = try await stage.run("test", "CONTRACT=1", "MAKE=\(make)")
      #expect(outcome.ending == .exited(code))
      let result = try outcome.result
      #expect(result["contract"]?.stringValue == word)
    }
    try await KindStage.with { stage in
      let result = try await stage.run("test").result
      #expect(result["contract"] == "not-asked")
    }
  }

  @Test func `ends cleanly when it is interrupted`() async throws {
    try await KindStage.with(pods: ["a-"]) { stage in
      let child = try Child(stage.words("test", []))
      defer { child.kill() }
      #expect(
        await eventually(within: .seconds(30)) {
          FileManager.default.fileExists(atPath: "\(stage.folder.path)/stub/looks")
        })
      kill(child.pid, SIGTERM)
      let outcome = try await child.finish()
      #expect(outcome.ending == .exited(130))
      let result = try outcome.result
      #expect(result["result"] == "interrupted")
    }
  }

  private func check(_ outcome: Child.Outcome, _ reason: String, _ message: String) throws {
    #expect(outcome.ending == .exited(3))
    #expect(outcome.errors.contains("kind-test: failed: "), "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    let result = try outcome.result
    #expect(result["result"] == "failed")
    #expect(result["reason"]?.stringValue == reason)
  }
}
