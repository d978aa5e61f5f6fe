import Foundation
import Glibc
import JSONValue
import Testing

/// The machine's own clock is left alone: others on it need it. `libfaketime` steps the wall clock
/// of the sidecar and its worker alone, while they run; their monotonic clock is the kernel's.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct `A wall clock that is stepped` {
  private static var library: String? {
    ["x86_64-linux-gnu", "aarch64-linux-gnu"]
      .map { "/usr/lib/\($0)/faketime/libfaketime.so.1" }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  @Test func `changes nothing but the times that are shown`() async throws {
    guard let library = Self.library else {
      throw KitError("libfaketime is missing: `make setup` installs it")
    }
    try await TemporaryFolder.with { folder in
      let good = try folder.library("good")
      let bad = try folder.folder("bad")
      let clock = try folder.write("clock", "+0\n")
      // By way of a shell: the library moves the environment of the first process that loads it,
      // beside which Swift's runtime looks for the arguments.
      let options = Sidecar.Options(
        environment: [
          "LD_PRELOAD=\(library)", "FAKETIME_TIMESTAMP_FILE=\(clock)", "FAKETIME_NO_CACHE=1",
          "FAKETIME_DONT_FAKE_MONOTONIC=1",
        ],
        wrapper: ["sh", "-c", "exec \"$@\"", "sh"])
      let configuration = Sidecar.configuration([
        Sidecar.mount("good", good), Sidecar.mount("bad", bad),
      ])
      try await Sidecar.with(configuration, options) { sidecar in
        defer { removeSharedMemory(of: sidecar.pid) }
        try await sidecar.waitUntil("good", is: "HEALTHY")
        try await sidecar.waitUntil("bad", is: "UNHEALTHY")
        for step in [3600, -3600, 0] {
          try folder.write("clock", step < 0 ? "\(step)\n" : "+\(step)\n")
          let shown = try await offset(of: sidecar)
          #expect(abs(shown - Double(step)) < 30, "the step was not seen: \(shown)")

          let rounds = try await sidecar.status(of: "bad")["failureCount"]?.intValue ?? 0
          let goesOn = try await eventually(within: .seconds(10)) {
            let bad = try await sidecar.status(of: "bad")
            return bad["failureCount"]?.intValue ?? 0 >= rounds + 2
          }
          #expect(goesOn, "rounds go on at \(step) s")
          let mount = try await sidecar.status(of: "good")
          #expect(mount["status"]?.stringValue == "HEALTHY")
          let checked = try Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            .parse(try #require(mount["lastCheck"]?.stringValue))
          #expect(abs(checked.timeIntervalSinceNow - Double(step)) < 30, "the last look is recent")
          #expect(try await sidecar.get("/healthz/live").status == 200)
        }
        let told = sidecar.records.filter { $0["status"] != nil }
        #expect(told.count == 3, "no change came of it: \(told)")
        #expect(try await sidecar.terminate().elapsed < .seconds(1.5))
      }
    }
  }

  /// The library leaves it behind when its process is ended without ceremony.
  private func removeSharedMemory(of pid: pid_t) {
    for name in ["faketime_shm_\(pid)", "sem.faketime_sem_\(pid)"] { unlink("/dev/shm/" + name) }
  }

  /// How many seconds the sidecar's clock is ahead of ours.
  private func offset(of sidecar: Sidecar) async throws -> Double {
    let text = try await sidecar.document()["timestamp"]?.stringValue ?? ""
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
    return try style.parse(text).timeIntervalSinceNow
  }
}
