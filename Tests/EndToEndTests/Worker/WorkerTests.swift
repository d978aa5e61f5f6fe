import Foundation
import Glibc
import JSONValue
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)), .needsMounts)
struct `The probe worker` {
  private func withLibrary(
    _ more: JSONObject = [:], _ options: Sidecar.Options = .init(),
    _ body: (Sidecar) async throws -> Void
  ) async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.library("library")
      let configuration = Sidecar.configuration([Sidecar.mount("library", library)], more)
      try await Sidecar.with(configuration, options) { sidecar in
        try await sidecar.waitUntil("library", is: "HEALTHY")
        try await body(sidecar)
      }
    }
  }

  private func replaced(
    _ worker: ProcessView, of sidecar: Sidecar, within limit: Duration
  ) async throws -> ProcessView {
    var next = worker
    let came = try await eventually(within: limit) {
      next = try await sidecar.worker()
      return next != worker
    }
    guard came else { throw KitError("the worker was not replaced within \(limit)") }
    return next
  }

  @Test func `is started again when it is killed, time after time`() async throws {
    try await withLibrary { sidecar in
      for round in 1...3 {
        let worker = try await sidecar.worker()
        let start = ContinuousClock.now
        kill(worker.pid, SIGKILL)
        _ = try await replaced(worker, of: sidecar, within: .seconds(5))
        print("figure: killed worker replaced after \(start.duration(to: .now))")
        let metric = "mountmon_probe_worker_restarts_total"
        let counted = try await eventually(within: .seconds(5)) {
          try await sidecar.metric(metric) == Double(round)
        }
        #expect(counted)
        // Judged anew by the new worker.
        let last = try await sidecar.status(of: "library")["lastCheck"]
        let isJudged = try await eventually(within: .seconds(5)) {
          try await sidecar.status(of: "library")["lastCheck"] != last
        }
        #expect(isJudged)
      }
      #expect(try await sidecar.status(of: "library")["status"]?.stringValue == "HEALTHY")
      // A dead worker says nothing of a mount. On a busy machine it may be missed for so long that
      // nothing is known any more, which is no fault of the mount's either.
      let told = sidecar.records.compactMap { $0["status"]?.stringValue }
      #expect(told.allSatisfy { ["HEALTHY", "UNKNOWN"].contains($0) }, "\(told)")
      #expect(sidecar.records("probe worker replaced").count == 3)
    }
  }

  @Test func `is replaced when it is stopped`() async throws {
    try await withLibrary { sidecar in
      let worker = try await sidecar.worker()
      let start = ContinuousClock.now
      kill(worker.pid, SIGSTOP)
      _ = try await replaced(worker, of: sidecar, within: .seconds(15))
      print("figure: stopped worker replaced after \(start.duration(to: .now))")
      try await sidecar.waitUntil("library", is: "HEALTHY", verdict: "ok")
      #expect(try await sidecar.get("/healthz/live").status == 200)
      #expect(sidecar.records("probe worker replaced").count == 1)
      // It was the worker that said nothing, not the mount.
      let told = sidecar.records.filter { $0["status"] != nil }
      #expect(!told.contains { $0["status"]?.stringValue == "UNHEALTHY" }, "\(told)")
    }
  }

  @Test func `is replaced though a thread of it cannot be killed`() async throws {
    try await FaultFileSystem.withSidecar(for: [Operation(name: "READ")]) { sidecar, pairs in
      try await pairs[0].system.send("hang READ")
      try await sidecar.waitUntil("READ", verdict: "hung")
      let worker = try await sidecar.worker()
      let start = ContinuousClock.now
      kill(worker.pid, SIGKILL)
      _ = try await replaced(worker, of: sidecar, within: .seconds(15))
      print("figure: unkillable worker replaced after \(start.duration(to: .now))")
      #expect(worker.isPresent)
      try await sidecar.waitUntil("other", is: "HEALTHY", verdict: "ok")
      // Not known while nobody was at it; hung again since a new worker shows that it lives.
      try await sidecar.waitUntil("READ", verdict: "hung")
      #expect(try await sidecar.get("/healthz/live").status == 200)
      let message = "probe worker cannot be killed, another one serves the other mounts"
      try await sidecar.waitForRecord(message) { $0["pid"]?.intValue == Int(worker.pid) }
      #expect(try await pairs[0].system.held() == ["READ": 1], "single flight across workers")

      try await pairs[0].system.send("clear")
      try await sidecar.waitUntil("READ", is: "HEALTHY")
      let isGone = await eventually(within: .seconds(5)) { !worker.isPresent }
      #expect(isGone)
      let told = sidecar.records.filter {
        $0["name"]?.stringValue == "other" && $0["status"]?.stringValue == "UNHEALTHY"
      }
      #expect(told == [], "the other mount was well all the time")
    }
  }

  @Test func `ends when the sidecar is killed`() async throws {
    try await withLibrary { sidecar in
      let worker = try await sidecar.worker()
      kill(sidecar.pid, SIGKILL)
      let isGone = await eventually(within: .seconds(5)) { !worker.isAlive }
      #expect(isGone)
    }
  }

  @Test func `inherits no descriptor, no blocked and no ignored signal`() async throws {
    try await withLibrary { sidecar in
      _ = try LoopbackConnection(port: sidecar.port)
      let worker = try await sidecar.worker()
      kill(worker.pid, SIGKILL)
      let next = try await replaced(worker, of: sidecar, within: .seconds(5))
      // SIGPIPE is the worker's own wish, and shows that it has begun. The upper half is for
      // signals of the C library.
      let hasBegun = await eventually(within: .seconds(5)) {
        let ignored = next.status("SigIgn").flatMap { UInt64($0, radix: 16) }
        return ignored.map { $0 & 0x7FFF_FFFF } == 1 << (SIGPIPE - 1)
      }
      #expect(hasBegun, "\(next.status("SigIgn") ?? "-")")
      // A first probe may have one open for a moment; what is inherited never goes away.
      var descriptors: [Int: String] = [:]
      let isBare = await eventually(within: .seconds(30)) {
        descriptors = next.descriptors
        return Set(descriptors.keys) == [0, 1, 2]
      }
      #expect(isBare, "\(descriptors)")
      #expect(descriptors.values.allSatisfy { $0.hasPrefix("socket:") || $0.hasPrefix("pipe:") })
      // The C library blocks all of them for the moment in which it makes a thread.
      let isOpen = await eventually(within: .seconds(5)) {
        next.status("SigBlk") == "0000000000000000"
      }
      #expect(isOpen, "\(next.status("SigBlk") ?? "-")")
      let folder = try FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/\(next.pid)/cwd")
      #expect(folder == "/")
    }
  }

  @Test func `can be no more threads than the mounts, at a limit of 24 tasks`() async throws {
    let group = "/sys/fs/cgroup/pids/mountmon-e2e-\(getpid())"
    guard mkdir(group, 0o755) == 0 else {
      return try await limitedByUser()
    }
    try Data("24".utf8).write(to: URL(filePath: group + "/pids.max"))
    let wrapper = ["sh", "-c", "echo $$ > \(group)/cgroup.procs && exec \"$@\"", "sh"]
    try await survives(.init(wrapper: wrapper))
    _ = await eventually(within: .seconds(5)) { rmdir(group) == 0 }
  }

  /// Where there is no such control group, a user's limit does: root is not held by it.
  private func limitedByUser() async throws {
    try await TemporaryFolder.with { folder in
      var options = try Sidecar.Options.asNobody(in: folder)
      options.wrapper = [
        "setpriv", "--reuid=64123", "--regid=64123", "--clear-groups", "prlimit", "--nproc=24",
      ]
      try await survives(options)
    }
  }

  private func survives(_ options: Sidecar.Options) async throws {
    let count = 24
    try await FaultFileSystem.with { system in
      let script = "for i in $(seq \(count)); do mkdir -p \"$0/d$i\"; echo ok > \"$0/d$i/c\"; done"
      try await run("sh", "-c", script, system.mountpoint)
      var mounts = (1...count).map {
        Sidecar.mount("d\($0)", "\(system.mountpoint)/d\($0)", ["canaryFile": "c"])
      }
      try await TemporaryFolder.with { folder in
        mounts.append(Sidecar.mount("library", try folder.library("library")))
        try await Sidecar.with(Sidecar.configuration(mounts), options) { sidecar in
          try await sidecar.waitUntil("library", is: "HEALTHY")
          try await system.send("hang READ")
          // There is a thread for most of them; those that get none are not known.
          let areFound = try await eventually(within: .seconds(20)) {
            let mounts = try await sidecar.document()["mounts"]?.arrayValue ?? []
            return mounts.count { $0["status"]?.stringValue == "UNHEALTHY" } >= count / 2
          }
          #expect(areFound)
          try await Task.sleep(for: .seconds(5))
          #expect(sidecar.child.isRunning)
          #expect(try await sidecar.get("/healthz/live").status == 200)
          let states = try await sidecar.document()["mounts"]?.arrayValue ?? []
          let wrong = states.filter {
            $0["name"]?.stringValue != "library" && $0["status"]?.stringValue == "HEALTHY"
          }
          #expect(wrong == [], "nobody is called healthy who was not seen")

          try await system.send("clear")
          for number in 1...count {
            try await sidecar.waitUntil("d\(number)", is: "HEALTHY", within: .seconds(20))
          }
          try await sidecar.waitUntil("library", is: "HEALTHY", within: .seconds(10))
        }
      }
    }
  }
}
