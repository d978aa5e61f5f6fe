import Foundation
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
