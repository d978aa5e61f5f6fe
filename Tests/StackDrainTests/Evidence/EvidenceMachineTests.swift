import Pacing
import Testing

@testable import MountHealthCore
@testable import StackDrain

/// A machine on a fake clock, whose effects are noted with their time in milliseconds.
private struct Timeline {
  private(set) var machine: EvidenceMachine
  private(set) var now = Tick(nanoseconds: 5_000_000_007)
  private let start = Tick(nanoseconds: 5_000_000_007)
  private var alarm = Tick(nanoseconds: 5_000_000_007)
  /// `0 look`, `200 labels`: everything but wakes.
  private(set) var log: [String] = []
  private(set) var evidence: [PoolEvidence] = []
  /// What a reading of the labels gives.
  var labels: LabelReading = [:]

  init(interval: Duration = .seconds(10)) throws {
    machine = EvidenceMachine(try PoolCase().pool, interval: interval, start: start)
  }

  var elapsed: Int { Int((now - start).clampedNanoseconds / 1_000_000) }

  mutating func send(_ event: EvidenceMachine.Event) {
    var effects = machine.handle(event, at: now)
    guard case .wake(let wake)? = effects.popLast() else {
      Issue.record("the last effect is no wake")
      return
    }
    #expect(wake > now, "the machine asks to be woken in the past")
    alarm = wake
    for effect in effects {
      switch effect {
      case .look: log.append("\(elapsed) look")
      case .readLabels:
        log.append("\(elapsed) labels")
        send(.labels(labels))
      case .readMounts: log.append("\(elapsed) mounts")
      case .publish(let evidence): self.evidence.append(evidence)
      case .wake: Issue.record("a wake that is not the last effect")
      }
    }
  }

  mutating func run(for duration: Duration) {
    let end = now + duration
    while alarm <= end {
      now = max(now, alarm)
      send(.turn)
    }
    now = end
  }

  /// Forgets what happened so far.
  mutating func settled() -> Timeline {
    run(for: .milliseconds(5001))
    var copy = self
    copy.log = []
    copy.evidence = []
    return copy
  }

  /// What was logged, counted from a time.
  func log(from milliseconds: Int) -> [String] {
    log.map { line in
      let parts = line.split(separator: " ")
      return "\((Int(parts[0]) ?? 0) - milliseconds) \(parts[1])"
    }
  }
}

private let event = EvidenceMachine.Event.kernel(
  KernelEvent(action: "change", subsystem: "block", deviceName: "sdb"))

