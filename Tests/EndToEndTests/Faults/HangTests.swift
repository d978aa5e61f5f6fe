import Glibc
import JSONValue
import Testing

/// An operation that a mount's probe needs, and the options that make it need it.
struct Operation: CustomTestStringConvertible {
  var name: String
  var options: JSONObject = [:]

  var testDescription: String { name }

  /// Every operation that a probe waits for.
  static let all: [Operation] = [
    Operation(name: "LOOKUP"), Operation(name: "OPEN"), Operation(name: "READ"),
    Operation(name: "GETATTR", options: ["checkType": "directory"]),
    Operation(name: "STATFS", options: ["minFreeBytes": 1]),
    Operation(name: "READDIR", options: ["minEntries": 1]),
    Operation(name: "WRITE", options: ["write": true]),
  ]
}

extension FaultFileSystem {
  /// One file system for each operation, and one more, all watched by one sidecar.
  static func withSidecar(
    for operations: [Operation], _ more: JSONObject = [:],
    _ body: (Sidecar, [(operation: Operation, system: FaultFileSystem)]) async throws -> Void
  ) async throws {
    try await with(count: operations.count + 1) { systems in
      var mounts = zip(operations, systems).map {
        Sidecar.mount($0.name, $1.mountpoint, $0.options)
      }
      // Patient enough for a busy machine, and not for as long as the others hang.
      mounts.append(
        Sidecar.mount(
          "other", systems[operations.count].mountpoint,
          ["checkInterval": "3s", "readTimeout": "2900ms"]))
      try await Sidecar.with(Sidecar.configuration(mounts, more)) { sidecar in
        for operation in operations {
          try await sidecar.waitUntil(operation.name, is: "HEALTHY")
        }
        try await sidecar.waitUntil("other", is: "HEALTHY")
        try await body(sidecar, Array(zip(operations, systems)))
      }
    }
  }
}

extension Sidecar {
  /// How often a mount was found well.
  fileprivate func goodLooks(at name: String) async throws -> Double {
    let mount = try await status(of: name)
    let path = mount["path"]?.stringValue ?? ""
    return try await metric(
      #"mountmon_probes_total{mount="\#(name)",path="\#(path)",verdict="ok"}"#) ?? 0
  }
}

@Suite(.serialized, .timeLimit(.minutes(2)), .needsMounts)
struct `A mount that hangs` {
  @Test func `is called hung in time, whatever it hangs in, and is alone in that`() async throws {
    try await FaultFileSystem.withSidecar(for: Operation.all) { sidecar, pairs in
      let start = ContinuousClock.now
      for (operation, system) in pairs { try await system.send("hang \(operation.name)") }
      for (operation, _) in pairs {
        let mount = try await sidecar.waitUntil(
          operation.name, verdict: "hung", within: .seconds(5)
        ).mount
        #expect(mount["overdue"]?.stringValue != nil)
        #expect(mount["lastError"]?.stringValue?.contains("no answer for") == true)
      }
      print("figure: \(pairs.count) hangs seen after \(start.duration(to: .now))")
      for (operation, _) in pairs { try await sidecar.waitUntil(operation.name, is: "UNHEALTHY") }
      // The other one is looked at all the while.
      let seen = try await sidecar.goodLooks(at: "other")
      #expect(
        try await eventually(within: .seconds(30)) {
          try await sidecar.goodLooks(at: "other") >= seen + 3
        })
      #expect(try await sidecar.get("/healthz/live").status == 200)
      #expect(try await sidecar.readiness() == 503)

      for (operation, system) in pairs { try await system.send("clear \(operation.name)") }
      for (operation, _) in pairs {
        try await sidecar.waitUntil(operation.name, is: "HEALTHY", verdict: "ok")
      }
      #expect(try await sidecar.readiness() == 200)
      let told = sidecar.records.filter {
        $0["name"]?.stringValue == "other" && $0["status"] != nil
      }
      #expect(told.map { $0["status"]?.stringValue } == ["HEALTHY"], "\(told)")
      #expect(try await sidecar.metric("mountmon_probe_worker_restarts_total") == 0)
    }
  }

