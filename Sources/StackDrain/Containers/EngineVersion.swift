import JSONValue

/// A version of the Docker Engine API, such as 1.41.
struct EngineVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
  let major: Int
  let minor: Int

  /// The oldest that works: Docker 1.12, Podman 2.
  static let minimum = EngineVersion(major: 1, minor: 24)
  /// The newest that is asked for; what is used of the API has been the same ever since the oldest.
  static let newest = EngineVersion(major: 1, minor: 51)

  init(major: Int, minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads `1.41`; `nil` where the text is anything else.
  init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 2, let major = Self.number(parts[0]), let minor = Self.number(parts[1])
    else { return nil }
    self.init(major: major, minor: minor)
  }

  private static func number(_ digits: Substring.UTF8View.SubSequence) -> Int? {
    guard (1...4).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  /// What to speak with an engine: its newest, unless that is newer than ours, and never older than
  /// it still takes.
  ///
  /// - Parameters:
  ///   - server: The engine's newest.
  ///   - oldest: The oldest that it takes; `nil` where it has not said.
  /// - Returns: `nil` for an engine that is too old.
  static func agreed(with server: EngineVersion, oldest: EngineVersion? = nil) -> EngineVersion? {
    guard server >= minimum else { return nil }
    return min(server, max(newest, oldest ?? newest))
  }

  /// Reads an answer to `GET /version`: its newest, and the oldest that it takes.
  static func bounds(parsing body: [UInt8]) -> (newest: EngineVersion?, oldest: EngineVersion?) {
    let value = try? EngineText.parse(body)
    func version(_ key: String) -> EngineVersion? {
      value?[key]?.stringValue.flatMap { EngineVersion($0) }
    }
    return (version("ApiVersion"), version("MinAPIVersion"))
  }

  static func < (left: EngineVersion, right: EngineVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }

  /// `1.41`.
  var description: String { "\(major).\(minor)" }
}
