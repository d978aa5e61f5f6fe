import Foundation
import JSONValue
import ResticKit
import StackKit
import StubAPIServer
import Synchronization
import TimeText

/// A stub API server with VolSync, whose pods are containers of this machine with a real restic in them
/// and one repository behind an NFS volume, as in the household that this was built for.
final class UnlockStage: Sendable {
  /// What is in the cluster.
  struct Options: Sendable {
    /// Over `spec` of the monitor; `nil`: there is none.
    var monitor: JSONObject? = [:]
    /// Whether the type VolSyncMonitor is installed.
    var hasMonitorType = true
    /// Whether VolSync is installed.
    var hasVolSync = true
  }

  /// What a test changes while pods run.
  struct Knobs: Sendable {
    /// What the Job of a mover counts as failed once its second pod begins: a long pause follows.
    var failures: Int?
    /// Whether pods of unlock Jobs wait before they do anything.
    var holdsUnlocks = false
    /// Whether they fail without doing anything.
    var failsUnlocks = false
    /// The containers that run, by their pods. Stages that run at a time have pods of the same names.
    var runs: [String: ContainerRun] = [:]
    /// What each pod ended with, and its last words.
    var ends: [String] = []
  }

  static let namespace = "downloads"
  static let home = "mountmon"
  static let source = "prowlarr-nfs"
  static let secret = "prowlarr-volsync-nfs"
  /// Another backup into the same repository, of other data.
  static let neighbour = "sonarr-nfs"

  let knobs = Mutex(Knobs())
  let server: StubAPIServer
  let folder: TemporaryFolder
  let repository: ResticRepository
  let token: String
  private let kubelet: LocalKubelet

  /// Makes one, and leaves nothing of it behind, whatever the body does.
  static func with(
    _ options: Options = Options(), _ body: (UnlockStage) async throws -> Void
  ) async throws {
    try await TemporaryFolder.with { folder in
      try await ResticRepository.with { repository in
        let roles = try await UnlockRoles.read()
        let types = try await Manifests.objects().filter {
          $0.kind == "CustomResourceDefinition"
        }
        try await StubAPIServer.run { server in
          let stage = try UnlockStage(server, folder, repository, roles)
          stage.prepare(options, types.map(\.value))
          do {
            try await body(stage)
            await server.endPods()
          } catch {
            await server.endPods()
            throw KitError("\(error)\n\(stage.story)")
          }
        }
      }
    }
  }

  private init(
    _ server: StubAPIServer, _ folder: TemporaryFolder, _ repository: ResticRepository,
    _ roles: [StubRole]
  ) throws {
    self.server = server
    self.folder = folder
    self.repository = repository
    token = server.mintToken(for: "mountmon-volsync", in: Self.home, roles: roles)
    try server.writeServiceAccountFolder(
      to: folder.path + "/account", token: token, namespace: Self.home)
    kubelet = LocalKubelet(
      secrets: [
        "\(Self.namespace)/\(Self.secret)": repository.secret(address: "/repository")
      ], entry: MoverEntry(mapsExitCodes: true)
    ) { [repository, folder] volume, _ in
      if volume["nfs"] != nil { return repository.path }
      guard let claim = volume["persistentVolumeClaim"]?["claimName"]?.stringValue else {
        return nil
      }
      guard volume["name"]?.stringValue == "data" else { return try folder.folder(claim) }
      return claim.contains(Self.neighbour) ? try folder.library("neighbour") : repository.data
    }
  }

  private func prepare(_ options: Options, _ types: [JSONValue]) {
    server.withCluster { cluster in
      if options.hasVolSync { cluster.installVolSync() }
      cluster.setNode("fake-node")
      cluster.pods.standard.startDelay = .zero
      cluster.forbidsSecrets = true
      cluster.injectRepositoryVolume()
      cluster.addNamespace(Self.namespace)
      cluster.addNamespace(Self.home)
      guard options.hasMonitorType else { return }
      for type in types { cluster.create(type) }
      guard let more = options.monitor else { return }
      var spec: JSONObject = [
        "enabled": true, "removeFailedJobs": true,
        "unlockJobTemplate": ["image": "example.invalid/volsync:0.16"],
      ]
      for (key, value) in more { spec[key] = value }
      cluster.create([
        "apiVersion": "homelab.rafaribe.com/v1alpha1", "kind": "VolSyncMonitor",
        "metadata": ["name": "main", "namespace": .string(Self.home)], "spec": .object(spec),
      ])
    }
    server.runPods { [weak self] pod in await self?.run(pod) }
  }

  /// One pod, from its start to its end.
  private func run(_ pod: JSONValue) async -> StubPodEnd? {
    guard let owner = pod["metadata"]?["ownerReferences"]?[0], owner["kind"] == "Job",
      let job = owner["name"]?.stringValue
    else { return nil }
    if job.hasPrefix("volsync-") {
      makeFailures(of: job)
    } else {
      while knobs.withLock(\.holdsUnlocks), !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(10))
      }
      if knobs.withLock(\.failsUnlocks) { return StubPodEnd(1, log: "it fails\n") }
    }
    do {
      let name = pod["metadata"]?["name"]?.stringValue ?? ""
      let run = try await kubelet.start(pod)
      turn { $0.runs[name] = run }
      while run.isRunning, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(10)) }
      if run.isRunning { await run.kill() }
      let end = StubPodEnd(Int(run.code ?? 137), log: run.output, container: run.name)
      turn { $0.runs[name] = nil }
      await run.remove()
      turn { $0.ends.append("\(name) ended with \(end.exitCode): \(end.log.suffix(600))") }
      return end
    } catch {
      turn { $0.ends.append("\(job) did not start: \(error)") }
      return StubPodEnd(128, log: "\(error)\n")
    }
  }

  /// The container that runs for a pod.
  func run(of pod: String) -> ContainerRun? { knobs.withLock { $0.runs[pod] } }

  /// Changes what pods do from now on.
  func turn(_ change: (inout Knobs) -> Void) { knobs.withLock { change(&$0) } }

  private func makeFailures(of job: String) {
    guard let failures = knobs.withLock(\.failures) else { return }
    server.withCluster { cluster in
      let found = cluster.object("Job", job, in: Self.namespace)
      guard found?["status"]?["failed"] == 1 else { return }
      cluster.change("Job", job, in: Self.namespace) {
        $0["status"]?["failed"] = .number(JSONNumber(failures))
      }
    }
  }
}
