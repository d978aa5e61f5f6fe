import JSONValue
import StubAPIServer
import TimeText

/// A cluster in which VolSync backs something up, and what its movers write.
enum Backups {
  /// What restic says of the lock of a mover that is dead, and what comes before it.
  static let lockLog =
    String(repeating: "a line of the backup\n", count: 80) + """
      repo already locked, waiting up to 0s for the lock
      unable to create lock in backend: repository is already locked by PID 41 on volsync-src-app-aaaaa by  (UID 0, GID 0)
      lock was created at 2026-01-02 01:41:55 (31.05843293s ago)
      storage ID 1a12470f
      the `unlock` command can be used to remove stale locks

      """

  /// A cluster with the backup `media/app`, of which each mover takes 55 s and fails on a lock, unless
  /// it begins with an unlock.
  static func locked(manual: String? = "first", schedule: String? = nil) -> StubCluster {
    var cluster = StubCluster()
    cluster.installVolSync()
    cluster.podScript = { pod in
      guard pod.name.hasPrefix("volsync-") else { return nil }
      if arguments(pod).first == "unlock" {
        return StubPodEnd(0, log: "successfully removed 1 locks\n", after: .seconds(55))
      }
      return StubPodEnd(11, log: lockLog, container: "restic", after: .seconds(55))
    }
    cluster.addReplicationSource(
      "app", in: "media", secret: "app-volsync", manual: manual, schedule: schedule)
    return cluster
  }

  /// What a mover is told to do.
  static func arguments(_ pod: JSONValue) -> [String] {
    let spec = pod["template"] ?? pod["spec"]
    let containers = spec?["containers"] ?? pod["spec"]?["template"]?["spec"]?["containers"]
    return (containers?[0]?["args"]?.arrayValue ?? []).compactMap(\.stringValue)
  }
}

extension StubCluster {
  /// The Job of the backup `media/app`.
  var mover: JSONValue? { object("Job", "volsync-src-app", in: "media") }
  /// The backup `media/app`.
  var source: JSONValue? { object("ReplicationSource", "app", in: "media") }

  /// The names of the pods in `media` in this phase.
  func pods(in phase: String) -> [String] {
    all("Pod", in: "media").filter { $0["status"]?["phase"]?.stringValue == phase }
      .compactMap { $0["metadata"]?["name"]?.stringValue }
  }

  /// Lets time pass until something is so, and says how many seconds that took.
  @discardableResult
  mutating func advance(
    until isSo: (StubCluster) -> Bool, atMost limit: Int = 7200
  ) throws -> Int {
    let start = now
    while !isSo(self) {
      guard start.duration(to: now) < .seconds(limit) else { throw TooLate(seconds: limit) }
      advance(by: .seconds(1))
    }
    return Int(start.duration(to: now).components.seconds)
  }
}

struct TooLate: Error {
  var seconds: Int
}

extension JSONValue {
  var name: String { self["metadata"]?["name"]?.stringValue ?? "" }
  var uid: String { self["metadata"]?["uid"]?.stringValue ?? "" }
}
