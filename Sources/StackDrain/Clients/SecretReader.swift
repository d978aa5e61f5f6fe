import Pacing
import Synchronization

/// Reads a secret each time it is needed, so that a new one is used at once.
///
/// What was read last is used while its file cannot be read: it may lie on the storage that has just
/// failed, and then it is needed most.
final class SecretReader: Sendable {
  private let source: SecretSource
  private let environment: ClientEnvironment
  private let last = Mutex<String?>(nil)

  /// The most bytes of a file with a secret; an ini file has more than that.
  private static let fileLimit = 16 << 10
  private static let iniLimit = 1 << 20
  /// What of a call's time the file may take.
  private static let share = 0.4

  init(_ source: SecretSource, in environment: ClientEnvironment) {
    self.source = source
    self.environment = environment
  }

  func read(until deadline: Tick) async throws(ClientFault) -> String {
    let now = environment.now()
    let limit = now + (deadline - now) * Self.share
    do throws(ClientFault) {
      let secret: String
      switch source {
      case .value(let value): return value
      case .file(let path):
        secret = try Self.firstLine(try await environment.read(path, Self.fileLimit, limit), path)
      case .ini(let path, let section, let key):
        let bytes = try await environment.read(path, Self.iniLimit, limit)
        guard let value = IniText.value(of: key, in: section, bytes), !value.isEmpty else {
          throw ClientFault("\(path) has no value for \(key) in [\(section)]")
        }
        secret = value
      }
      last.withLock { $0 = secret }
      return secret
    } catch {
      guard let known = last.withLock({ $0 }) else {
        throw ClientFault("the secret cannot be read: \(error)")
      }
      return known
    }
  }

  /// The first line of a file, without the blanks around it.
  static func firstLine(_ bytes: [UInt8], _ path: String) throws(ClientFault) -> String {
    let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
    let text = IniText.trimmed(line)
    guard !text.isEmpty else { throw ClientFault("\(path) is empty in its first line") }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw ClientFault("\(path) has control characters in its first line")
    }
    return text
  }
}
