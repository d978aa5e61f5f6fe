import JSONValue
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)), .needsMounts)
struct `A mount that is taken away` {
  /// Probed only every 30 s: what is seen sooner is seen in the mount table.
  private let seldom: JSONObject = ["checkInterval": "30s"]

  private func sees(
    _ verdict: String, with options: JSONObject = [:],
    after change: (FaultFileSystem) async throws -> Void,
    then: (FaultFileSystem, Sidecar) async throws -> Void = { _, _ in }
  ) async throws {
    try await FaultFileSystem.with { system in
      let mount = Sidecar.mount("films", system.mountpoint, options)
      try await Sidecar.with(Sidecar.configuration([mount], seldom)) { sidecar in
        try await sidecar.waitUntil("films", is: "HEALTHY")
        // Past the first, shorter period, and the looks that follow a start.
        try await Task.sleep(for: .milliseconds(300))
        let start = ContinuousClock.now
        try await change(system)
        try await sidecar.waitUntil("films", verdict: verdict, within: .seconds(2))
        let elapsed = start.duration(to: .now)
        print("figure: seen \(verdict) after \(elapsed), umount included")
        #expect(elapsed < .seconds(1))
        try await then(system, sidecar)
      }
    }
  }

  @Test func `is absent at once, though it is probed seldom`() async throws {
    try await sees("absent") { try await $0.unmount(lazy: false) }
  }

  @Test func `is absent at once when it is taken away lazily`() async throws {
    try await sees("absent") { try await $0.unmount(lazy: true) }
  }

  @Test func `is absent though the directory below would do for a directory`() async throws {
    try await sees("absent", with: ["checkType": "directory"]) {
      try await $0.unmount(lazy: false)
    } then: { system, sidecar in
      let mount = try await sidecar.status(of: "films")
      #expect(mount["mountPoint"]?.boolValue == false)
      #expect(mount["lastError"]?.stringValue?.contains("expected fuse.faultfs") == true)
      // And stays so, whatever later looks see: the directory answers.
      try await Task.sleep(for: .seconds(2))
      let later = try await sidecar.status(of: "films")
      #expect(later["verdict"]?.stringValue == "absent")
      _ = system
    }
  }

  @Test func `is absent while something else is mounted over it`() async throws {
    try await sees("absent") {
      try await run("mount", "-t", "tmpfs", "cover", $0.mountpoint)
    } then: { system, sidecar in
      let mount = try await sidecar.status(of: "films")
      #expect(mount["fsType"]?.stringValue == "tmpfs")
      try await system.unmount(lazy: false)
      try await sidecar.waitUntil("films", is: "HEALTHY", within: .seconds(2))
    }
  }

  @Test func `is absent when another file system takes its place`() async throws {
    try await sees("absent") {
      try await $0.unmount(lazy: false)
      try await run("mount", "-t", "tmpfs", "other-disk", $0.mountpoint)
    } then: { system, sidecar in
      let isTold = try await eventually(within: .seconds(2)) {
        let mount = try await sidecar.status(of: "films")
        return mount["source"]?.stringValue == "other-disk"
          && mount["verdict"]?.stringValue == "absent"
          && mount["lastError"]?.stringValue?.contains("tmpfs") == true
      }
      #expect(isTold)
      try await system.unmount(lazy: false)
    }
  }

  @Test func `is absent from the start where its type or source is another`() async throws {
    let requirements: [(JSONValue, String)] = [
      (["fsType": "fuse"], "ok"), (["fsType": "fuse.faultfs", "source": "faultfs"], "ok"),
      (["fsType": "fuse.rclone"], "absent"), (["source": "nas:"], "absent"), (true, "ok"),
      (false, "ok"),
    ]
    try await FaultFileSystem.with(count: requirements.count) { systems in
      let mounts = zip(requirements, systems).enumerated().map { index, pair in
        Sidecar.mount("\(index)", pair.1.mountpoint, ["requireMount": pair.0.0])
      }
      try await Sidecar.with(Sidecar.configuration(mounts)) { sidecar in
        for (index, requirement) in requirements.enumerated() {
          try await sidecar.waitUntil("\(index)", verdict: requirement.1)
        }
      }
    }
  }

  @Test func `is absent where only an empty directory was ever there`() async throws {
    try await TemporaryFolder.with { folder in
      let path = try folder.folder("empty")
      let mount = Sidecar.mount(
        "films", path, ["checkType": "directory", "requireMount": true])
      try await Sidecar.with(Sidecar.configuration([mount])) { sidecar in
        try await sidecar.waitUntil("films", verdict: "absent")
      }
    }
  }
}