@Suite struct `Eyes on a pool` {
  @Test func `read labels and mounts at once, and each interval`() throws {
    var line = try Timeline()
    line.run(for: .milliseconds(20_500))
    #expect(
      line.log == [
        "0 mounts", "0 labels", "10000 mounts", "10000 labels", "20000 mounts", "20000 labels",
      ])
  }

  @Test func `look at the first event at once, once more when it is over, and for late links`()
    throws
  {
    var line = try Timeline()
    line = line.settled()
    let start = line.elapsed
    line.send(event)
    line.run(for: .seconds(3))
    #expect(
      line.log(from: start) == ["0 look", "0 labels", "200 look", "200 labels", "1200 labels"])
  }

  @Test func `look a few times at a burst, and read labels all the time`() throws {
    var line = try Timeline()
    line = line.settled()
    let start = line.elapsed
    // A bay of drives: an event each millisecond for 150 ms.
    for _ in 0..<150 {
      line.send(event)
      line.run(for: .milliseconds(1))
    }
    line.run(for: .seconds(3))
    let log = line.log(from: start)
    #expect(log.filter { $0.hasSuffix("look") } == ["0 look", "349 look"])
    #expect(log.count { $0.hasSuffix("labels") } == 11)
    #expect(log.last == "1349 labels")
  }

  @Test func `do not wait for a burst that never ends`() throws {
    var line = try Timeline(interval: .seconds(3600))
    line = line.settled()
    let start = line.elapsed
    for _ in 0..<1000 {
      line.send(event)
      line.run(for: .milliseconds(10))
    }
    let looks = line.log(from: start).filter { $0.hasSuffix("look") }
    #expect((10...20).contains(looks.count), "\(looks)")
  }

  @Test(arguments: [EvidenceMachine.Event.eventsLost, .wanted])
  func `look where somebody says so`(event: EvidenceMachine.Event) throws {
    var line = try Timeline()
    line = line.settled()
    let start = line.elapsed
    line.send(event)
    #expect(line.log(from: start) == ["0 look", "0 labels"])
  }

  @Test func `pass over what is told of other devices`() throws {
    var line = try Timeline()
    line = line.settled()
    line.send(.kernel(KernelEvent(action: "add", subsystem: "net")))
    line.run(for: .seconds(1))
    #expect(line.log.isEmpty)
  }

  @Test func `look at drives again where something else is mounted`() throws {
    let status = try MountStatus.of("/var/mnt/pool", on: 7)
    var line = try Timeline()
    line = line.settled()
    line.send(.mounts([status], tableFault: nil))
    #expect(line.log.isEmpty)
    line.send(.mounts([status], tableFault: nil))
    #expect(line.log.isEmpty)
    line.send(.mounts([try .of("/var/mnt/pool", on: 8)], tableFault: nil))
    #expect(line.log.count == 2)
  }

  @Test func `tell what is new, and once an interval what is not`() throws {
    let status = try MountStatus.of("/var/mnt/pool", on: 7)
    var line = try Timeline()
    line.run(for: .milliseconds(500))
    let before = line.evidence.count
    for _ in 0..<5 { line.send(.mounts([status], tableFault: nil)) }
    #expect(line.evidence.count == before + 1)
    #expect(line.evidence.last?.mount == .seen(status.entry))
    line.run(for: .seconds(10))
    #expect(line.evidence.count == before + 2)
    line.labels = ["Fast_1": .seen(nil)]
    line.send(event)
    #expect(line.evidence.last?.branches["Fast_1"]?.device == .seen(nil))
  }

  @Test(arguments: 0..<20) func `keep their promises whatever comes`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var line = try Timeline(interval: .seconds(1))
    var stirs: [Int] = []
    for _ in 0..<500 {
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: line.run(for: .milliseconds(Int64.random(in: 0..<700, using: &generator)))
      case 1: line.send(.mounts([], tableFault: nil))
      default:
        line.send(Bool.random(using: &generator) ? event : .eventsLost)
        stirs.append(line.elapsed)
      }
    }
    line.run(for: .seconds(3))
    let looks = line.log.filter { $0.hasSuffix("look") }.compactMap { line in
      line.split(separator: " ").first.flatMap { Int($0) }
    }
    // After each event a look within a second or so, and never more than ten in a second.
    for stir in stirs { #expect(looks.contains { $0 >= stir && $0 <= stir + 1200 }) }
    for look in looks { #expect(looks.count { $0 >= look && $0 < look + 1000 } <= 10) }
  }
}

extension MountStatus {
  /// What a monitor knows of a mount that was seen, well, on the mount of this number.
  static func of(
    _ path: String, on id: UInt64, major: UInt32 = 0, minor: UInt32 = 41, source: String = "x",
    verdict: Verdict? = .ok, _ change: (inout MountStatus) -> Void = { _ in }
  ) throws -> MountStatus {
    var entry = PoolCase.entry(path, from: source, minor: minor, major: major)
    entry.id = id
    var status = MountStatus(
      mount: Mount(path: try MountPath(path), probe: Probe(.directory)), health: .healthy,
      since: .zero, verdict: verdict, lastError: nil, lastCheck: .zero, latency: nil,
      failureCount: 0, isFlapping: false, entry: entry, isMountPoint: true, overdue: nil,
      fuseWaiting: nil, details: nil, seenOn: id, verdictCounts: [:], transitions: [:],
      latencies: LatencyHistogram())
    change(&status)
    return status
  }
}
