import Glibc
import MountHealthCore
import Pacing
import StackKit
import Testing

@testable import StackDrain

@Suite(.serialized, .timeLimit(.minutes(5))) struct `A container that cannot be killed` {
  @Test func `is named with what it waits on, and holds up nobody`() async throws {
    try await EngineRoom.with { room in
      try await room.withPool { mount in
        let reading = "trap '' TERM; while :; do cat /data/.health-check; sleep 0.2; done"
        try await room.daemon.run("stuck", ["-v", "\(room.pool):/data"], script: reading)
        try await room.daemon.run("other")
        let number = try await room.daemon.inspect("stuck", "{{.Id}}")
        try await mount.send("hang *")
        // Only what was killed shows state D: until then it could be woken.
        async let stop = room.act(
          .stop(room.target("stuck"), grace: .seconds(1)), within: .seconds(8))
        async let other = room.act(.stop(room.target("other"), grace: .seconds(5)))
        #expect(await other == .taken)
        var answer = await stop
        // On a busy machine the processes may not have been looked through before the deadline.
        for _ in 0..<3 {
          if case .failed(let words) = answer, words.contains("cannot be killed") { break }
          answer = await room.act(
            .stop(room.target("stuck"), grace: .seconds(1)), within: .seconds(10))
        }
        guard case .failed(let words) = answer else {
          Issue.record("the engine says that it stopped")
          return
        }
        let stuck = try #require(
          ProcessTable.inControlGroup(of: number).first { ProcessTable.state(of: $0) == "D" })
        #expect(words.contains("container stuck cannot be killed"))
        #expect(words.contains("process \(stuck) (cat)"))
        #expect(words.contains("request_wait_answer"))
        #expect(words.contains("FUSE file system that does not answer"))
        #expect(try await room.state("stuck").running == [TargetState.whole])
        #expect(try await room.state("other").running.isEmpty)
        // The engine itself says no in the end; the words are the same.
        guard case .failed(let told) = await room.act(.kill(room.target("stuck"))) else {
          Issue.record("the engine says that it was killed")
          return
        }
        #expect(told.contains("did not receive an exit event"))
        #expect(told.contains("process \(stuck) (cat)"))
        // Once the file system is given up, what was asked for happens.
        await mount.die()
        let hasEnded = try await holds { try await room.state("stuck").running.isEmpty }
        #expect(hasEnded)
      }
    }
  }

  @Test func `makes compose lie, and its project is seen as it is`() async throws {
    try await EngineRoom.with { daemon in
      [Self.project(in: daemon.folder)]
    } _: { room in
      try await room.withPool { mount in
        try room.daemon.folder.write("compose.yml", Self.file(pool: room.pool))
        let project = try #require(Target(.project, "media"))
        #expect(await room.act(.look(project)) == .state(.whole(runs: false)))
        #expect(await room.act(.launch(project), within: .seconds(60)) == .taken)
        #expect(
          await room.act(.look(project)) == .state(TargetState(running: ["reader", "web"])))
        try await mount.send("hang *")
        // docker-compose tells of an error, and ends with 0.
        _ = await room.act(.retire(project), within: .seconds(60))
        guard case .state(let state) = await room.act(.look(project)) else {
          Issue.record("the project has no state")
          return
        }
        #expect(state.running.contains("reader"))
        await mount.die()
        let hasEnded = await holds {
          guard case .state(let state) = await room.act(.look(project)) else { return false }
          return !state.running.contains("reader")
        }
        #expect(hasEnded)
        #expect(await room.act(.retire(project), within: .seconds(60)) == .taken)
        #expect(
          await room.act(.look(project))
            == .state(TargetState(idle: ["reader", "web"], note: "does not run: reader, web")))
      }
    }
  }

  private static func project(in folder: KitFolder) -> ProjectSettings {
    let compose = ["docker-compose", "-p", "media", "-f", "compose.yml"]
    return ProjectSettings(
      name: "media", start: compose + ["up", "-d"], stop: compose + ["stop", "-t", "1"],
      folder: folder.path)
  }

  private static func file(pool: String) -> String {
    """
    version: "2.4"
    services:
      web:
        image: "tiny:1"
        network_mode: none
        command: ["/bin/sh", "-c", "\(KitImage.obedient)"]
      reader:
        image: "tiny:1"
        network_mode: none
        depends_on: [web]
        volumes: ["\(pool):/data"]
        command: ["/bin/sh", "-c", "while :; do cat /data/.health-check; sleep 0.2; done"]
    """
  }
}
