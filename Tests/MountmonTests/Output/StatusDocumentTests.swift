import JSONValue
import MountHealthCore
import Testing

@testable import mountmon

@Suite struct `The status document` {
  @Test func `has the fields of a troubled mount in their order`() throws {
    let status = try MountStatus.sample(
      "/mnt/debrid", name: "debrid-storage", health: .degraded, verdict: .dead,
      error: "read /mnt/debrid/.health-check: Input/output error (EIO)")
    let text = StatusDocument.document([status], at: .sample).text()
    #expect(
      text == #"{"timestamp":"2026-11-21T04:00:10Z","status":"unhealthy","mounts":["#
        + #"{"path":"/mnt/debrid","name":"debrid-storage","status":"DEGRADED","#
        + #""lastCheck":"2026-11-21T04:00:09Z","failureCount":2,"#
        + #""lastError":"read /mnt/debrid/.health-check: Input/output error (EIO)","#
        + #""verdict":"dead","since":"2026-11-21T04:00:05Z","latency":"1.5ms"}]}"#)
  }

  @Test func `leaves out what is not known`() throws {
    let status = try MountStatus.sample("/a", health: .unknown, verdict: nil, latency: nil)
    let object = StatusDocument.mount(status, at: .sample)
    #expect(object.keys == ["path", "name", "status", "failureCount", "since"])
    #expect(object["status"] == "UNKNOWN")
  }

  @Test func `is healthy where all mounts are`() throws {
    let good = try MountStatus.sample("/a", health: .healthy, verdict: .ok)
    let other = try MountStatus.sample("/b", health: .unknown, verdict: nil)
    #expect(StatusDocument.document([good], at: .sample)["status"] == "healthy")
    #expect(StatusDocument.document([good, other], at: .sample)["status"] == "unhealthy")
  }
}
