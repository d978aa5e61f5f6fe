import Foundation
import Glibc
package import JSONValue
import StackKit

/// A repository of a test's own, in a folder, with a real restic.
package final class ResticRepository: Sendable {
  /// What is in a lock.
  package struct Lock: Hashable, Sendable {
    /// The name of its file: 64 digits.
    package var id: String
    /// `nil` where restic cannot read it.
    package var content: JSONValue?
    package var host: String? { content?["hostname"]?.stringValue }
    package var pid: Int? { content?["pid"]?.intValue }
    package var isExclusive: Bool { content?["exclusive"]?.boolValue ?? false }
  }

  /// The folder of the repository, which may be a volume.
  package var path: String { folder.path + "/repository" }
  /// A folder with something to back up, which may be a volume.
  package var data: String { folder.path + "/data" }
  package let password: String
  let room: GuardedFolder
  var folder: KitFolder { room.folder }
  let seal: RepositorySeal

  /// Makes one, and leaves nothing of it behind, whatever the body does.
  @discardableResult
  package static func with<Result>(
    password: String = "correct horse", _ body: (ResticRepository) async throws -> Result
  ) async throws -> Result {
    let repository = try await ResticRepository(password: password)
    do {
      let result = try await body(repository)
      await repository.remove()
      return result
    } catch {
      await repository.remove()
      throw error
    }
  }

  /// Makes one. Who makes it has to ``remove()`` it.
  package init(password: String = "correct horse") async throws {
    if let missing = ResticProgram.missing { throw KitFault(missing) }
    let template = try await RepositoryTemplate.shared.files(password: password)
    self.password = password
    room = try GuardedFolder()
    seal = template.seal
    for name in ["data", "index", "keys", "locks", "snapshots"] {
      _ = try folder.folder("repository/\(name)")
    }
    for (name, data) in template.files {
      try data.write(to: URL(filePath: "\(folder.path)/repository/\(name)"))
    }
    _ = try folder.folder("data")
    try folder.write("data/first", "first\n")
  }

  /// Takes it away. May come twice.
  package func remove() async {
    await room.remove()
  }

  /// What a Secret for movers has.
  ///
  /// - Parameter address: The repository, as a mover sees it.
  /// - Returns: The variables.
  package func secret(address: String) -> [String: String] {
    ["RESTIC_REPOSITORY": address, "RESTIC_PASSWORD": password]
  }

  // MARK: restic on this machine, without locks of its own where that can be

  /// Runs restic under this machine's own name.
  @discardableResult
  package func restic(
    _ words: [String], within limit: Duration = .seconds(120)
  ) async throws -> (code: Int32, output: String) {
    try await Program.run(
      [ResticProgram.path, "--no-cache"] + words,
      environment: ["RESTIC_REPOSITORY": path, "RESTIC_PASSWORD": password], within: limit)
  }

  private func succeed(_ words: String...) async throws -> String {
    let (code, output) = try await restic(words)
    guard code == 0 else {
      throw KitFault("restic \(words.joined(separator: " ")): exit code \(code): \(output)")
    }
    return output
  }

  /// Backs up the data folder from this machine.
  package func backup() async throws {
    _ = try await succeed("backup", "--host", "volsync", data)
  }

  /// What is in its snapshots' list.
  package func snapshots() async throws -> [JSONValue] {
    let text = try await succeed("--no-lock", "snapshots", "--json", "--quiet")
    return try JSONValue(parsing: text.utf8).arrayValue ?? []
  }

  /// Reads all of it.
  ///
  /// - Throws: ``KitFault`` where anything is damaged.
  package func check() async throws {
    let output = try await succeed("--no-lock", "check", "--read-data")
    guard output.contains("no errors were found") else { throw KitFault("check: \(output)") }
  }

  /// The names of its locks' files.
  package var lockIDs: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path + "/locks")) ?? []
    return names.filter { $0.utf8.count == 64 && $0.allSatisfy(\.isHexDigit) }.sorted()
  }

  /// Its locks, as far as restic can read them.
  package func locks() async throws -> [Lock] {
    var locks: [Lock] = []
    for id in lockIDs {
      guard let (code, output) = try await cat(id) else { continue }
      let content = code == 0 ? try? JSONValue(parsing: output.utf8) : nil
      locks.append(Lock(id: id, content: content))
    }
    return locks
  }

  /// What restic prints of a lock; `nil` where the lock is gone. restic itself would look for it for
  /// three quarters of a minute.
  private func cat(_ id: String) async throws -> (code: Int32, output: String)? {
    let log = "\(folder.path)/cat-\(UUID().uuidString)"
    defer { unlink(log) }
    let program = try Program(
      [ResticProgram.path, "--no-cache", "--no-lock", "--quiet", "cat", "lock", id],
      environment: ["RESTIC_REPOSITORY": path, "RESTIC_PASSWORD": password], log: log)
    _ = await holds { !program.isRunning || !lockIDs.contains(id) }
    guard let code = program.code, lockIDs.contains(id) else {
      program.send(SIGKILL)
      _ = await holds { !program.isRunning }
      return nil
    }
    return (code, program.output)
  }
}
