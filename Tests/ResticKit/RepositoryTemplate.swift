import Foundation
import JSONValue
import StackKit

/// An empty repository, made once for each password. restic makes keys that take half a second to
/// derive; here the same key is kept under one that takes no time.
actor RepositoryTemplate {
  static let shared = RepositoryTemplate()

  struct Files {
    var files: [String: Data]
    var seal: RepositorySeal
  }

  private var made: [String: Task<Files, any Error>] = [:]

  func files(password: String) async throws -> Files {
    let task = made[password] ?? Task { try await Self.make(password) }
    made[password] = task
    return try await task.value
  }

  private static func make(_ password: String) async throws -> Files {
    let folder = try GuardedFolder()
    do {
      let files = try await make(password, in: folder.folder)
      await folder.remove()
      return files
    } catch {
      await folder.remove()
      throw error
    }
  }

  private static func make(_ password: String, in folder: KitFolder) async throws -> Files {
    let repository = folder.path + "/r"
    let environment = ["RESTIC_REPOSITORY": repository, "RESTIC_PASSWORD": password]
    func restic(_ words: String...) async throws -> String {
      try await Program.succeed(
        ResticProgram.path, "--no-cache", "--quiet", words[0], words.count > 1 ? words[1] : "",
        environment: environment)
    }
    let (code, output) = try await Program.run(
      [ResticProgram.path, "--no-cache", "init"], environment: environment)
    guard code == 0 else { throw KitFault("restic init: \(output)") }
    let master = try JSONValue(parsing: try await restic("cat", "masterkey").utf8)
    let seal = try RepositorySeal(master)
    try await replaceKey(of: repository, by: password, master, folder)
    var files: [String: Data] = [:]
    for name in ["config"] + (try keys(of: repository).map { "keys/\($0)" }) {
      files[name] = try Data(contentsOf: URL(filePath: "\(repository)/\(name)"))
    }
    return Files(files: files, seal: seal)
  }

  private static func keys(of repository: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: repository + "/keys")
  }

  private static func replaceKey(
    of repository: String, by password: String, _ master: JSONValue, _ folder: KitFolder
  ) async throws {
    let rounds = 2
    let salt = Data((0..<64).map { _ in UInt8.random(in: 0...255) })
    let digits = salt.map { String(format: "%02x", $0) }.joined()
    let file = try folder.write("master", master.text())
    try await RepositorySeal(password: password, salt: digits, rounds: rounds).seal(file)
    let data = try Data(contentsOf: URL(filePath: file)).base64EncodedString()
    let key: JSONValue = [
      "created": "2026-01-01T00:00:00Z", "username": "test", "hostname": "test", "kdf": "scrypt",
      "N": .number(JSONNumber(rounds)), "r": 8, "p": 1,
      "salt": .string(salt.base64EncodedString()), "data": .string(data),
    ]
    for old in try keys(of: repository) {
      try FileManager.default.removeItem(atPath: "\(repository)/keys/\(old)")
    }
    let made = try folder.write("key", key.text())
    try await RepositoryFile.move(made, to: repository + "/keys")
  }
}

/// A file of a repository is named after what is in it.
enum RepositoryFile {
  /// - Returns: Its name.
  @discardableResult
  static func move(_ file: String, to folder: String) async throws -> String {
    let sum = try await Program.succeed("sha256sum", file)
    let name = String(sum.prefix(64))
    try FileManager.default.moveItem(atPath: file, toPath: "\(folder)/\(name)")
    return name
  }
}
