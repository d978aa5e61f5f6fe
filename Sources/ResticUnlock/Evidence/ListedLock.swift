public import JSONValue
public import TimeText

/// A lock, as a list of a repository's locks has it.
public struct ListedLock: Hashable, Sendable {
  /// The name of its file: 64 hexadecimal digits.
  public var id: String
  /// What it says; `nil` where restic cannot read it.
  public var content: Content?

  /// A lock.
  public init(id: String, content: Content?) {
    self.id = id
    self.content = content
  }

  /// What stands in a lock.
  public struct Content: Hashable, Sendable {
    /// When it was written, by its holder's clock.
    public var time: Timestamp
    /// Whether its holder bears nobody beside itself.
    public var isExclusive: Bool
    /// The host.
    public var host: String
    /// The process.
    public var pid: Int
    /// The user; may be empty.
    public var user: String

    /// The content of a lock, as `restic cat lock` prints it.
    ///
    /// - Parameter json: The object. It is no lock without time, host and process.
    public init?(_ json: JSONValue) {
      guard let text = json["time"]?.stringValue, let time = try? Timestamp(rfc3339: text),
        let host = json["hostname"]?.stringValue, !host.isEmpty, host.utf8.count <= 253,
        let pid = json["pid"]?.intValue, pid >= 0
      else { return nil }
      self.time = time
      self.host = host
      self.pid = pid
      isExclusive = json["exclusive"]?.boolValue ?? false
      user = json["username"]?.stringValue ?? ""
    }
  }

  /// Whether a text is the name of a lock's file.
  static func isID(_ text: ArraySlice<UInt8>) -> Bool {
    text.count == 64 && text.allSatisfy(\.isHex)
  }
}
