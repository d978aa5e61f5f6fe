import Foundation
import Glibc
import JSONValue
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct `An odd canary` {
  private struct Row {
    var name: String
    /// Makes it, in a folder that holds nothing else; `$0` is its path.
    var script: String
    var verdict: String
    var word = ""
    var options: JSONObject = [:]
  }

  private static let rows = [
    Row(name: "empty", script: ": > \"$0\"", verdict: "ok"),
    Row(
      name: "empty, not as expected", script: ": > \"$0\"", verdict: "missing", word: "expected",
      options: ["expect": "ok"]),
    Row(name: "huge", script: "truncate -s 300M \"$0\"", verdict: "ok"),
    Row(
      name: "huge, much of it read", script: "truncate -s 300M \"$0\"", verdict: "ok",
      options: ["canaryMaxBytes": 1_048_576]),
    Row(name: "FIFO", script: "mkfifo \"$0\"", verdict: "missing", word: "a named pipe"),
    Row(name: "directory", script: "mkdir \"$0\"", verdict: "missing", word: "a directory"),
    Row(name: "device", script: "ln -s /dev/zero \"$0\"", verdict: "missing", word: "out of"),
    Row(name: "link", script: "echo ok > \"$0-2\"; ln -s c-2 \"$0\"", verdict: "ok"),
    Row(
      name: "absolute link out", script: "ln -s /etc/hostname \"$0\"", verdict: "missing",
      word: "leads out of the mount"),
    Row(
      name: "relative link out", script: "ln -s ../0/c \"$0\"",
      verdict: "missing", word: "leads out of the mount"),
    Row(name: "dangling link", script: "ln -s gone \"$0\"", verdict: "missing", word: "ENOENT"),
    Row(name: "circular link", script: "ln -s c \"$0\"", verdict: "missing", word: "ELOOP"),
    Row(name: "absent", script: ":", verdict: "missing", word: "ENOENT"),
    Row(
      name: "text of another", script: "echo other > \"$0\"", verdict: "missing",
      word: "holds \"other", options: ["expect": "ok"]),
    Row(
      name: "text as expected", script: "printf 'ok\\r\\n' > \"$0\"", verdict: "ok",
      options: ["expect": "ok\n"]),
  ]

  @Test func `is judged by what it is, without harm to the worker`() async throws {
    try await TemporaryFolder.with { folder in
      var mounts: [JSONValue] = []
      for (index, row) in Self.rows.enumerated() {
        let path = try folder.folder("\(index)")
        try await run("sh", "-c", row.script, path + "/c")
        var options = row.options
        options["canaryFile"] = "c"
        mounts.append(Sidecar.mount(row.name, path, options))
      }
      let socketFolder = try folder.folder("socket")
      let socket = try listen(at: socketFolder + "/c")
      defer { close(socket) }
      mounts.append(Sidecar.mount("socket", socketFolder, ["canaryFile": "c"]))

      try await Sidecar.with(Sidecar.configuration(mounts)) { sidecar in
        for row in Self.rows {
          let mount = try await sidecar.waitUntil(row.name, verdict: row.verdict).mount
          let error = mount["lastError"]?.stringValue ?? ""
          #expect(row.word == "" || error.contains(row.word), "\(row.name): \(error)")
        }
        let mount = try await sidecar.waitUntil("socket", verdict: "missing").mount
        #expect(mount["lastError"]?.stringValue?.contains("a socket") == true)
        try await Task.sleep(for: .seconds(2))
        let worker = try await sidecar.worker()
        print("figure: memory of the worker at its most \((worker.peakMemory ?? 0) >> 10) kB")
        #expect(try #require(worker.peakMemory) < 64 << 20)
        let areClosed = await eventually(within: .seconds(5)) { worker.descriptors.count == 3 }
        #expect(areClosed)
        #expect(try await sidecar.metric("mountmon_probe_worker_restarts_total") == 0)
      }
    }
  }

  private func listen(at path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw KitError("binding \(path): errno \(errno)") }
    return descriptor
  }

  @Test(.needsMounts) func `that may not be read degrades and never more`() async throws {
    try requireMounts()
    try await TemporaryFolder.with { folder in
      let secret = try folder.library("secret")
      let open = try folder.library("open")
      chmod(secret + "/.health-check", 0o600)
      let closed = try folder.library("closed")
      chmod(closed, 0o700)
      let configuration = Sidecar.configuration(
        [
          Sidecar.mount("secret", secret), Sidecar.mount("open", open),
          Sidecar.mount("closed", closed),
        ],
        ["failureThreshold": 1])
      try await Sidecar.with(configuration, .asNobody(in: folder)) { sidecar in
        try await sidecar.waitUntil("open", is: "HEALTHY")
        for name in ["secret", "closed"] {
          let mount = try await sidecar.waitUntil(name, is: "DEGRADED", verdict: "inaccessible")
            .mount
          #expect(mount["lastError"]?.stringValue?.contains("EACCES") == true)
        }
        try await Task.sleep(for: .seconds(3))
        for name in ["secret", "closed"] {
          let mount = try await sidecar.status(of: name)
          #expect(mount["status"]?.stringValue == "DEGRADED")
          #expect((mount["failureCount"]?.intValue ?? 0) > 1)
        }
        chmod(secret + "/.health-check", 0o644)
        try await sidecar.waitUntil("secret", is: "HEALTHY")
      }
    }
  }

  @Test(.needsMounts) func `is written by nobody where nobody may`() async throws {
    try requireMounts()
    try await TemporaryFolder.with { folder in
      let library = try folder.library("library")
      let configuration = Sidecar.configuration([
        Sidecar.mount("library", library, ["write": true])
      ])
      try await Sidecar.with(configuration, .asNobody(in: folder)) { sidecar in
        try await sidecar.waitUntil("library", is: "DEGRADED", verdict: "inaccessible")
        chmod(library, 0o777)
        try await sidecar.waitUntil("library", is: "HEALTHY", verdict: "ok")
        let left = try FileManager.default.contentsOfDirectory(atPath: library)
        #expect(left == [".health-check"], "nothing of ours stays behind")
      }
    }
  }
}
