import Foundation
import Glibc
import JSONValue
import StubAPIServer

/// A pod that the stub made, with the process that runs in it and its mounts: folders with a canary.
final class TestPod {
  let namespace: String
  let name: String
  let uid: String
  /// How many pods of the cluster were before it.
  let number: Int
  let folder: TemporaryFolder
  let port: Int
  let token: String
  /// The process of now; a restart of the container makes another one.
  var sidecar: Sidecar
  /// How often its container was started.
  var starts = 1
  /// How the processes that ended by themselves did so.
  var endings: [Child.Ending] = []
  /// When its process was asked to end, because the pod is.
  var end: (asked: ContinuousClock.Instant, grace: Duration)?

  private let make: () throws -> Sidecar

  init(
    namespace: String, name: String, uid: String, number: Int, folder: TemporaryFolder, port: Int,
    token: String, make: @escaping () throws -> Sidecar
  ) throws {
    self.namespace = namespace
    self.name = name
    self.uid = uid
    self.number = number
    self.folder = folder
    self.port = port
    self.token = token
    self.make = make
    sidecar = try make()
  }

  /// Starts its container again.
  func restart() throws {
    starts += 1
    sidecar = try make()
  }

  // MARK: Mounts

  func path(_ mount: String) -> String { "\(folder.path)/\(mount)" }

  func breakMount(_ mount: String = "library") throws {
    try FileManager.default.removeItem(atPath: path(mount) + "/.health-check")
  }

  func mendMount(_ mount: String = "library") throws {
    try folder.write(mount + "/.health-check", "ok\n")
  }

  /// Writes the configuration anew, with another watchdog.
  func reconfigure(_ change: (inout JSONValue) -> Void) throws {
    let path = folder.path + "/config.json"
    var configuration = try JSONValue(parsing: String(contentsOfFile: path, encoding: .utf8))
    change(&configuration)
    try folder.write("config.json", configuration.text(.pretty))
  }

  // MARK: What it says

  /// What `/healthz/status` says of the watchdog; null where nobody listens, or there is none.
  func watchdog() async -> JSONValue {
    (try? await sidecar.document())?["watchdog"] ?? .null
  }

  /// The watchdog's state, or the reason why nothing is done.
  func state() async -> String {
    Self.state(in: await watchdog())
  }

  /// The state, or the reason, in what a watchdog says of itself.
  static func state(in watchdog: JSONValue) -> String {
    watchdog["reason"]?.stringValue ?? watchdog["state"]?.stringValue ?? "none"
  }

  /// The health of a mount, such as `HEALTHY`.
  func health(of mount: String = "library") async -> String? {
    (try? await sidecar.status(of: mount))?["status"]?.stringValue
  }

  /// A metric, such as `restarts_total{outcome="begun"}` of `mountmon_watchdog_`.
  func metric(_ name: String) async throws -> Double? {
    try await sidecar.metric("mountmon_watchdog_" + name)
  }

  /// Whether a line of the log has this message and this field.
  func says(_ message: String, _ field: String? = nil, _ value: String? = nil) -> Bool {
    sidecar.records(message).contains { record in
      field.map { record[$0]?.stringValue == value } ?? true
    }
  }

  /// The lines of the log that say that the pod is about to be replaced.
  var restarts: [JSONValue] { sidecar.records("mount unhealthy, triggering pod restart") }
}
