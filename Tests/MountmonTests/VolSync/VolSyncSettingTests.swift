import JSONValue
import MountHealthCore
import Testing

@testable import mountmon

@Suite struct `Monitors of a file` {
  private func faults(_ text: String) -> [String] {
    do throws(ConfigurationFaults) {
      _ = try VolSyncSetting.monitors(in: Array(text.utf8), at: "m.json")
      return []
    } catch {
      return error.lines
    }
  }

  @Test func `are one object, or a List`() throws {
    let one = #"{"kind":"VolSyncMonitor","metadata":{"name":"a"},"spec":{"enabled":true}}"#
    #expect(try VolSyncSetting.monitors(in: Array(one.utf8), at: "m.json").count == 1)
    let list = #"{"kind":"List","items":[\#(one),{"spec":{}}]}"#
    #expect(try VolSyncSetting.monitors(in: Array(list.utf8), at: "m.json").count == 2)
  }

  @Test func `are refused with every fault, a line each`() {
    #expect(faults("{").count == 1)
    #expect(faults(#"{"items":[]}"#) == ["m.json: no VolSyncMonitor is in it"])
    #expect(
      faults(#"{"kind":"Pod","spec":{}}"#)
        == [#"m.json: kind: found "Pod", expected "VolSyncMonitor""#])
    let lines = faults(
      #"{"items":[{"spec":{"enabled":1,"maxConcurrentUnlocks":-1}},{"spec":{"enabled":"x"}}]}"#)
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.hasPrefix("m.json: items[") })
  }

  @Test func `have names that differ`() {
    #expect(
      faults(#"{"items":[{"spec":{}},{"metadata":{"name":"a"},"spec":{}},{"spec":{}}]}"#)
        == ["m.json: items[2]: metadata.name: default is the name of another one, too"])
  }

  @Test func `come from whoever is another one in each process`() {
    let identities = (0..<8).map { _ in VolSyncSetting.identity(["POD_NAME": "mountmon-0"]) }
    #expect(Set(identities).count == 8)
    #expect(identities.allSatisfy { $0.hasPrefix("mountmon-0_") })
  }
}

@Suite struct `Options of volsync` {
  private func faults(_ words: String...) -> [String] {
    let outcome = MountmonCommands.decide(["volsync"] + words, build: .sample, style: .plain)
    guard case .run(let command) = outcome else { return ["\(outcome)"] }
    return VolSyncProgram.faults(of: command)
  }

  @Test func `are refused where they mean nothing, all at once`() {
    #expect(faults() == [])
    #expect(faults("--dry-run", "--output", "json", "--timeout", "1m") == [])
    #expect(faults("--watch", "--http-port", "9090", "--http-address", "127.0.0.1") == [])
    #expect(faults("--http-port", "9090") == ["--http-port: needs --watch"])
    #expect(
      faults("--watch", "--dry-run", "--output", "json", "--timeout", "1m") == [
        "--timeout: does not go with --watch", "--output: does not go with --watch",
        "--dry-run: does not go with --watch",
      ])
    // The older controller's flags were those of one that watches.
    #expect(faults("--leader-elect", "--timeout", "1m") == ["--timeout: does not go with --watch"])
    #expect(faults("explain", "media/plex") == [])
  }
}
