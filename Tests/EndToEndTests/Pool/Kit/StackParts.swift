import StackKit
import Testing

/// What all stories of the pool share, as it takes seconds to start: a container engine, and SABnzbd.
final class StackParts: Sendable {
  let docker: DockerDaemon
  let sabnzbd: SABnzbd

  @TaskLocal static var current: StackParts?

  private init(_ docker: DockerDaemon, _ sabnzbd: SABnzbd) {
    self.docker = docker
    self.sabnzbd = sabnzbd
  }

  /// Starts them, and leaves nothing of them behind, whatever the body does.
  static func with(_ body: () async throws -> Void) async throws {
    if let missing = LoopPool.missing { throw KitError(missing) }
    try await DockerDaemon.with { docker in
      let sabnzbd = try SABnzbd(in: try docker.folder.folder("sabnzbd"))
      defer { sabnzbd.program.end() }
      try await sabnzbd.start()
      try await $current.withValue(StackParts(docker, sabnzbd)) { try await body() }
    }
  }

  /// As they were at the beginning: everything runs, no container is there, nothing is paused.
  func reset() async throws {
    docker.wake()
    if docker.pid == nil { try await docker.start() }
    let ids = try await docker.docker("ps", "-aq").split(separator: "\n").map(String.init)
    if !ids.isEmpty { try await docker.docker(["rm", "-f"] + ids) }
    sabnzbd.program.wake()
    if sabnzbd.program.pid == nil { try await sabnzbd.start() }
    try await sabnzbd.resume()
  }
}

/// Gives a suite, with all that is in it, the ``StackParts``.
struct StackPartsTrait: SuiteTrait, TestScoping {
  @concurrent
  func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    try await StackParts.with { try await function() }
  }
}

extension Trait where Self == StackPartsTrait {
  static var stackParts: Self { StackPartsTrait() }
}

/// The stories of the pool: one after the other, as each has the machine's loop devices, and a
/// container engine, to itself.
@Suite(.serialized, .stackParts, .timeLimit(.minutes(5))) enum `A host whose pool may go` {}
