import Foundation
import JSONValue
import StubAPIServer
import Synchronization

/// Restic repositories as far as mountmon sees them: in the logs of pods.
final class SimulatedRepository: Sendable {
  private struct Contents {
    /// The backups whose next pod dies over its lock.
    var broken: Set<String> = []
    /// The host and the name of the lock of each backup's repository.
    var locks: [String: (id: String, host: String)] = [:]
  }

  private let contents = Mutex(Contents())

  func breakNext(_ backup: String) {
    contents.withLock { _ = $0.broken.insert(backup) }
  }

  /// The life of one pod; `nil` for pods of other workloads.
  func run(_ pod: JSONValue) async -> StubPodEnd? {
    guard let owner = pod["metadata"]?["ownerReferences"]?[0], owner["kind"] == "Job",
      let job = owner["name"]?.stringValue
    else { return nil }
    let name = pod["metadata"]?["name"]?.stringValue ?? ""
    let prefix = "volsync-src-"
    if job.hasPrefix(prefix) { return mover(String(job.dropFirst(prefix.count)), pod: name) }
    return unlock(pod)
  }

  private func mover(_ backup: String, pod: String) -> StubPodEnd {
    contents.withLock { contents in
      if let lock = contents.locks[backup] { return StubPodEnd(1, log: Self.refusal(lock)) }
      guard contents.broken.remove(backup) != nil else {
        return StubPodEnd(0, log: "snapshot 12345678 saved\nRestic completed in 1s\n")
      }
      let id = (0..<4).map { _ in
        let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
      }.joined()
      contents.locks[backup] = (id, pod)
      return StubPodEnd(137, log: "using parent snapshot 12345678\n")
    }
  }

  private static func refusal(_ lock: (id: String, host: String)) -> String {
    """
    unable to create lock in backend: repository is already locked exclusively by PID 63 on \
    \(lock.host) by root (UID 0, GID 0)
    lock was created at 2026-01-02 03:04:05 (1m2s ago)
    storage ID \(lock.id.prefix(8))
    the `unlock` command can be used to remove stale locks

    """
  }

  /// As the script of an unlock Job writes it.
  private func unlock(_ pod: JSONValue) -> StubPodEnd {
    var values: [String: String] = [:]
    for variable in pod["spec"]?["containers"]?[0]?["env"]?.arrayValue ?? [] {
      guard let name = variable["name"]?.stringValue else { continue }
      values[name] = variable["value"]?.stringValue
    }
    let token = values["MOUNTMON_TOKEN"] ?? ""
    let expected = (values["MOUNTMON_EXPECTED"] ?? "").split(separator: " ")
    let isLookOnly = values["MOUNTMON_MODE"] == "inspect"
    return contents.withLock { contents in
      let found = contents.locks.first { lock in
        expected.contains { lock.value.id.hasPrefix($0) }
      }
      var lines = ["\(token) begin before"]
      if let lock = found?.value {
        lines.append("\(token) lock \(lock.id)")
        let file: JSONValue = [
          "time": "2026-01-02T03:04:05Z", "exclusive": true, "hostname": .string(lock.host),
          "username": "root", "pid": 63,
        ]
        lines.append(file.text())
      }
      lines.append("\(token) end before")
      if !isLookOnly {
        if let backup = found?.key { contents.locks[backup] = nil }
        lines.append("\(token) unlocked 0")
      }
      lines.append("\(token) begin after")
      if isLookOnly, let lock = found?.value { lines.append("\(token) lock \(lock.id)") }
      lines += ["\(token) end after", "\(token) done 0"]
      return StubPodEnd(0, log: lines.joined(separator: "\n") + "\n")
    }
  }
}
