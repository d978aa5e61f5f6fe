import Foundation
import Testing

/// Each call of each script fails once: the script says so and ends, or goes on because it may.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct `A script of the rehearsal` {
  @Test(arguments: ["create", "deploy --restart", "test", "delete"])
  func `tells of every call that fails`(_ script: String) async throws {
    try await KindStage.with(cluster: script != "create", images: ["mountmon:dev", "a:1"]) {
      stage in
      let whole = try await stage.run(script, "MAIN_IMAGE=a:1", "EVENT_TIMEOUT=30")
      #expect(whole.ending == .exited(0), "\(whole.errors)")
      let calls = try stage.calls()
      #expect(calls.count >= 2)
      for (index, call) in calls.enumerated() {
        try restore(stage, for: script)
        try stage.write("fail-at", ["\(index + 1)"])
        let outcome = try await stage.run(script, "MAIN_IMAGE=a:1", "EVENT_TIMEOUT=30")
        if isForgiven(call, after: calls[..<index]) {
          #expect(outcome.ending == .exited(0), "\(call): \(outcome.errors)")
        } else {
          let isBroken = calls[..<index].contains { $0.contains(" exec ") }
          let code: Int32 = isBroken || call.contains(" exec ") ? 3 : 1
          #expect(outcome.ending == .exited(code), "\(call): \(outcome.errors)")
          let name = script.hasSuffix("--restart") ? "redeploy" : script
          let last = outcome.errors.split(separator: "\n").last ?? ""
          #expect(last.hasPrefix("kind-\(name): "), "\(call): \(outcome.errors)")
          #expect(last.utf8.count > 30, "\(last)")
        }
        #expect(stage.leftHomeAlone)
      }
    }
  }

  private func restore(_ stage: KindStage, for script: String) throws {
    try stage.forget()
    try stage.write("clusters", script == "create" ? ["kind"] : ["kind", "mountmon-rehearsal"])
    let state = stage.folder.path + "/state/mountmon-rehearsal"
    if FileManager.default.fileExists(atPath: state) {
      try FileManager.default.removeItem(atPath: state)
    }
  }

  /// What is asked again, or has another way: a look at pods or events after the canary is gone, and
  /// whether the engine has an image that it can fetch.
  private func isForgiven(_ call: String, after calls: ArraySlice<String>) -> Bool {
    if call == "docker image inspect a:1" { return true }
    guard calls.contains(where: { $0.contains(" exec ") }) else { return false }
    return call.contains(" get pods ") || call.contains(" get events ")
  }
}
