import Foundation
import JSONValue
import ResticKit
import StubAPIServer

/// What tests let happen.
extension UnlockStage {
  /// Adds a backup, which begins at once.
  func addBackup(_ name: String = UnlockStage.source) {
    server.withCluster {
      $0.addReplicationSource(name, in: Self.namespace, secret: Self.secret, manual: "first")
    }
  }

  /// Whether a backup goes on and on, with its lock held.
  func setSlow(_ isSlow: Bool, _ name: String = UnlockStage.source) throws {
    let data = name == Self.source ? repository.data : try folder.library("neighbour")
    let file = data + "/.slow"
    if isSlow {
      try Data().write(to: URL(filePath: file))
    } else {
      try? FileManager.default.removeItem(atPath: file)
    }
  }

  /// Lets the backup begin, and kills all of it once it holds its lock: what a node does that loses its
  /// power, or a kernel that is out of memory.
  ///
  /// - Returns: The name of the pod that is dead.
  @discardableResult
  func killBackup() async throws -> String {
    try setSlow(true)
    addBackup()
    let pod = try await runningMover()
    try await waitForLock(of: pod)
    await run(of: pod)?.kill()
    try setSlow(false)
    try await wait(for: "\(pod) failed") { self.pods.first { $0.name == pod }?.phase == "Failed" }
    return pod
  }

  /// Lets the backup be killed, and its next run fail on the lock that is left.
  ///
  /// - Returns: The name of the pod that is dead.
  @discardableResult
  func failBackup() async throws -> String {
    turn { $0.failures = 5 }
    let dead = try await killBackup()
    try await wait(for: "a failure by the lock") {
      self.pods.filter { $0.phase == "Failed" }.count == 2
    }
    return dead
  }

  /// Waits until a pod holds a lock.
  func waitForLock(of pod: String) async throws {
    try await wait(for: "a lock of \(pod)") {
      try await self.repository.locks().contains { $0.host == pod }
    }
  }

  /// The name of the mover that runs.
  func runningMover(of name: String = UnlockStage.source) async throws -> String {
    let prefix = "volsync-src-\(name)-"
    var name: String?
    try await wait(for: "a mover that runs") {
      name = self.pods.first { $0.phase == "Running" && $0.name.hasPrefix(prefix) }?.name
      return name != nil
    }
    return name ?? ""
  }

  /// Lets the backup's data no longer be slow for who begins now; who is in the middle goes on.
  func setQuick() throws {
    try FileManager.default.moveItem(atPath: repository.data, toPath: repository.data + "-old")
    try FileManager.default.createDirectory(
      atPath: repository.data, withIntermediateDirectories: false)
    try Data("second\n".utf8).write(to: URL(filePath: repository.data + "/second"))
  }

  /// Repeats the last try in the record of the repository.
  func multiplyTries(to count: Int) throws {
    let key = "mountmon/unlocks"
    try server.withCluster { cluster in
      let leases = cluster.all("Lease", in: Self.home).compactMap {
        $0["metadata"]?["name"]?.stringValue
      }
      guard let name = leases.first(where: { $0.hasPrefix("mountmon-unlock-") }) else {
        throw KitError("no Lease of a repository: \(leases)")
      }
      var fault: String?
      cluster.change("Lease", name, in: Self.home) { lease in
        let text = lease["metadata"]?["annotations"]?[key]?.stringValue ?? ""
        guard var record = try? JSONValue(parsing: text),
          let last = record["attempts"]?.arrayValue?.last, let number = last["number"]?.intValue
        else {
          fault = text
          return
        }
        let more = (1...count).map { step in
          var attempt = last
          attempt["number"] = .number(JSONNumber(number + step))
          attempt["job"] = .string((last["job"]?.stringValue ?? "") + "-\(step)")
          attempt["outcome"] = "failed"
          return attempt
        }
        record["attempts"] = .array((record["attempts"]?.arrayValue ?? []) + more)
        lease["metadata"]?["annotations"]?[key] = .string(record.text())
      }
      if let fault { throw KitError("no record: \(fault)") }
    }
  }

  /// Lets time pass in which something must not happen.
  func watch(for time: Duration, _ check: () async throws -> Void) async throws {
    let end = ContinuousClock.now + time
    while ContinuousClock.now < end {
      try await check()
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// The token is replaced, and the old one refused.
  func rotateToken() throws {
    try server.rotateToken(token, inFolder: folder.path + "/account")
  }

  /// Asks until the answer is yes.
  func wait(
    for what: String, within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
  ) async throws {
    guard try await eventually(within: limit, condition) else {
      throw KitError("not within \(limit): \(what)")
    }
  }
}
