import Glibc
import MountHealthCore
import Pacing
import StackKit
import Testing

@testable import StackDrain

/// Every engine of these tests is a real dockerd of its own. One after the other: two cores are busy
/// enough with one.
@Suite(.serialized, .timeLimit(.minutes(5))) struct `A container engine` {
  @Test func `lists, stops, kills, starts and restarts`() async throws {
    try await EngineRoom.with { room in
      try await room.daemon.run("plex", ["-l", "mountmon.role=producer", "-v", "/etc:/data:ro"])
      try await room.daemon.run("stubborn", script: KitImage.stubborn)
      try await room.daemon.docker("create", "--name", "new", "--network", "none", "tiny:1")
      let seen = try await room.survey()
      #expect(seen.keys.sorted() == ["new", "plex", "stubborn"])
      #expect(seen["plex"]?.state == .running)
      #expect(seen["plex"]?.isProducer == true)
      #expect(seen["plex"]?.mountSources == ["/etc"])
      #expect(seen["new"]?.state == .created)

      let life = try await room.state("plex")
      #expect(life.running == [TargetState.whole] && life.instance != nil)
      #expect(try await room.state("new") == .whole(runs: false, note: "created"))

      #expect(await room.act(.stop(room.target("plex"), grace: .seconds(5))) == .taken)
      #expect(try await room.state("plex").running.isEmpty)
      #expect(await room.act(.stop(room.target("plex"), grace: .seconds(5))) == .taken)
      #expect(await room.act(.kill(room.target("plex"))) == .taken)
      #expect(await room.act(.start(room.target("plex"))) == .taken)
      #expect(await room.act(.start(room.target("plex"))) == .taken)
      let next = try await room.state("plex")
      #expect(next.running == [TargetState.whole] && next.instance != life.instance)
      #expect(await room.act(.restart(room.target("plex"), grace: .seconds(5))) == .taken)
      #expect(try await room.state("plex").instance != next.instance)

      // It takes no notice of SIGTERM: the engine kills it after the grace.
      #expect(await room.act(.stop(room.target("stubborn"), grace: .seconds(1))) == .taken)
      #expect(try await room.state("stubborn").running.isEmpty)
      #expect(await room.act(.start(room.target("stubborn"))) == .taken)
      #expect(await room.act(.kill(room.target("stubborn"))) == .taken)
      #expect(try await room.state("stubborn").running.isEmpty)
    }
  }

  @Test func `says of what is not there that it is gone, and of nothing else`() async throws {
    try await EngineRoom.with { room in
      try await room.daemon.run("plex")
      for call in [
        Call.look(room.target("nope")), .stop(room.target("nope"), grace: .seconds(1)),
        .kill(room.target("nope")), .start(room.target("nope")),
        .restart(room.target("nope"), grace: .seconds(1)),
      ] {
        guard case .gone = await room.act(call) else {
          Issue.record("\(call) is not gone")
          continue
        }
      }
      // The engine takes the beginning of a number for the container with that number.
      let number = try await room.daemon.inspect("plex", "{{.Id}}")
      let beginning = room.target(String(number.prefix(6)))
      for call in [Call.look(beginning), .kill(beginning), .stop(beginning, grace: .zero)] {
        guard case .gone = await room.act(call) else {
          Issue.record("\(call) is not gone")
          continue
        }
      }
      #expect(try await room.state("plex").running == [TargetState.whole])
      try await room.daemon.docker(
        "create", "--name", "broken", "--network", "none", "-v", "/dev/null:/data", "tiny:1")
      guard case .failed(let words) = await room.act(.start(room.target("broken"))) else {
        Issue.record("it started a folder over a file")
        return
      }
      #expect(words.contains("start container broken"))
    }
  }

  @Test func `tells when something happens, also after its own death`() async throws {
    try await EngineRoom.with { room in
      let count = Counter()
      let listener = Task { for await _ in room.engine.stirrings() { count.increment() } }
      defer { listener.cancel() }
      #expect(await room.becomes { count.value >= 1 })
      let before = count.value
      try await room.daemon.run("plex")
      #expect(await room.becomes { count.value > before })
      try await room.daemon.crash()
      let after = count.value
      try await room.daemon.start()
      #expect(await room.becomes { count.value > after })
      let later = count.value
      _ = await room.act(.kill(room.target("plex")))
      #expect(await room.becomes { count.value > later })
    }
  }

  @Test func `that is stopped costs its deadline, and does what it was asked later`() async throws {
    try await EngineRoom.with { room in
      try await room.daemon.run("plex")
      _ = try await room.survey()
      try await room.daemon.suspend()
      let start = Tick.now()
      async let survey = room.stack.carryOut(
        .survey(asksClients: true), until: start + .seconds(2))
      async let look = room.stack.carryOut(
        .look(room.target("plex")), until: start + .seconds(2))
      async let stop = room.stack.carryOut(
        .stop(room.target("plex"), grace: .seconds(1)), until: start + .seconds(2))
      guard case .surveyed(let snapshot) = await survey, case .failed(let words) = await look,
        case .failed = await stop
      else {
        Issue.record("a stopped engine answered")
        return
      }
      #expect(Tick.now() - start < .seconds(20))
      #expect(snapshot.containers == nil)
      #expect(snapshot.complaints.contains { $0.contains("does not answer") })
      #expect(words.contains("does not answer") || words.contains("no answer"))
      room.daemon.wake()
      let hasStopped = try await holds { try await room.state("plex").running.isEmpty }
      #expect(hasStopped)
    }
  }

  @Test func `that was killed is told apart, and found again when it is back`() async throws {
    try await EngineRoom.with { room in
      try await room.daemon.run("plex", script: KitImage.stubborn)
      async let stop = room.act(.stop(room.target("plex"), grace: .seconds(20)))
      try await Task.sleep(for: .milliseconds(300))
      try await room.daemon.crash()
      guard case .failed = await stop else {
        Issue.record("a dead engine took a stop")
        return
      }
      guard case .surveyed(let snapshot) = await room.act(.survey(asksClients: true)),
        case .failed(let words) = await room.act(.kill(room.target("plex")))
      else {
        Issue.record("a dead engine answered")
        return
      }
      #expect(snapshot.containers == nil)
      #expect(words.contains("does not run") && words.contains("systemctl start docker"))
      try await room.daemon.start()
      #expect(await room.act(.kill(room.target("plex"))) == .taken)
      #expect(try await room.state("plex").running.isEmpty)
    }
  }
}
