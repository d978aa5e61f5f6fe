import Foundation
import Testing

@testable import MountHealthCore

@Suite struct `A live probe of a canary` {
  @Test func `reads it and tells where it was`() throws {
    let folder = try TemporaryFolder()
    try folder.write("alive\n", to: ".health-check")
    let report = try folder.probe()
    #expect(report.finding == .seen(bytes: 6))
    #expect(report.latency > .zero)
    let sighting = try #require(report.sighting)
    #expect(sighting.path == folder.path)
    let table = try MountTableFile().read(at: .now())
    #expect(table.entry(id: sighting.mountID) == table.mount(containing: folder.path))
  }

  @Test(arguments: [
    ("alive", "alive", true), ("alive\n", "alive", true), ("alive", "alive\r\n", true),
    ("alive\n\n\r\n", "alive\n", true), ("", "", true), ("\n", "", true),
    ("alive ", "alive", false), ("Alive", "alive", false), ("", "alive", false),
    ("alive and more", "alive", false), ("é", "é", true),
  ])
  func `compares what it holds`(content: String, expectation: String, fits: Bool) throws {
    let folder = try TemporaryFolder()
    try folder.write(content, to: ".health-check")
    let finding = try folder.probe { $0.expectation = expectation }.finding
    #expect(finding == (fits ? .seen(bytes: content.utf8.count) : .unexpected(content)))
  }

  @Test func `shows no more than the beginning of what it holds`() throws {
    let folder = try TemporaryFolder()
    try folder.write(String(repeating: "x", count: 2000), to: ".health-check")
    let finding = try folder.probe { $0.expectation = "alive" }.finding
    #expect(finding == .unexpected(String(repeating: "x", count: 80)))
  }

  @Test func `may find it empty where nothing is expected`() throws {
    let folder = try TemporaryFolder()
    try folder.write(to: ".health-check")
    #expect(try folder.probe().finding == .seen(bytes: 0))
  }

  /// The fault of its predecessor: 300 MB read into memory.
  @Test(arguments: [1, 4096, 1 << 20])
  func `reads no more than it may`(limit: Int) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(to: ".health-check")
    #expect(truncate(file, 300 << 20) == 0)
    #expect(try folder.probe { $0.maximumBytes = limit }.finding == .seen(bytes: limit))
  }

  /// The fault of its predecessor: a named pipe was waited for.
  @Test func `refuses what is no regular file, without waiting`() throws {
    let folder = try TemporaryFolder()
    #expect(mkfifo(folder.path + "/fifo", 0o600) == 0)
    try folder.makeFolder("directory")
    let socket = try UnixSocket(at: folder.path + "/socket")
    defer { socket.close() }
    #expect(try folder.probe("fifo").finding == .wrongKind(.fifo))
    #expect(try folder.probe("directory").finding == .wrongKind(.directory))
    #expect(try folder.probe("socket").finding == .wrongKind(.socket))
    let device = LiveProbe.run(
      ProbeOrder(
        flight: Flight(mount: 0, sequence: 0), path: try MountPath("/dev"),
        probe: Probe(.canary(try CanaryPath("null")))))
    #expect(device.finding == .wrongKind(.device))
  }

  @Test func `follows links that stay inside, and none that lead out`() throws {
    let folder = try TemporaryFolder()
    let other = try TemporaryFolder()
    try other.write("x", to: "outside")
    try folder.write("yes", to: "sub/file")
    try folder.link("inside", to: "sub/../sub/file")
    try folder.link("absolute", to: other.path + "/outside")
    try folder.link("relative", to: "../" + (other.path as NSString).lastPathComponent + "/outside")
    try folder.link("absolute-inside", to: folder.path + "/sub/file")
    try folder.link("folder-out", to: other.path)
    try folder.link("loop", to: "pool")
    try folder.link("pool", to: "loop")
    try folder.link("dangling", to: "nothing")
    #expect(try folder.probe("inside").finding == .seen(bytes: 3))
    #expect(try folder.probe("absolute").finding == .escapes)
    #expect(try folder.probe("relative").finding == .escapes)
    #expect(try folder.probe("absolute-inside").finding == .escapes)
    #expect(try folder.probe("folder-out/outside").finding == .escapes)
    #expect(try folder.probe("loop").finding == .failed(.lookup, .tooManyLinks))
    #expect(try folder.probe("dangling").finding == .failed(.lookup, .noEntry))
  }

  @Test func `says which step failed`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("x", to: "file")
    #expect(try folder.probe("gone").finding == .failed(.lookup, .noEntry))
    #expect(try folder.probe("file/below").finding == .failed(.lookup, .notDirectory))
    #expect(
      try folder.probe(String(repeating: "x", count: 256)).finding
        == .failed(.lookup, .nameTooLong))
    for (path, error) in [(folder.path + "/none", ErrorNumber.noEntry), (file, .notDirectory)] {
      let report = LiveProbe.run(
        ProbeOrder(
          flight: Flight(mount: 0, sequence: 0), path: try MountPath(path),
          probe: Probe(.directory)))
      #expect(report.finding == .failed(.resolve, error))
      #expect(report.sighting == nil)
    }
  }

  @Test func `follows a link to the mount itself`() throws {
    let folder = try TemporaryFolder()
    let other = try TemporaryFolder()
    try folder.write("x", to: ".health-check")
    try other.link("link", to: folder.path)
    let report = LiveProbe.run(
      ProbeOrder(
        flight: Flight(mount: 0, sequence: 0), path: try MountPath(other.path + "/link"),
        probe: Probe(.canary(try CanaryPath(".health-check")))))
    #expect(report.finding == .seen(bytes: 1))
    #expect(report.sighting?.path == folder.path)
  }

  @Test func `tells missing rights from a missing file`() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("x", to: "secret")
    try folder.write("x", to: "closed/file")
    #expect(chmod(file, 0) == 0)
    #expect(chmod(folder.path + "/closed", 0) == 0)
    defer { chmod(folder.path + "/closed", 0o700) }
    let findings = try await OtherUser.run {
      [try folder.probe("secret").finding, try folder.probe("closed/file").finding]
    }
    #expect(
      findings == [.failed(.open, .accessDenied), .failed(.lookup, .accessDenied)])
  }
}

