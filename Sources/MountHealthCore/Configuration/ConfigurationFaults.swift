/// Everything that is wrong with a configuration.
public struct ConfigurationFaults: Error, Hashable, Sendable, CustomStringConvertible {
  /// One line for each fault: where, what was found, what is allowed.
  public let lines: [String]

  /// The faults, a line each.
  public var description: String { lines.joined(separator: "\n") }

  /// How many lines are kept; what is beyond is counted in a last line.
  public static let maximumLines = 100

  /// Faults.
  public init(_ lines: [String]) {
    let more = lines.count - Self.maximumLines
    self.lines =
      more > 0 ? lines.prefix(Self.maximumLines) + ["… and \(more) more faults"] : lines
  }
}
