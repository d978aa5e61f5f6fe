import Foundation
import Glibc
import JSONValue
import StackKit

/// A restic in a container of its own that holds a lock for as long as one likes, and lives or dies.
package final class LockHolder: Sendable {
  package enum Operation: String, Sendable {
    /// A shared lock, by a backup that goes on and on.
    case backup
    /// An exclusive lock, by a `forget` that stands still.
    case forget
    /// An exclusive lock, by a `prune` that stands still.
    case prune
  }

  package let operation: Operation
  /// The container's host, which the lock names.
  package let host: String
  /// The lock that it had when it was made. A live holder writes another every five minutes.
  package let lockID: String
  package let run: ContainerRun
  private let control: GuardedFolder

  /// Starts one, and waits until its lock is there.
  ///
  /// - Parameters:
  ///   - operation: What it does.
  ///   - host: Its host, which is the name of a pod.
  ///   - repository: The repository.
  /// - Returns: The holder. Who makes it has to ``remove()`` it.
  /// - Throws: ``KitFault`` where it gets no lock.
  package static func start(
    _ operation: Operation, as host: String, in repository: ResticRepository
  ) async throws -> LockHolder {
    // What holds an exclusive lock is stopped while it does, and may be too fast for that.
    for _ in 0..<20 {
      let control = try GuardedFolder()
      do {
        let before = Set(repository.lockIDs)
        let run = try await LocalKubelet { volume, _ in volume["hostPath"]?["path"]?.stringValue }
          .start(pod(operation, as: host, repository: repository, control: control))
        let isExclusive = operation != .backup
        let id =
          isExclusive
          ? await repository.stop(run, atLock: true, besides: before)
          : await repository.lock(of: run, besides: before)
        if let id {
          return LockHolder(operation, id, run, control)
        }
        let code = run.code
        let output = run.output
        await run.remove()
        await control.remove()
        guard code == 0, operation != .backup else {
          throw KitFault("\(operation) as \(host) got no lock, exit code \(code ?? -1): \(output)")
        }
      } catch {
        await control.remove()
        throw error
      }
    }
    throw KitFault("\(operation) as \(host) was always over before it could be stopped")
  }

  private init(_ operation: Operation, _ id: String, _ run: ContainerRun, _ control: GuardedFolder)
  {
    self.operation = operation
    lockID = id
    host = run.host
    self.run = run
    self.control = control
  }

  private static func pod(
    _ operation: Operation, as host: String, repository: ResticRepository, control: GuardedFolder
  ) -> JSONValue {
    let command =
      switch operation {
      case .backup:
        "while [ ! -e /control/finish ]; do head -c 1000 /dev/urandom; sleep 0.05; done "
          + "| restic backup --host volsync --stdin --stdin-filename slow"
      case .forget: "restic forget --host nobody --keep-last 1"
      case .prune: "restic prune"
      }
    return [
      "metadata": ["name": .string(host), "namespace": "kit"],
      "spec": [
        "containers": [
          [
            "name": "restic",
            "command": ["/bin/bash", "-o", "pipefail", "-c", .string(command + "; exit $?")],
            "env": [
              ["name": "RESTIC_REPOSITORY", "value": "/repository"],
              ["name": "RESTIC_PASSWORD", "value": .string(repository.password)],
              ["name": "RESTIC_CACHE_DIR", "value": "/tmp/cache"],
            ],
            "volumeMounts": [
              ["name": "repository", "mountPath": "/repository"],
              ["name": "control", "mountPath": "/control"],
            ],
          ]
        ],
        "volumes": [
          ["name": "repository", "hostPath": ["path": .string(repository.path)]],
          ["name": "control", "hostPath": ["path": .string(control.path)]],
        ],
      ],
    ]
  }

  package var isRunning: Bool { run.isRunning }

  /// It dies with all its container, and leaves its lock.
  package func die() async { await run.kill() }

  /// It comes to its end in peace.
  ///
  /// - Returns: Its exit code; `nil` where it came to none.
  package func finish(within limit: Duration = .seconds(60)) async throws -> Int32? {
    try control.folder.write("finish", "")
    run.send(SIGCONT, to: "restic")
    return await run.wait(within: limit)
  }

  /// Ends it and takes away what it made, but not its lock. May come twice.
  package func remove() async {
    await run.remove()
    await control.remove()
  }
}
