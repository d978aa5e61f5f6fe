import Foundation
import Glibc
import JSONValue
import StubAPIServer
import TimeText

/// A stub API server with a workload, and for each pod of it a real sidecar with mounts of its own.
///
/// Its kubelet works while a test waits: it starts a sidecar for a pod that runs, asks it to end when
/// the pod is to go, kills it when the grace is over, and says so.
final class TestCluster {
  /// What is in the cluster, and how its sidecars are started.
  struct Options {
    /// `StatefulSet`, `Deployment`, `DaemonSet`, `Job`, or `Pod` for one without an owner.
    var kind = "StatefulSet"
    var replicas = 1
    /// Over the keys that make a watchdog fast.
    var watchdog: JSONObject = [:]
    /// Over the other keys of the configuration.
    var configuration: JSONObject = [:]
    var mounts = ["library"]
    var access = Access.options
    var identity = Identity.environment
    /// Whether tokens end with the pods that they were made for.
    var bindsTokens = true
    /// What the account of the pod with this number may do.
    var roles: (Int) -> [StubRole] = { _ in [TestCluster.role()] }
    /// Where the mount of the pod with this number is, in place of a folder of its own.
    var mountPaths: (Int) -> String? = { _ in nil }
    /// Whether the mounts of the pod with this number have no canary from the start.
    var isBroken: (Int) -> Bool = { _ in false }
    /// Whether the kubelet ends the process of a pod that is to go, or is gone.
    var endsPods = true
    /// Whether the kubelet starts a container that ended by itself again.
    var restartsContainers = false
    /// With the folder of a pod, before its sidecar is started.
    var preparePod: (TemporaryFolder) throws -> Void = { _ in }
    /// Before the first pod is made.
    var prepare: (inout StubCluster) -> Void = { _ in }
    /// Before the first sidecar is started.
    var setUp: (StubAPIServer) -> Void = { _ in }
  }

  /// How a sidecar reaches the API server.
  enum Access {
    /// By `--server`, `--token-file` and `--ca-file`.
    case options
    /// By the files and the environment that a kubelet gives to a container.
    case serviceAccount
    /// Not at all.
    case none
  }

  /// How a sidecar knows which pod it is in.
  enum Identity {
    /// By POD_NAME, POD_NAMESPACE and POD_UID.
    case environment
    /// By the claims of its token.
    case token
    /// By these variables, and a token that is bound to no pod.
    case variables([String])
    /// By these variables, and the claims of its token.
    case both([String])
  }

  static let namespace = "media"
  static let workload = "plex"

  let server: StubAPIServer
  let options: Options
  let folder: TemporaryFolder
  /// All pods that ever ran, in the order of their start.
  private(set) var pods: [TestPod] = []
  /// The uids of pods that were asked to go, in order.
  private(set) var removed: [String] = []

  /// Starts one, and leaves nothing of it behind, whatever the body does.
  static func with(
    _ options: Options = Options(), _ body: (TestCluster) async throws -> Void
  ) async throws {
    try await TemporaryFolder.with { folder in
      var stub = StubCluster(at: Timestamp(seconds: 1_767_323_045), seed: .random(in: 0 ... .max))
      stub.pods.standard.stopDelay = nil
      stub.pods.standard.startDelay = .zero
      let server = try await StubAPIServer(stub, certificates: try certificates.get())
      options.setUp(server)
      let cluster = TestCluster(server, options, in: folder)
      do {
        cluster.createWorkload()
        try await body(cluster)
        await cluster.tearDown()
      } catch {
        await cluster.tearDown()
        throw KitError("\(error)\n\(cluster.story)")
      }
    }
  }

  /// Making keys takes time: all servers of a run have the same.
  private static let certificates = Result { try StubCertificates() }

  private init(_ server: StubAPIServer, _ options: Options, in folder: TemporaryFolder) {
    self.server = server
    self.options = options
    self.folder = folder
  }

  private func tearDown() async {
    for pod in pods { await pod.sidecar.tearDown() }
    try? await server.stop()
  }

  // MARK: What there is

  /// The last pod that was started.
  var pod: TestPod {
    get throws {
      guard let pod = pods.last else { throw KitError("no pod runs yet") }
      return pod
    }
  }

  /// The Lease in which restarts are remembered.
  var lease: JSONValue? {
    let name = "mountmon-\(options.kind.lowercased())-\(Self.workload)"
    return server.withCluster { $0.object("Lease", name, in: Self.namespace) }
  }

  /// The claims that the Lease holds.
  var claims: [String] { annotation("mountmon/restart-claims") }
  /// The restarts that the Lease remembers.
  var history: [String] { annotation("mountmon/restart-history") }

  private func annotation(_ key: String) -> [String] {
    let text = lease?["metadata"]?["annotations"]?[key]?.stringValue ?? ""
    return text.split(separator: "\n").map(String.init)
  }

  /// The pod of this name as the API server has it.
  func object(_ pod: TestPod) -> JSONValue? {
    server.withCluster { $0.object("Pod", pod.name, in: Self.namespace) }
  }

