import Foundation
import JSONValue
import StackKit
import StubAPIServer

/// A host on which all of mountmon runs that serves metrics: a sidecar with a mount that can hang, the
/// monitor of a pool, and `volsync --watch` at a stub API server.
final class WatchedHost {
  let library: FaultFileSystem
  let sidecar: Sidecar
  let poolPath: String
  let pool: ServedProgram
  let poolPort: Int
  let volsync: Child
  let volsyncPort: Int

  /// Whose log lines say who writes them.
  static let environment = [
    "OTEL_SERVICE_NAME=watched", "OTEL_RESOURCE_ATTRIBUTES=place=K%C3%B6ln",
  ]

  /// Begins with everything well, and leaves nothing behind, whatever the body does.
  static func with(_ body: (WatchedHost, TemporaryFolder) async throws -> Void) async throws {
    try requireMounts()
    let roles = try await UnlockRoles.read()
    let types = try await Manifests.objects().filter { $0.kind == "CustomResourceDefinition" }
    try await TemporaryFolder.with { folder in
      try await FaultFileSystem.with { library in
        try await StubAPIServer.run { server in
          try prepare(server, roles, types.map(\.value), folder)
          let configuration = Sidecar.configuration([
            Sidecar.mount("library", library.mountpoint),
            Sidecar.mount("music", try folder.library("music")),
          ])
          try await Sidecar.with(configuration, .init(environment: environment)) { sidecar in
            try await serve(folder, library, sidecar, server, body)
          }
        }
      }
    }
  }

  private static func serve(
    _ folder: TemporaryFolder, _ library: FaultFileSystem, _ sidecar: Sidecar,
    _ server: StubAPIServer, _ body: (WatchedHost, TemporaryFolder) async throws -> Void
  ) async throws {
    let poolPath = try folder.folder("pool")
    try await run("mount", "-t", "tmpfs", "pool", poolPath)
    _ = try folder.folder("pool/films")
    try await run("mount", "-t", "tmpfs", "disk1", try folder.folder("disk1"))
    let host = try WatchedHost(folder, library, sidecar, server, poolPath)
    do {
      try await host.pool.start()
      try await body(host, folder)
      await host.end()
    } catch {
      await host.end()
      throw KitError(
        "\(error)\nthe pool's log:\n\(host.pool.output)\nvolsync's:\n\(host.volsync.outputSoFar)")
    }
  }

  private init(
    _ folder: TemporaryFolder, _ library: FaultFileSystem, _ sidecar: Sidecar,
    _ server: StubAPIServer, _ poolPath: String
  ) throws {
    self.library = library
    self.sidecar = sidecar
    self.poolPath = poolPath
    poolPort = try FreePort.take()
    volsyncPort = try FreePort.take()
    let mountmon = try BuiltProgram.path("mountmon")
    // No engine, whatever runs on this machine, and no clients: it looks, and has nobody to stop.
    let configuration: JSONValue = [
      "path": .string(poolPath), "requireMount": ["fsType": "tmpfs"],
      "branches": [.string(folder.path + "/disk1")], "minBranches": 1,
      "stateDirectory": .string(folder.path + "/state"), "pollInterval": "1s",
      "readTimeout": "700ms", "httpPort": .number(JSONNumber(poolPort)),
      "engine": ["socket": .string(folder.path + "/no-engine.sock")],
    ]
    let file = try folder.write("pool.json", configuration.text(.pretty))
    pool = ServedProgram(
      ["/usr/bin/env"] + Self.environment + [
        mountmon, "pool", "run", "--config", file, "--log-format", "json",
      ], log: folder.path + "/pool.log")
    let account = folder.path + "/account"
    volsync = try Child(
      ["KUBERNETES_SERVICE_HOST", "POD_NAME", "POD_NAMESPACE", "POD_UID"].flatMap { ["-u", $0] }
        + Self.environment + [
          mountmon, "volsync", "--server", server.url, "--token-file", account + "/token",
          "--ca-file", account + "/ca.crt", "--namespace", UnlockStage.home, "--watch",
          "--http-address", "127.0.0.1", "--http-port", "\(volsyncPort)", "--log-level", "debug",
        ])
  }

  /// A cluster with VolSync, in which nothing has failed.
  private static func prepare(
    _ server: StubAPIServer, _ roles: [StubRole], _ types: [JSONValue], _ folder: TemporaryFolder
  ) throws {
    let token = server.mintToken(for: "mountmon-volsync", in: UnlockStage.home, roles: roles)
    try server.writeServiceAccountFolder(
      to: folder.path + "/account", token: token, namespace: UnlockStage.home)
    server.withCluster { cluster in
      cluster.installVolSync()
      cluster.setNode("fake-node")
      cluster.addNamespace(UnlockStage.namespace)
      cluster.addNamespace(UnlockStage.home)
      for type in types { cluster.create(type) }
      cluster.create([
        "apiVersion": "homelab.rafaribe.com/v1alpha1", "kind": "VolSyncMonitor",
        "metadata": ["name": "main", "namespace": .string(UnlockStage.home)],
        "spec": ["enabled": true],
      ])
    }
  }

  private func end() async {
    pool.end()
    await pool.kill()
    volsync.kill()
    _ = try? await volsync.finish(within: .seconds(10))
  }
}
