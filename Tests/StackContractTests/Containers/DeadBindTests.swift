import MountHealthCore
import Pacing
import StackKit
import Testing

@testable import StackDrain

@Suite(.serialized, .timeLimit(.minutes(5))) struct `A bind of the pool` {
  @Test func `is dead after a remount, and mended by a restart`() async throws {
    try await EngineRoom.with { room in
      try await room.daemon.run("early", ["-v", "\(room.pool):/data"])
      try await room.withPool { mount in
        try await room.daemon.run("whole", ["-v", "\(room.pool):/data"])
        try await room.daemon.run("part", ["-v", "\(room.pool)/library:/data/library:ro"])
        try await room.daemon.run("above", ["-v", "\(room.folder.path):/host"])
        try await room.daemon.run("other", ["-v", "/etc:/data"])
        try await room.daemon.docker(
          "volume", "create", "--opt", "type=none", "--opt", "o=bind", "--opt",
          "device=\(room.pool)", "shelf")
        try await room.daemon.run("volume", ["-v", "shelf:/data"])
        var seen = try await room.survey()
        for name in ["whole", "part", "above", "volume"] {
          #expect(seen[name]?.showsDeadMount == false, "\(name)")
        }
        #expect(seen["other"]?.showsDeadMount == nil)
        #expect(seen["volume"]?.mountSources.contains(room.pool) == true)
        #expect(seen["early"]?.showsDeadMount == true)
        #expect(seen["early"]?.deadMountReason?.contains("not mounted when") == true)

        await mount.remove()
        seen = try await room.survey()
        #expect(seen["whole"]?.showsDeadMount == nil)
        try await room.withPool { _ in
          seen = try await room.survey()
          for name in ["whole", "part", "above", "volume"] {
            #expect(seen[name]?.showsDeadMount == true, "\(name)")
            #expect(seen[name]?.deadMountReason?.contains("earlier mount") == true, "\(name)")
          }
          for name in ["early", "whole", "part", "above", "volume"] {
            #expect(await room.act(.restart(room.target(name), grace: .seconds(5))) == .taken)
          }
          seen = try await room.survey()
          for name in ["early", "whole", "part", "above", "volume"] {
            #expect(seen[name]?.showsDeadMount == false, "\(name)")
          }
          #expect(
            try await room.daemon.docker("exec", "whole", "cat", "/data/.health-check") == "ok")
        }
      }
    }
  }

  @Test func `is one by another name as well`() async throws {
    try await EngineRoom.with { room in
      let folder = room.folder.path
      try await room.withPool { _ in
        try await Program.succeed("ln", "-s", folder, "\(folder)/link")
        let odd = try room.folder.folder("odd")
        try await Program.succeed("mount", "--bind", room.pool, odd)
        try await room.daemon.run("linked", ["-v", "\(folder)/link/pool/library:/data"])
        try await room.daemon.run("odd", ["-v", "\(odd):/data"])
        try await room.daemon.run("other", ["-v", "/etc:/data"])
        let seen = try await room.survey()
        try await Program.succeed("umount", odd)
        #expect(seen["linked"]?.mountSources.contains("\(room.pool)/library") == true)
        #expect(seen["linked"]?.showsDeadMount == false)
        #expect(seen["odd"]?.mountSources.contains(room.pool) == true)
        #expect(seen["other"]?.mountSources.contains(room.pool) == false)
      }
    }
  }

  @Test func `that follows the host needs no restart`() async throws {
    try await EngineRoom.with { room in
      // Only below a shared mount do mounts travel.
      try await Program.succeed("mount", "-t", "tmpfs", "tmpfs", room.folder.path)
      try await Program.succeed("mount", "--make-shared", room.folder.path)
      _ = try room.folder.folder("pool")
      try await room.daemon.run("follower", ["-v", "\(room.folder.path):/host:rslave"])
      for _ in 0..<2 {
        try await room.withPool { _ in
          let seen = try await room.survey()
          #expect(seen["follower"]?.showsDeadMount == false)
        }
      }
    }
  }
}
