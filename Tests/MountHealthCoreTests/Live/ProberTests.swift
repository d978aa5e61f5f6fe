import CLinux
import Foundation
import Pacing
import Testing

@testable import MountHealthCore

@Suite struct `A crew of probe threads` {
  /// The monitor's end of a crew's socket, and the crew.
  private func crew() throws -> (channel: MessageChannel, crew: ProbeCrew) {
    let (ours, theirs) = try makePair(clinux_message_pair)
    let crew = ProbeCrew(socket: theirs)
    try crew.start()
    return (MessageChannel(ours), crew)
  }

  @Test func `reports each order once`() async throws {
    let folders = try (0..<10).map { _ in try TemporaryFolder() }
    for folder in folders { try folder.write("x", to: ".health-check") }
    let (channel, crew) = try crew()
    let canary = Probe(.canary(try CanaryPath(".health-check")))
    let orders = try (0..<500).map { number in
      ProbeOrder(
        flight: Flight(mount: UInt32(number), sequence: 1),
        path: try MountPath(folders[number % 10].path), probe: canary)
    }
    var reports: [FlightReport] = []
    for start in stride(from: 0, to: 500, by: 25) {
      try channel.send(Array(orders[start..<start + 25]))
      if start % 100 == 0 { crew.relieve() }
    }
    let isDone = try await eventually {
      try channel.flush()
      reports += try channel.receive()
      return reports.count >= 500
    }
    #expect(isDone)
    #expect(reports.allSatisfy { $0.report.finding == .seen(bytes: 1) })
    #expect(Set(reports.map(\.flight)) == Set(orders.map(\.flight)))
    #expect(reports.count == 500)
  }

  @Test func `loses and doubles nothing when it is relieved without need`() async throws {
    let folder = try TemporaryFolder()
    let (channel, crew) = try crew()
    let orders = try (0..<100).map { try order(folder.path, mount: $0) }
    try channel.send(orders)
    for _ in 0..<20 { crew.relieve() }
    var reports: [FlightReport] = []
    #expect(
      try await eventually {
        reports += try channel.receive()
        return reports.count == 100
      })
  }

  /// The monitor of this process is the only reader of the reports, and the one that relieves.
  @Test func `is relieved without waiting for whoever reads its reports`() async throws {
    let folder = try TemporaryFolder()
    let (channel, crew) = try crew()
    let orders = try (0..<4000).map { try order(folder.path, mount: $0) }
    try channel.send(orders)
    // Nobody reads, and the socket is full soon: no call may wait for that.
    for _ in 0..<50 {
      crew.relieve()
      try channel.flush()
      usleep(2000)
    }
    var flights: Set<Flight> = []
    var count = 0
    let isDone = try await eventually {
      try channel.flush()
      let reports = try channel.receive()
      count += reports.count
      flights.formUnion(reports.map(\.flight))
      return count >= 4000
    }
    #expect(isDone, "\(count) of 4000")
    #expect(flights.count == 4000)
  }

  @Test func `names its threads by their mounts`() {
    #expect(ProbeCrew.threadName(of: Flight(mount: 7, sequence: 1)) == "probe-7")
    #expect(ProbeCrew.threadName(of: Flight(mount: .max, sequence: 1)).utf8.count <= 15)
  }
}

/// Turns a prober until something holds, as the monitor's loop would; gives all its events.
private func turn(
  _ prober: any Prober, until done: ([ProberEvent]) -> Bool
) async throws -> [ProberEvent] {
  var events: [ProberEvent] = []
  let isDone = try await eventually {
    events += prober.turn(at: .now(), ready: prober.descriptors.map(\.descriptor))
    return done(events)
  }
  #expect(isDone, "\(events)")
  return events
}

private func order(_ path: String, mount: UInt32 = 1) throws -> ProbeOrder {
  ProbeOrder(
    flight: Flight(mount: mount, sequence: 1), path: try MountPath(path), probe: Probe(.directory))
}

@Suite struct `A prober in this process` {
  @Test func `answers each order`() async throws {
    let folder = try TemporaryFolder()
    let prober = try InProcessProber()
    defer { prober.stop() }
    let orders = try (0..<50).map { try order(folder.path, mount: $0) }
    #expect(prober.begin(orders, at: .now()).isEmpty)
    #expect(prober.wake < Tick(nanoseconds: .max))
    let events = try await turn(prober) { $0.count == 50 }
    let flights = events.compactMap { event in
      if case .answered(let flight, _) = event { flight } else { nil }
    }
    #expect(Set(flights) == Set(orders.map(\.flight)))
  }
}

