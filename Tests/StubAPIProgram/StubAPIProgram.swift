import Foundation
import JSONValue
import StubAPIServer

/// The API server of the tests as a program of its own, for what is no test: the soak.
///
/// `stub-api FOLDER` writes the accounts of its clients into the folder, prints `ready URL UID` (the
/// pod plex-0 is the sidecar's), and obeys a line at a time on its standard input until that ends:
///
///     silent on|off    accept connections and say nothing, not even TLS
///     refuse, accept   close the port, open it again
///     cut              cut every connection
///     fail, garble     answer everything with 503; cut answers in the middle
///     slow             answer after a second
///     well             none of these three any more
///     expire           forget history: 410 for lists and watches, open ones too
///     rotate           other tokens, the old ones refused
///     break NAME       a backup whose first pod dies over its lock
///     forget NAME      remove that backup and what is left of it
///
/// Each is answered with `ok LINE`; `count` with `count N`, the requests so far; `violations` with as
/// many lines as there are, before its `ok`.
@main
struct StubAPIProgram {
  static func main() async throws {
    guard let folder = CommandLine.arguments.dropFirst().first else {
      FileHandle.standardError.write(Data("Usage: stub-api FOLDER\n".utf8))
      exit(2)
    }
    signal(SIGPIPE, SIG_IGN)
    try await StubAPIServer.run { server in
      let world = try await World(server, folder: folder)
      say("ready \(server.url) \(world.uid)")
      while let line = readLine() {
        try await world.obey(line)
        say("ok \(line)")
      }
    }
  }
}

func say(_ line: String) {
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

/// What is in the cluster, and what becomes of it.
@MainActor
final class World {
  static let home = "mountmon"
  static let media = "media"
  static let downloads = "downloads"

  let server: StubAPIServer
  let uid: String
  private let folder: String
  private let repository: SimulatedRepository
  private var tokens: [String: String] = [:]

  init(_ server: StubAPIServer, folder: String) async throws {
    self.server = server
    self.folder = folder
    let repository = SimulatedRepository()
    self.repository = repository
    server.withCluster { cluster in
      cluster.pods.standard.startDelay = .zero
      cluster.addNamespace(Self.home)
      cluster.addNamespace(Self.media)
      cluster.addNamespace(Self.downloads)
      cluster.addWorkload("StatefulSet", "plex", in: Self.media)
      // Whoever asks is refused: one process is looked at for an hour.
      cluster.addBudget("all-of-it", in: Self.media, minAvailable: 1, labels: ["app": "plex"])
      cluster.installVolSync()
      cluster.installVolSyncMonitors()
      cluster.create([
        "apiVersion": "homelab.rafaribe.com/v1alpha1", "kind": "VolSyncMonitor",
        "metadata": ["name": "main", "namespace": .string(Self.home)],
        "spec": ["enabled": true, "removeFailedJobs": true, "ttlSecondsAfterFinished": 60],
      ])
    }
    server.runPods { pod in await repository.run(pod) }
    var found: String?
    while found == nil {
      try await Task.sleep(for: .milliseconds(20))
      found = server.withCluster {
        $0.object("Pod", "plex-0", in: Self.media)?["metadata"]?["uid"]?.stringValue
      }
    }
    uid = found ?? ""
    try makeAccount("sidecar", "plex", in: Self.media, StubPodIdentity("plex-0", uid: uid))
    try makeAccount("volsync", "mountmon-volsync", in: Self.home, nil)
  }

  private func makeAccount(
    _ name: String, _ account: String, in namespace: String, _ pod: StubPodIdentity?
  ) throws {
    let all = StubRule(["*"], groups: ["*"], resources: ["*"])
    let token = server.mintToken(
      for: account, in: namespace, pod: pod, roles: [StubRole("all", in: nil, [all])])
    try server.writeServiceAccountFolder(
      to: "\(folder)/\(name)", token: token, namespace: namespace)
    tokens[name] = token
  }

  func obey(_ line: String) async throws {
    let words = line.split(separator: " ").map(String.init)
    switch (words.first ?? "", words.count > 1 ? words[1] : "") {
    case ("silent", let word):
      server.setSilent(word == "on")
      server.cutConnections()
    case ("refuse", _): try await server.refuseConnections()
    case ("accept", _): try await server.acceptConnections()
    case ("cut", _): server.cutConnections()
    case ("fail", _): server.inject(StubFault(.answer(.unavailable)))
    case ("garble", _): server.inject(StubFault(.cut(afterBytes: 300)))
    case ("slow", _): server.inject(StubFault(.delay(.seconds(1))))
    case ("well", _): server.removeFaults()
    case ("expire", _):
      server.withCluster {
        $0.expire()
        $0.expireOpenWatches()
      }
    case ("rotate", _):
      for (name, token) in tokens {
        tokens[name] = try server.rotateToken(token, inFolder: "\(folder)/\(name)")
      }
    case ("break", let name): breakBackup(name)
    case ("forget", let name): forget(name)
    case ("count", _): say("count \(server.log.count)")
    case ("violations", _): for violation in server.violations { say("violation \(violation)") }
    default: say("unknown \(line)")
    }
  }

  private func breakBackup(_ name: String) {
    repository.breakNext(name)
    server.withCluster {
      _ = $0.addReplicationSource(
        name, in: Self.downloads, secret: "\(name)-volsync", manual: "first")
    }
  }

  private func forget(_ name: String) {
    server.withCluster { cluster in
      cluster.remove("ReplicationSource", name, in: Self.downloads)
      for job in cluster.all("Job", in: Self.downloads) {
        if let job = job["metadata"]?["name"]?.stringValue {
          cluster.remove("Job", job, in: Self.downloads)
        }
      }
    }
  }
}
