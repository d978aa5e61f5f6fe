import CLinux
import Foundation
import Pacing
import Testing

@testable import MountHealthCore

@Suite struct `A live probe with wishes` {
  private func attribute(_ name: String, of file: String = ".control") throws -> FileAttribute {
    try #require(FileAttribute(name, of: try CanaryPath(file)))
  }

  @Test func `tells nothing that was not wished for`() throws {
    let folder = try TemporaryFolder()
    #expect(try folder.probe(nil).details == nil)
    let details = try folder.probe(nil) { $0.wishes.seal = true }.details
    #expect(details?.space == nil && details?.attribute == nil)
  }

  @Test func `tells how much space there is`() throws {
    let folder = try TemporaryFolder()
    let space = try #require(
      try folder.probe(nil) { $0.wishes.space = true }.details?.space)
    #expect(space.total > 0 && space.free <= space.total)
    // Also where there is less than asked for.
    let report = try folder.probe(nil) {
      $0.wishes.space = true
      $0.minimumFreeBytes = .max
    }
    guard case .lowSpace = report.finding else {
      Issue.record("\(report.finding)")
      return
    }
    #expect(report.details?.space?.total == space.total)
  }

  @Test func `reads an attribute`() throws {
    let folder = try TemporaryFolder()
    try folder.write(to: ".control")
    let wish = try attribute("user.mountmon.test")
    let long = String(repeating: "/mnt/branch=RW:", count: 100)
    try #require(folder.setAttribute("user.mountmon.test", of: ".control", to: long))
    let report = try folder.probe(nil) { $0.wishes.attribute = wish }
    #expect(report.finding == .seen(bytes: 0))
    #expect(report.details?.attribute == .value(Array(long.utf8)))
  }

  @Test(arguments: [("user.mountmon.none", ".control", 61), ("user.x", "nowhere", 2)])
  func `makes nothing of an attribute that is not there`(
    name: String, file: String, error: Int32
  ) throws {
    let folder = try TemporaryFolder()
    try folder.write(to: ".control")
    let wish = try attribute(name, of: file)
    let report = try folder.probe(nil) { $0.wishes.attribute = wish }
    #expect(report.finding == .seen(bytes: 0))
    #expect(report.details?.attribute == .unreadable(ErrorNumber(rawValue: error)))
  }

  @Test func `does not follow a link out of the mount for an attribute`() throws {
    let folder = try TemporaryFolder()
    try folder.link(".control", to: "/etc/passwd")
    let wish = try attribute("user.x")
    let report = try folder.probe(nil) { $0.wishes.attribute = wish }
    #expect(report.details?.attribute == .unreadable(.crossDevice))
  }

  @Test func `tells the attribute also where the canary is missing`() throws {
    let folder = try TemporaryFolder()
    try folder.write(to: ".control")
    try #require(folder.setAttribute("user.x", of: ".control", to: "v"))
    let wish = try attribute("user.x")
    let report = try folder.probe { $0.wishes.attribute = wish }
    #expect(report.finding == .failed(.lookup, .noEntry))
    #expect(report.details?.attribute == .value([0x76]))
  }

  @Test(.enabled(if: canMount, "needs root's rights"))
  func `tells whether the directory takes files`() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("sealed")
    let path = folder.path + "/sealed"
    func isSealed() throws -> Bool? {
      LiveProbe.run(
        ProbeOrder(
          flight: Flight(mount: 0, sequence: 1), path: try MountPath(path),
          probe: Probe(.directory, wishes: ProbeWishes(seal: true)))
      ).details?.isSealed
    }
    #expect(try isSealed() == false)
    try #require(succeeds("chattr", "+i", path))
    defer { succeeds("chattr", "-i", path) }
    #expect(try isSealed() == true)
  }

  @Test func `is told in the status, and to whoever wants readings`() async throws {
    let folder = try TemporaryFolder()
    try folder.write("x", to: ".health-check")
    let mount = Mount(
      path: try MountPath(folder.path),
      probe: Probe(.directory, wishes: ProbeWishes(space: true)), interval: .seconds(3600))
    let monitor = try MountMonitor(mounts: [mount])
    let alarm = try Alarm()
    monitor.observeReadings { alarm.ring() }
    async let end: Void = monitor.run()
    #expect(try await eventually { monitor.statuses().first?.details?.space != nil })
    let (statuses, table) = monitor.statusesAndTable()
    #expect(statuses.first?.seenOn == table.mount(containing: folder.path)?.id)
    alarm.wait(atMost: .seconds(30))
    // A look that was asked for needs no round to be due.
    let seen = statuses.first?.lastCheck ?? .zero
    monitor.lookNow()
    #expect(try await eventually { (monitor.statuses().first?.lastCheck ?? .zero) > seen })
    monitor.stop()
    try await end
  }
}

@Suite struct `A file's attribute` {
  @Test(arguments: ["", "user.\n", String(repeating: "n", count: 256)])
  func `has a name that the kernel takes`(name: String) throws {
    #expect(FileAttribute(name, of: try CanaryPath("f")) == nil)
  }
}

extension TemporaryFolder {
  /// Sets an extended attribute; `false` where that cannot be.
  fileprivate func setAttribute(_ name: String, of file: String, to value: String) -> Bool {
    succeeds(
      "python3", "-c",
      "import os,sys; os.setxattr(sys.argv[1], sys.argv[2], sys.argv[3].encode())",
      path + "/" + file, name, value)
  }
}