@Suite struct `A live probe of a directory` {
  @Test func `needs nothing in it`() throws {
    #expect(try TemporaryFolder().probe(nil).finding == .seen(bytes: 0))
  }

  @Test func `counts its entries, but for the two dots`() throws {
    let folder = try TemporaryFolder()
    try folder.write(to: "a")
    try folder.write(to: ".b")
    try folder.write(to: "...")
    #expect(try folder.probe(nil) { $0.minimumEntries = 3 }.finding == .seen(bytes: 0))
    #expect(try folder.probe(nil) { $0.minimumEntries = 4 }.finding == .fewEntries(3))
    try folder.remove("a")
    #expect(try folder.probe(nil) { $0.minimumEntries = 3 }.finding == .fewEntries(2))
  }

  @Test func `counts many entries`() throws {
    let folder = try TemporaryFolder()
    for number in 0..<3000 {
      try folder.write(to: "\(number)-" + String(repeating: "x", count: number % 200))
    }
    #expect(try folder.probe(nil) { $0.minimumEntries = 3000 }.finding == .seen(bytes: 0))
    #expect(try folder.probe(nil) { $0.minimumEntries = 3001 }.finding == .fewEntries(3000))
  }

  @Test func `measures free space`() throws {
    let folder = try TemporaryFolder()
    #expect(try folder.probe(nil) { $0.minimumFreeBytes = 1 }.finding == .seen(bytes: 0))
    for change in [
      { $0.minimumFreeBytes = .max }, { $0.minimumFreePercent = 100.1 },
    ] as [(inout Probe) -> Void] {
      guard case .lowSpace(let free, let total) = try folder.probe(nil, change).finding else {
        Issue.record("there is enough")
        return
      }
      #expect(free > 0 && free <= total)
    }
  }
}

@Suite struct `A write probe` {
  @Test func `leaves nothing behind`() throws {
    let folder = try TemporaryFolder()
    try folder.write("x", to: "sub/canary")
    #expect(try folder.probe(nil) { $0.writes = true }.finding == .seen(bytes: 0))
    #expect(try folder.probe("sub/canary") { $0.writes = true }.finding == .seen(bytes: 1))
    #expect(try folder.names == ["sub"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/sub") == ["canary"])
  }

  @Test func `takes over what a killed one left`() throws {
    let folder = try TemporaryFolder()
    try folder.write("left", to: ".mountmon-write." + ProcessInfo.processInfo.hostName)
    #expect(try folder.probe(nil) { $0.writes = true }.finding == .seen(bytes: 0))
  }

  @Test func `follows no link out`() throws {
    let folder = try TemporaryFolder()
    let other = try TemporaryFolder()
    try folder.link("sub", to: other.path)
    #expect(throws: ProbeInterruption.self) {
      let root = try Descriptor(open(folder.path, O_RDONLY | O_DIRECTORY))
      try WriteProbe(.canary(try CanaryPath("sub/canary"))).run(below: root.number)
    }
    #expect(try other.names.isEmpty)
  }

  /// Two mounts of one file system, or two monitors of one host: each has the same file.
  @Test func `does not mind another one`() async throws {
    let folder = try TemporaryFolder()
    let findings = await withTaskGroup(of: [ProbeFinding].self) { group in
      for _ in 0..<4 {
        group.addTask {
          (0..<250).compactMap { _ in try? folder.probe(nil) { $0.writes = true }.finding }
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(findings.count == 1000)
    #expect(Set(findings) == [.seen(bytes: 0)])
    #expect(try folder.names.isEmpty)
  }

  @Test(.enabled(if: canMount, "needs the right to mount"))
  func `sees a read-only file system`() throws {
    let folder = try TemporaryFolder()
    #expect(succeeds("mount", "-t", "tmpfs", "-o", "ro", "mountmon-test", folder.path))
    defer { succeeds("umount", folder.path) }
    #expect(
      try folder.probe(nil) { $0.writes = true }.finding == .failed(.write, .readOnlySystem))
    #expect(try folder.probe(nil).finding == .seen(bytes: 0))
  }

  @Test(.enabled(if: canMount, "needs the right to mount"))
  func `sees a full file system, and leaves nothing behind`() throws {
    let folder = try TemporaryFolder()
    #expect(succeeds("mount", "-t", "tmpfs", "-o", "size=64k", "mountmon-test", folder.path))
    defer { succeeds("umount", folder.path) }
    #expect(throws: (any Error).self) {
      try folder.write(String(repeating: "x", count: 1 << 20), to: "filler")
    }
    succeeds("dd", "if=/dev/zero", "of=" + folder.path + "/filler", "bs=4k")
    let finding = try folder.probe(nil) { $0.writes = true }.finding
    #expect(finding == .failed(.write, .noSpace))
    #expect(try folder.names.allSatisfy { !$0.hasPrefix(".mountmon") })
  }
}