  /// The requests that asked for the removal of a pod, with the status that each got.
  var removals: [String] {
    server.log.compactMap { exchange in
      let target = exchange.request.target.split(separator: "?")[0]
      let isRemoval =
        exchange.request.method == "DELETE" && target.contains("/pods/")
        || exchange.request.method == "POST" && target.hasSuffix("/eviction")
      return isRemoval ? "\(exchange.request.method) \(exchange.status)" : nil
    }
  }

  /// The requests for evictions.
  var evictions: [StubRequest] {
    server.log.map(\.request).filter { $0.target.hasSuffix("/eviction") }
  }

  /// For a test that failed: the log of each sidecar, and what the server was asked.
  var story: String {
    let logs = pods.map { "the log of \($0.name) (\($0.uid)):\n\($0.sidecar.log.suffix(5000))" }
    let requests = server.log.suffix(40).map { "\($0.status) \($0.line)" }
    let violations = server.violations.map(\.description)
    return (logs + ["the last requests:"] + requests + violations).joined(separator: "\n")
  }

  // MARK: Waiting

  /// Asks until the answer is yes; the kubelet works meanwhile.
  func wait(
    for what: String, within limit: Duration = .seconds(30),
    _ condition: () async throws -> Bool
  ) async throws {
    let deadline = ContinuousClock.now + limit
    while true {
      try turn()
      if try await condition() { return }
      guard ContinuousClock.now < deadline else {
        let states = await states()
        throw KitError("not within \(limit): \(what); the watchdogs say \(states)")
      }
      try await Task.sleep(for: .milliseconds(15))
    }
  }

  /// Waits until so many pods run and their watchdogs are armed.
  @discardableResult
  func waitUntilArmed(_ count: Int = 1) async throws -> TestPod {
    try await wait(for: "\(count) watchdogs armed") {
      let states = await states()
      return states.count == count && states.allSatisfy { $0 == "armed" }
    }
    return try pod
  }

  /// Waits until a watchdog says that it is in this state, or why it does nothing.
  /// Returns all it says in that answer: in the next it may be in another state.
  @discardableResult
  func wait(
    until pod: TestPod, is state: String, within limit: Duration = .seconds(30)
  ) async throws -> JSONValue {
    var told = JSONValue.null
    try await wait(for: "\(pod.name) is \(state)", within: limit) {
      told = await pod.watchdog()
      return TestPod.state(in: told) == state
    }
    return told
  }

  /// Waits until another pod runs in place of this one, and its watchdog is armed.
  func waitForReplacement(of pod: TestPod) async throws -> TestPod {
    try await wait(for: "a replacement of \(pod.name)") {
      removed.contains(pod.uid) && pods.count > pod.number + 1 && !pod.sidecar.child.isRunning
    }
    let next = try self.pod
    try await wait(until: next, is: "armed")
    return next
  }

  /// Lets time pass in which something must not happen.
  func watch(for time: Duration, _ check: () async throws -> Void) async throws {
    let end = ContinuousClock.now + time
    while ContinuousClock.now < end {
      try turn()
      try await check()
      try await Task.sleep(for: .milliseconds(30))
    }
  }

  /// What the watchdogs of the pods say that are not to go.
  private func states() async -> [String] {
    var states: [String] = []
    for pod in pods where pod.end == nil && pod.sidecar.child.isRunning {
      states.append(await pod.state())
    }
    return states
  }

  // MARK: The kubelet

  /// One turn of the kubelet.
  func turn() throws {
    let objects = server.withCluster { $0.all("Pod", in: Self.namespace) }
    for object in objects {
      guard let uid = object["metadata"]?["uid"]?.stringValue else { continue }
      let isGoing = object["metadata"]?["deletionTimestamp"] != nil
      if isGoing, !removed.contains(uid) { removed.append(uid) }
      if let pod = pods.first(where: { $0.uid == uid }) {
        try tend(pod, isGoing ? object : nil)
      } else if !isGoing, object["status"]?["phase"]?.stringValue == "Running" {
        try start(object, uid)
      }
    }
    let uids = Set(objects.compactMap { $0["metadata"]?["uid"]?.stringValue })
    for pod in pods where !uids.contains(pod.uid) && pod.sidecar.child.isRunning {
      if options.endsPods { pod.sidecar.child.kill() }
      if !removed.contains(pod.uid) { removed.append(pod.uid) }
    }
  }

  /// `going` is the pod's object, if it is to go.
  private func tend(_ pod: TestPod, _ going: JSONValue?) throws {
    let isRunning = pod.sidecar.child.isRunning
    guard let going else {
      guard !isRunning, pod.endings.count < pod.starts else { return }
      pod.endings.append(pod.sidecar.child.ending ?? .blocked)
      if options.restartsContainers { try pod.restart() }
      return
    }
    guard options.endsPods else { return }
    guard isRunning else {
      server.withCluster { $0.stop(pod.name, in: Self.namespace) }
      return
    }
    if let end = pod.end {
      if end.asked.duration(to: .now) > end.grace { pod.sidecar.child.kill() }
    } else {
      let grace = going["metadata"]?["deletionGracePeriodSeconds"]?.intValue ?? 30
      pod.end = (.now, .seconds(grace))
      kill(pod.sidecar.pid, SIGTERM)
    }
  }

  private func start(_ object: JSONValue, _ uid: String) throws {
    guard let name = object["metadata"]?["name"]?.stringValue else { return }
    pods.append(try makePod(name, uid, number: pods.count))
  }
}