  @Test func `costs one thread, however long it hangs`() async throws {
    try await FaultFileSystem.withSidecar(for: [Operation(name: "READ")]) { sidecar, pairs in
      let worker = try await sidecar.worker()
      let parent = sidecar.process
      let before = (parent.threads.count, parent.descriptors.count)
      let workerBefore = worker.threads.count
      try await pairs[0].system.send("hang READ")
      try await sidecar.waitUntil("READ", is: "UNHEALTHY")
      let hung = (worker.threads.count, worker.descriptors.count)
      let failures = try await sidecar.status(of: "READ")["failureCount"]?.intValue ?? 0
      let came = try await eventually(within: .seconds(30)) {
        try await sidecar.status(of: "READ")["failureCount"]?.intValue ?? 0 >= failures + 17
      }
      #expect(came, "twenty rounds")
      #expect(hung.0 <= workerBefore + 1)
      // A request or a probe may be under way when they are counted; what leaks stays.
      let isFlat = await eventually(within: .seconds(30)) {
        worker.threads.count <= hung.0 && worker.descriptors.count <= hung.1
          && parent.threads.count <= before.0 && parent.descriptors.count <= before.1
      }
      #expect(isFlat, "\(hung) \(worker.descriptors) \(before) \(parent.descriptors)")
      #expect(try await sidecar.worker() == worker)
      #expect(try await pairs[0].system.held() == ["READ": 1], "single flight")
      let lines = sidecar.records.filter { $0["name"]?.stringValue == "READ" }
      #expect(lines.filter { $0["status"] != nil }.count == 3, "repeats are not told: \(lines)")
    }
  }

  @Test func `is touched by the worker alone`() async throws {
    try await FaultFileSystem.with { system in
      try await system.send("trace on")
      let options: JSONObject = ["minEntries": 1, "minFreeBytes": 1, "write": true]
      let configuration = Sidecar.configuration([
        Sidecar.mount("films", system.mountpoint, options)
      ])
      try await Sidecar.with(configuration) { sidecar in
        var parents: Set<pid_t> = []
        var workers: Set<pid_t> = []
        func look() async throws {
          let worker = try await sidecar.worker()
          _ = await eventually(within: .seconds(2)) {
            parents.formUnion(sidecar.process.threads)
            workers.formUnion(worker.threads)
            return false
          }
        }
        try await look()
        try await sidecar.waitUntil("films", is: "HEALTHY")
        try await system.send("hang READ")
        try await sidecar.waitUntil("films", verdict: "hung")
        try await look()
        try await system.send("clear")
        try await sidecar.waitUntil("films", is: "HEALTHY")

        let requests = await system.traced()
        #expect(Set(requests.map(\.operation)).isSuperset(of: ["READ", "WRITE", "STATFS"]))
        #expect(parents.isDisjoint(with: requests.map(\.thread)))
        // Pid 0 is the kernel's own: what is released later comes from nobody.
        let strangers = requests.filter { $0.thread != 0 && !workers.contains($0.thread) }
        #expect(strangers.count * 4 < requests.count, "\(strangers)")
      }
    }
  }

  @Test func `is seen while its daemon is stopped, and recovers when it goes on`() async throws {
    try await FaultFileSystem.withSidecar(for: [Operation(name: "READ")]) { sidecar, pairs in
      try await pairs[0].system.stopDaemon()
      try await sidecar.waitUntil("READ", verdict: "hung")
      #expect(try await sidecar.status(of: "other")["status"]?.stringValue == "HEALTHY")
      await pairs[0].system.continueDaemon()
      try await sidecar.waitUntil("READ", is: "HEALTHY")
    }
  }

  @Test func `leaves the sidecar free to end within a second`() async throws {
    try await FaultFileSystem.withSidecar(for: [Operation(name: "READ")]) { sidecar, pairs in
      try await pairs[0].system.send("hang READ")
      try await sidecar.waitUntil("READ", verdict: "hung")
      let worker = try await sidecar.worker()
      let (elapsed, ending) = try await sidecar.terminate()
      print("figure: SIGTERM to exit with an unkillable hang \(elapsed)")
      #expect(ending == .exited(0))
      #expect(elapsed < .seconds(1))
      #expect(throws: KitError.self) { try LoopbackConnection(port: sidecar.port) }
      #expect(worker.isPresent, "its thread is beyond SIGKILL")
      try await pairs[0].system.send("clear")
      let isGone = await eventually(within: .seconds(5)) { !worker.isPresent }
      #expect(isGone)
    }
  }
}
