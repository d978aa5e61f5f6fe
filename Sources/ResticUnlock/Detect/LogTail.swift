/// The end of a container's log, as far as anything in it counts.
public struct LogTail: Hashable, Sendable {
  /// How much of a log is looked at.
  public static let limit = 65_536

  /// The bytes.
  public let bytes: [UInt8]
  /// Whether the log may have had more before them, so that the first line may lack its beginning.
  public let isCut: Bool

  /// The end of a log.
  ///
  /// - Parameters:
  ///   - log: What was read of it, whatever its size and encoding.
  ///   - isCut: Whether it is known not to be from its beginning on.
  public init(_ log: some Collection<UInt8>, isCut: Bool = false) {
    bytes = Array(log.suffix(Self.limit))
    self.isCut = isCut || log.count > Self.limit
  }

  /// The end of a log that is text, as a status of VolSync holds it.
  public init(_ log: String, isCut: Bool = false) { self.init(log.utf8, isCut: isCut) }

  /// Its lines, without line ends.
  var lines: [ArraySlice<UInt8>] {
    bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
  }

  /// Whether a line tells of a snapshot: `snapshot 5c4b3a29 saved`.
  var savedSnapshot: Bool {
    lines.contains { line in
      guard let start = line.first("snapshot "), let end = line.last(" saved") else { return false }
      let id = start.upperBound < end.lowerBound ? line[start.upperBound..<end.lowerBound] : []
      return (8...64).contains(id.count) && id.allSatisfy(\.isHex)
    }
  }
}
