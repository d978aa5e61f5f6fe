import Pacing
import Synchronization
import Testing
import TimeText

@testable import MountHealthCore
@testable import mountmon

@Suite(.timeLimit(.minutes(1))) struct `A deadline` {
  @Test func `gives what the work gives`() async {
    let result = await Deadline.race(until: .now() + .seconds(60)) {
      "done"
    } otherwise: {
      "late"
    }
    #expect(result == "done")
  }

  @Test func `waits for no work that does not end, and cancels it`() async {
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    let result = await Deadline.race(until: .now() + .milliseconds(50)) {
      try? await Task.sleep(for: .seconds(1000))
      end.yield()
      // Nobody waits for this.
      try? await Task.sleep(for: .seconds(1000))
      return "done"
    } otherwise: {
      "late"
    }
    #expect(result == "late")
    for await _ in ends { break }
  }

  @Test func `that is over is over`() async {
    let result = await Deadline.race(until: .now() + .seconds(-1)) {
      try? await Task.sleep(for: .seconds(1000))
      return "done"
    } otherwise: {
      "late"
    }
    #expect(result == "late")
  }
}

@Suite(.timeLimit(.minutes(1))) struct `A timer by ticks` {
  @Test func `rings at the last tick it was set to, once for each`() async {
    let inbox = WatchdogInbox()
    let timer = TickTimer { [inbox] in inbox.send(.timer) }
    timer.set(.now() + .seconds(1000))
    timer.set(Tick(nanoseconds: .max))
    timer.set(.now() + .milliseconds(20))
    var signals = inbox.signals.makeAsyncIterator()
    guard case .timer? = await signals.next() else {
      Issue.record("it did not ring")
      return
    }
    // A tick that is over may be set again.
    let past = Tick.now() + .seconds(-1)
    for _ in 0..<2 {
      timer.set(past)
      guard case .timer? = await signals.next() else {
        Issue.record("it did not ring again")
        return
      }
    }
    timer.set(.now() + .milliseconds(50))
    timer.cancel()
    try? await Task.sleep(for: .milliseconds(150))
    inbox.send(.stopping)
    guard case .stopping? = await signals.next() else {
      Issue.record("it rang, though it was cancelled")
      return
    }
  }

  @Test func `changes of mounts are told once until they are looked at`() async {
    let inbox = WatchdogInbox()
    for _ in 0..<100 { inbox.mountsChanged() }
    inbox.takeChange()
    inbox.mountsChanged()
    inbox.close()
    var count = 0
    for await _ in inbox.signals { count += 1 }
    #expect(count == 2)
  }
}

@Suite(.timeLimit(.minutes(1))) struct `The shell of the watchdog` {
  /// What the doors were asked for.
  private final class Doors: Sendable {
    let calls = Mutex<[RestartCall]>([])
    let isClosed = Atomic(false)
    let own: PodSelf
    let answer: @Sendable (RestartCall) async -> RestartAnswer

    init(_ own: PodSelf, _ answer: @escaping @Sendable (RestartCall) async -> RestartAnswer) {
      self.own = own
      self.answer = answer
    }

    var live: WatchdogDoors {
      WatchdogDoors(
        identify: { self.own },
        carryOut: { call, _, _ in
          self.calls.withLock { $0.append(call) }
          return await self.answer(call)
        },
        announce: { _ in }, exit: { _ in }, droppedEvents: { 7 },
        close: { self.isClosed.store(true, ordering: .releasing) })
    }
  }

  private static let pod = PodIdentity(namespace: "media", name: "plex-0", uid: "u")

  private static func facts(owner: String?) -> PodFacts {
    PodFacts(
      name: "plex-0", uid: "u", created: Timestamp(seconds: 1_767_323_045),
      owner: owner.map { PodOwner(kind: $0, name: "plex", uid: "o") })
  }

  /// Runs a watchdog until its state is this one, then ends it.
  private func run(_ doors: Doors, until word: String) async throws -> WatchdogView.Snapshot {
    let monitor = try MountMonitor(mounts: [])
    var settings = WatchdogSettings()
    settings.isEnabled = true
    let log = Log(
      level: .debug, format: .standard(.json), clock: { LogTime(seconds: 0, nanoseconds: 0) },
      sink: { _ in })
    let watchdog = try Watchdog(settings, monitor, doors.live, log)
    #expect(watchdog.view.snapshot.state == .holding(.starting))
    let work = Task { await watchdog.run() }
    while (watchdog.view.snapshot.state.reason?.word ?? watchdog.view.snapshot.state.word) != word {
      try await Task.sleep(for: .milliseconds(5))
    }
    let snapshot = watchdog.view.snapshot
    watchdog.stop()
    await work.value
    watchdog.waitUntilEnded(atMost: .seconds(20))
    let isClosed = doors.isClosed.load(ordering: .acquiring)
    #expect(isClosed)
    return snapshot
  }

  @Test func `finds out what it may do, and is armed`() async throws {
    let doors = Doors(.pod(Self.pod)) { call in
      switch call {
      case .reviewAccess: .access(refused: [])
      case .readPod: .pod(Self.facts(owner: "StatefulSet"))
      case .readRecord:
        .record(RestartRecord.Reading(version: nil), wall: Timestamp(seconds: 1_767_323_045))
      default: .failed(CallFault(.rejected, "it is not to be asked for"))
      }
    }
    let snapshot = try await run(doors, until: "armed")
    #expect(snapshot.calls == .init(answered: 3, failed: 0))
    #expect(snapshot.droppedEvents == 7)
    let calls = doors.calls.withLock { $0 }
    #expect(calls.first == .readPod(name: "plex-0"))
    #expect(calls.last == .readRecord(name: "mountmon-statefulset-plex"))
  }

  @Test func `asks nobody outside of a cluster`() async throws {
    let doors = Doors(.notInCluster) { _ in .conflict }
    _ = try await run(doors, until: "notInCluster")
    #expect(doors.calls.withLock { $0 } == [])
  }

  @Test func `tells why it does not know which pod this is`() async throws {
    let doors = Doors(.fault("set POD_UID")) { _ in .conflict }
    let snapshot = try await run(doors, until: "identityUnknown")
    #expect(snapshot.state.reason?.text.contains("set POD_UID") == true)
  }

  @Test func `counts calls that fail`() async throws {
    let doors = Doors(.pod(Self.pod)) { _ in
      .failed(CallFault(.transient, "connection refused"))
    }
    let snapshot = try await run(doors, until: "accessUnknown")
    #expect(snapshot.calls == .init(answered: 0, failed: 3))
  }

  @Test func `sees that nothing would make a new pod`() async throws {
    let doors = Doors(.pod(Self.pod)) { _ in .pod(Self.facts(owner: nil)) }
    _ = try await run(doors, until: "barePod")
    #expect(doors.calls.withLock { $0 } == [.readPod(name: "plex-0")])
  }
}
