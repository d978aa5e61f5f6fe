import JSONValue
import Testing

@testable import MountHealthCore

@Suite struct `The watchdog's settings` {
  private func full() throws -> Configuration {
    let fixture = try #require(
      ConfigurationFixture.all("valid").first { $0.name == "watchdog-full" })
    return try Configuration.read(
      ConfigurationInput(file: .init(name: "config.json", bytes: fixture.bytes))
    ).configuration
  }

  @Test func `are read whole`() throws {
    let settings = try full().watchdog
    #expect(settings.isEnabled && settings.isDryRun)
    #expect(settings.strategy == .delete)
    #expect(settings.maxRetries == 5)
    #expect(settings.budget == .init(restarts: 2, window: .seconds(7200), spacing: .seconds(600)))
    #expect(settings.concurrency == 2)
    #expect(settings.replacementDeadline == .seconds(1200))
    let upstream = try #require(settings.upstream)
    #expect(upstream.url.description == "https://dav.example:443/health")
    #expect(upstream.interval == .seconds(60) && upstream.timeout == .seconds(3))
    #expect(upstream.authorityFile == "/etc/dav/ca.crt")
  }

  @Test func `have a repair for all mounts, and a mount its own`() throws {
    let configuration = try full()
    let repair = try #require(configuration.watchdog.repair)
    #expect(repair.attempts == 2 && repair.settle == .seconds(45) && repair.timeout == .seconds(15))
    guard case .http(let call) = repair.action else {
      Issue.record("not a request")
      return
    }
    #expect(call.headers == [.init(name: "Content-Type", value: "application/json")])
    #expect(call.body == #"{"fs": "{name}:"}"#)
    #expect(configuration.mounts[0].repair == nil)
    #expect(
      configuration.mounts[1].repair
        == WatchdogSettings.Repair(
          action: .command(["/usr/local/bin/remount", "{path}"]), timeout: .seconds(60)))
  }

  @Test func `may come from the environment where a text can say them`() throws {
    let input = ConfigurationInput(
      file: .init(name: "c", bytes: Array(#"{"mounts": [{"path": "/a"}]}"#.utf8)),
      environment: [
        "MOUNTMON_WATCHDOG_ENABLED": "true", "MOUNTMON_WATCHDOG_STRATEGY": "exit",
        "MOUNTMON_WATCHDOG_CONCURRENCY": "4", "MOUNTMON_WATCHDOG_DRY_RUN": "true",
      ])
    let settings = try Configuration.read(input).configuration.watchdog
    #expect(settings.isEnabled && settings.isDryRun)
    #expect(settings.strategy == .exit)
    #expect(settings.concurrency == 4)
  }

  @Test func `are cautious where nothing is given`() {
    let settings = WatchdogSettings()
    #expect(!settings.isEnabled && settings.strategy == .evict && settings.concurrency == 1)
    #expect(settings.budget.restarts == 3 && settings.budget.window == .seconds(3600))
  }
}