@Suite struct `A prober by a worker` {
  private func prober(_ command: String...) -> WorkerProber {
    WorkerProber(command: command, start: .now())
  }

  private func reason(_ events: [ProberEvent]) -> String? {
    for case .worker(.replaced(_, let reason)) in events { return reason }
    return nil
  }

  @Test func `that cannot be started says so, and that it is unable`() async throws {
    let prober = prober("/nonexistent/mountmon")
    defer { prober.stop() }
    let events = prober.turn(at: .now(), ready: prober.descriptors.map(\.descriptor))
    #expect(
      events == [
        .worker(
          .startFailed("start /nonexistent/mountmon: No such file or directory (ENOENT)"))
      ])
    let answers = prober.begin([try order("/tmp")], at: .now())
    #expect(
      answers == [
        .answered(
          Flight(mount: 1, sequence: 1),
          ProbeReport(finding: .unable("no probe worker is running")))
      ])
    #expect(prober.machine.silentSince != nil)
  }

  @Test func `that ends is started again, and its last words are told`() async throws {
    let prober = prober("/bin/sh", "-c", "echo first >&2; echo no memory >&2; exit 3")
    defer { prober.stop() }
    let events = try await turn(prober) { reason($0) != nil }
    #expect(reason(events) == "exit code 3, no memory")
    let more = try await turn(prober) {
      $0.contains { event in
        if case .worker(.started) = event { true } else { false }
      }
    }
    #expect(!more.isEmpty)
    #expect(prober.machine.restarts >= 1)
  }

  @Test func `that talks nonsense is replaced`() async throws {
    let prober = prober("/bin/sh", "-c", "echo hello >&0; exec sleep 1000")
    defer { prober.stop() }
    let events = try await turn(prober) { reason($0) != nil }
    #expect(reason(events)?.hasPrefix("its reports make no sense") == true)
  }

  @Test func `that dies with a flight gives it up`() async throws {
    let prober = prober("/bin/sh", "-c", "head -c 5 >/dev/null; exit 0")
    defer { prober.stop() }
    _ = try await turn(prober) { !$0.isEmpty }
    #expect(prober.machine.isRunning)
    #expect(prober.begin([try order("/tmp")], at: .now()).isEmpty)
    let events = try await turn(prober) { events in
      events.contains { if case .answered = $0 { true } else { false } }
    }
    let unable = events.contains { event in
      if case .answered(let flight, let report) = event, case .unable(let why) = report.finding {
        return flight == Flight(mount: 1, sequence: 1)
          && why == "the probe worker ended: exit code 0"
      }
      return false
    }
    #expect(unable)
  }

  @Test func `gives its worker three descriptors, and nothing else of ours`() async throws {
    let folder = try TemporaryFolder()
    let script = """
      { ls /proc/self/fd | wc -l; pwd; ps -o sid= -p $$ | tr -d ' '; echo $$; } >\(folder.path)/told
      exit 0
      """
    let prober = prober("/bin/sh", "-c", script)
    defer { prober.stop() }
    _ = try await turn(prober) { reason($0) != nil }
    let told = try String(contentsOfFile: folder.path + "/told", encoding: .utf8)
    let lines = told.split(separator: "\n").map(String.init)
    try #require(lines.count == 4)
    // 0, 1, 2, and the one that `ls` itself has on the folder.
    #expect(lines[0].trimmingCharacters(in: .whitespaces) == "4")
    #expect(lines[1] == "/")
    #expect(lines[2] == lines[3])
  }

  @Test func `leaves no process behind`() async throws {
    let prober = prober("/bin/sleep", "1000")
    let events = try await turn(prober) { !$0.isEmpty }
    guard case .worker(.started(let pid))? = events.first else {
      Issue.record("not started: \(events)")
      return
    }
    prober.stop()
    #expect(
      try await eventually {
        _ = waitpid(pid, nil, WNOHANG)
        return kill(pid, 0) != 0
      })
  }

  @Test func `finds the mounts that a process's threads are on`() throws {
    #expect(WorkerProcess.busyMounts(of: 1 << 22) == nil)
    #expect(WorkerProcess.busyMounts(of: getpid()) != nil)
  }
}
