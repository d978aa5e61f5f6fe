import Foundation
import Glibc
package import JSONValue
import StackKit

extension ResticRepository {
  /// Writes a lock that says what one likes, as if it had been written by somebody then.
  ///
  /// - Parameters:
  ///   - host: Who holds it.
  ///   - pid: Which process holds it.
  ///   - age: How old it is; a negative one is of the future.
  ///   - isExclusive: Whether it is exclusive.
  /// - Returns: The name of its file.
  /// - Throws: ``KitFault`` where it cannot be written.
  @discardableResult
  package func writeLock(
    of host: String, pid: Int, age: Duration, isExclusive: Bool = false
  ) async throws -> String {
    let time = Date.now.addingTimeInterval(-Double(age.components.seconds))
    let text = time.formatted(.iso8601)
    return try await writeLock([
      "time": .string(text), "exclusive": .bool(isExclusive), "hostname": .string(host),
      "username": "root", "pid": .number(JSONNumber(pid)),
    ])
  }

  /// Writes a lock with anything in it.
  ///
  /// - Parameter content: What is encrypted.
  /// - Returns: The name of its file.
  /// - Throws: ``KitFault`` where it cannot be written.
  @discardableResult
  package func writeLock(_ content: JSONValue) async throws -> String {
    let file = try folder.write("lock-\(UUID().uuidString)", content.text())
    try await seal.seal(file)
    return try await RepositoryFile.move(file, to: path + "/locks")
  }

  /// Writes a lock that restic cannot decrypt.
  ///
  /// - Returns: The name of its file.
  /// - Throws: ``KitFault`` where it cannot be written.
  @discardableResult
  package func writeInvalidLock() async throws -> String {
    let file = try folder.write("lock-\(UUID().uuidString)", UUID().uuidString)
    return try await RepositoryFile.move(file, to: path + "/locks")
  }

  /// Writes a lock with nothing in it, as a full disk leaves it.
  ///
  /// - Returns: The name of its file.
  /// - Throws: ``KitFault`` where it cannot be written.
  @discardableResult
  package func writeEmptyLock() throws -> String {
    let id = (0..<64).map { _ in String(Int.random(in: 0...15), radix: 16) }.joined()
    return try folder.write("repository/locks/\(id)", "").suffix(64).description
  }
}

extension ResticRepository {
  /// Stops the restic of a container as soon as it holds a lock of this kind; it stays there, stopped,
  /// until it gets SIGCONT or dies.
  ///
  /// - Parameters:
  ///   - run: The container.
  ///   - isExclusive: Which kind.
  ///   - before: Locks that are not its own.
  /// - Returns: The name of the lock's file; `nil` where the container ended first.
  package func stop(
    _ run: ContainerRun, atLock isExclusive: Bool, besides before: Set<String> = []
  ) async -> String? {
    var others = before
    var found: String?
    _ = await holds(within: .seconds(60)) {
      let new = lockIDs.filter { !others.contains($0) }
      guard !new.isEmpty else { return !run.isRunning }
      // What it does next may take a fifth of a second only.
      run.send(SIGSTOP, to: "restic")
      for lock in (try? await locks()) ?? [] where new.contains(lock.id) {
        if lock.host == run.host, lock.isExclusive == isExclusive {
          found = lock.id
        } else {
          others.insert(lock.id)
        }
      }
      if found == nil { run.send(SIGCONT, to: "restic") }
      return found != nil || !run.isRunning
    }
    // It may have let go in the very moment before it was stopped.
    guard let found, run.isRunning, lockIDs.contains(found) else {
      run.send(SIGCONT, to: "restic")
      return nil
    }
    return found
  }

  /// Waits until a container holds a lock, and has seen that it may.
  ///
  /// - Parameters:
  ///   - run: The container.
  ///   - before: Locks that are not its own.
  /// - Returns: The name of the lock's file; `nil` where the container ended first.
  package func lock(of run: ContainerRun, besides before: Set<String> = []) async -> String? {
    var others = before
    var found: String?
    _ = await holds(within: .seconds(60)) {
      let new = lockIDs.filter { !others.contains($0) }
      for lock in new.isEmpty ? [] : (try? await locks()) ?? [] where new.contains(lock.id) {
        guard lock.host == run.host else {
          others.insert(lock.id)
          continue
        }
        // restic looks again after a fifth of a second whether it may go on; and a lock of the step
        // before goes soon.
        try? await Task.sleep(for: .milliseconds(700))
        if lockIDs.contains(lock.id) { found = lock.id }
      }
      return found != nil || !run.isRunning
    }
    return run.isRunning ? found : nil
  }
}
